"""Other causes: every AP that seems stuck is first asked whether something plainer explains it.

An AP that is explained here never enters a finding, so each explanation needs a sign of its own:
a value, a text or a log line that the catalogue lists, or something that the history counted.
Values that nobody listed explain nothing.
"""

from collections.abc import Iterator

from service.domain.catalogue import LookAlike, Trouble
from service.domain.diagnosis.case import Case, at, serves, trouble_of
from service.domain.diagnosis.verdict import Explained, Explanation
from service.domain.history import ApHistory
from service.domain.identity import BaseRadioMac
from service.domain.observation import ApSighting, ApState, CertificateKind

SILENT_S = 1800.0
"""An AP that looks for a controller is heard every few minutes; a shorter policy is for people
who watch a download, and makes no AP silent sooner."""


def explain(case: Case) -> dict[BaseRadioMac, Explanation]:
    """The other cause of every AP that has one, by MAC in order."""
    found = (_explain(case, past) for past in (*case.aps, *case.absent))
    return {one.mac: one for one in sorted(filter(None, found), key=lambda one: one.mac)}


def _explain(case: Case, past: ApHistory) -> Explanation | None:
    if serves(past) or not trouble_of(past):
        return None
    return next(_causes(case, past), None)


def _causes(case: Case, past: ApHistory) -> Iterator[Explanation]:
    ap = past.last
    if ap.mac in case.context.elsewhere:
        what = "registered on another controller of the fleet"
        yield Explanation(ap.mac, Explained.ELSEWHERE, (case.told(ap, what, "state"),))
    yield from _catalogued(case, ap)
    yield from _bounce(case, past)
    yield from _expired_lsc(case, past)
    yield from _unreachable(case, past)


def _catalogued(case: Case, ap: ApSighting) -> Iterator[Explanation]:
    downloads = ap.state is ApState.DOWNLOADING
    trouble = Trouble.DOWNLOADING if downloads else Trouble.NOT_JOINED
    for entry in case.catalogue.look_alikes:
        here = trouble in entry.explains and case.view.platform in entry.platforms
        if here and entry.concerns(ap.model) and (evidence := _evidence(case, ap, entry)):
            yield Explanation(ap.mac, entry.name, evidence)


def _evidence(case: Case, ap: ApSighting, entry: LookAlike) -> tuple[str, ...]:
    """Everything that speaks for one look-alike: values, texts, log lines."""
    values = [
        case.told(ap, f"{entry.title}: {sign.name.replace('_', ' ')} {value}", sign.name)
        for sign in entry.signs
        if (value := sign.shown_by(ap)) is not None
    ]
    text = ap.failure_reason or ""
    texts = [
        case.told(ap, f"{entry.title}: {text!r}", "failure_reason")
        for pattern in entry.texts
        if pattern.search(text)
    ]
    return (*values, *texts[:1], *case.names(entry.signatures, ap))


def _bounce(case: Case, past: ApHistory) -> Iterator[Explanation]:
    if past.bounces:
        seen = " -> ".join(f"{one.version} ({at(one.seen_at)})" for one in past.versions)
        what = f"changed version {past.bounces} times between the same two: {seen}"
        told = case.told(past.last, what, "version")
        yield Explanation(past.mac, Explained.VERSION_BOUNCE, (told,))


def _expired_lsc(case: Case, past: ApHistory) -> Iterator[Explanation]:
    ap = past.last
    if ap.certificate_kind is not CertificateKind.LSC or ap.certificate_end is None:
        return
    if ap.certificate_end < case.now and ap.state is not ApState.DOWNLOADING:
        what = f"its locally significant certificate ended {at(ap.certificate_end)}"
        told = case.told(ap, what, "certificate_end", "certificate_kind")
        yield Explanation(ap.mac, Explained.LSC_EXPIRED, (told,))


def _unreachable(case: Case, past: ApHistory) -> Iterator[Explanation]:
    """An AP that is not heard any more: its counters stood still for as long as we wait."""
    ap = past.last
    if ap.state is ApState.DOWNLOADING or past.counted_since is None:
        return
    silent_s = case.seconds_since(past.counted_since)
    if silent_s >= max(SILENT_S, case.context.policy.no_progress_s):
        what = f"no discovery or join request counted since {at(past.counted_since)}"
        told = case.told(ap, what, "discovery_requests", "join_requests")
        yield Explanation(ap.mac, Explained.UNREACHABLE, (told,))
