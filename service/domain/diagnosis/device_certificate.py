"""FN63942: a certificate that AP or controller got at the factory has passed its ten years.

Dates prove it: the AP's certificate ended before the controller's clock and the AP has not joined,
or the controller's own, which APs are shown, has ended. A failed DTLS handshake only points at it:
it makes the finding probable where several polls saw nothing else and nothing else explains it.
The age by serial number is evidence, no proof. The phase of an AP's last error is no verdict on its
health: APs that serve show one too.
Source: service/catalogue/FN63942.yaml; DESIGN.md section 4.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import timedelta

from service.domain.catalogue import Issue
from service.domain.diagnosis.case import Case, at, first_few, listed, of_line
from service.domain.diagnosis.verdict import Explanation, Ruling
from service.domain.finding import AffectedAp, Confidence, Finding
from service.domain.history import ApHistory, is_failing
from service.domain.identity import BaseRadioMac
from service.domain.observation import ApSighting, Certificate, CertificateKind, JoinPhase
from service.domain.serials import made

DEFAULT_POLLS = 3
DEFAULT_LIFE_DAYS = 3652

BEYOND_THE_HANDSHAKE = (JoinPhase.JOIN, JoinPhase.CONFIG, JoinPhase.IMAGE)
"""Phases that an AP only reaches once its certificate was taken."""


@dataclass(frozen=True, slots=True)
class _Grade:
    confidence: Confidence
    evidence: tuple[str, ...]


@dataclass(slots=True)
class _Tally:
    """What a controller, its APs and its logs add up to.

    Attributes:
        proven: the controller's certificates or log lines that no AP claims prove the issue.
    """

    proven: bool = False
    own: list[str] = field(default_factory=list)
    logs: list[str] = field(default_factory=list)
    aps: list[AffectedAp] = field(default_factory=list)
    evidence: list[str] = field(default_factory=list)
    unjudged: list[str] = field(default_factory=list)


def judge(case: Case, issue: Issue, explained: Mapping[BaseRadioMac, Explanation]) -> Ruling:
    """Grade the controller's certificates and every AP that has not joined."""
    ended, sure = _ended_certificates(case, issue)
    tally = _Tally(proven=bool(ended) and sure)
    tally.own = [_controller_evidence(case, certificate) for certificate in ended]
    for past in case.aps:
        if past.mac not in explained and is_failing(past.last):
            _weigh(case, issue, past, tally)
    _add_logs(case, issue, explained, tally)
    return _ruling(case, issue, tally)


# -- the controller's own ----------------------------------------------------------------------


def _ended_certificates(case: Case, issue: Issue) -> tuple[tuple[Certificate, ...], bool]:
    """Certificates that APs are shown and that ended; and whether no other could be shown."""
    shown = [one for one in case.view.certificates or () if _is_shown(one, issue)]
    ended = tuple(one for one in shown if one.not_after is not None and one.not_after < case.now)
    return ended, len(ended) == len(shown) or any(_is_the_one(one, shown) for one in ended)


def _is_the_one(certificate: Certificate, shown: list[Certificate]) -> bool:
    """Whether the device names this very certificate as the one that APs are shown."""
    return bool(certificate.for_join) and sum(bool(one.for_join) for one in shown) == 1


def _is_shown(certificate: Certificate, issue: Issue) -> bool:
    if certificate.is_ca or certificate.for_join is False:
        return False
    if certificate.for_join:
        return True
    return any(label.search(certificate.label) for label in issue.labels)


def _controller_evidence(case: Case, certificate: Certificate) -> str:
    end = "" if certificate.not_after is None else f" ended {at(certificate.not_after)}"
    shown = "" if certificate.for_join else ", which APs may be shown,"
    what = f"controller certificate {certificate.label!r}{shown}{end}; the clock is {at(case.now)}"
    source = "certificates" if "certificates" in case.view.origins else "label"
    return case.told_here(what, source, "clock")


# -- one AP ------------------------------------------------------------------------------------


def _weigh(case: Case, issue: Issue, past: ApHistory, tally: _Tally) -> None:
    grade = _by_dates(case, past.last) or _surer(
        _by_log(case, issue, past.last),
        _by_handshake(case, issue, past, of_controller=tally.proven),
    )
    if grade is not None:
        tally.aps.append(AffectedAp.of(past.last, grade.confidence))
        tally.evidence.extend(grade.evidence)
    elif past.last.failure_phase is JoinPhase.DTLS:
        tally.unjudged.append(past.last.label)


def _surer(by_log: _Grade | None, by_handshake: _Grade | None) -> _Grade | None:
    """Both are told; the surer one grades: a line that proves nothing makes nothing less sure."""
    if by_log is None or by_handshake is None:
        return by_log or by_handshake
    surest = max(by_log.confidence, by_handshake.confidence, key=lambda grade: grade.rank)
    evidence = dict.fromkeys((*by_log.evidence, *by_handshake.evidence))
    return _Grade(surest, tuple(evidence))


def _by_dates(case: Case, ap: ApSighting) -> _Grade | None:
    if ap.certificate_end is None or ap.certificate_end >= case.now:
        return None
    if ap.certificate_kind is CertificateKind.LSC or ap.failure_phase in BEYOND_THE_HANDSHAKE:
        return None
    what = (
        f"its certificate ended {at(ap.certificate_end)}, before the controller's clock "
        f"{at(case.now)}, and it has not joined"
    )
    told = case.told(ap, what, "certificate_end", "clock", "state")
    return _Grade(Confidence.CONFIRMED, (told, *_handshake_words(case, ap)))


def _by_log(case: Case, issue: Issue, ap: ApSighting) -> _Grade | None:
    found = issue.matching(case.lines(ap))
    if not found:
        return None
    proves = any(signature.proves for _, signature in found)
    confidence = Confidence.CONFIRMED if proves else Confidence.SUSPECTED
    lines = [of_line(line, signature) for line, signature in found]
    return _Grade(confidence, (*first_few(lines), *_age(case, issue, ap)))


def _by_handshake(
    case: Case, issue: Issue, past: ApHistory, *, of_controller: bool
) -> _Grade | None:
    """What a failed handshake says: little at first, more the longer nothing else is seen."""
    ap = past.last
    named = _names_certificate(issue, ap)
    if not named and ap.failure_phase is not JoinPhase.DTLS:
        return None
    if _is_good(case, ap) and not of_controller:
        return None
    age = _age(case, issue, ap)
    evidence = (*_handshake_words(case, ap), *_polls(past), *age)
    if of_controller:
        return _Grade(Confidence.CONFIRMED, evidence)
    if _several_polls(issue, past):
        return _Grade(Confidence.PROBABLE, evidence)
    return _Grade(Confidence.SUSPECTED, evidence) if named or age else None


def _names_certificate(issue: Issue, ap: ApSighting) -> bool:
    if any(sign.shown_by(ap) for sign in issue.signs):
        return True
    return any(pattern.search(ap.failure_reason or "") for pattern in issue.texts)


def _is_good(case: Case, ap: ApSighting) -> bool:
    """Whether the AP's certificate is known to be valid now, so that it can't be the cause."""
    return ap.certificate_end is not None and ap.certificate_end >= case.now


def _several_polls(issue: Issue, past: ApHistory) -> bool:
    """Whether enough polls in a row saw the same phase, the AP still trying where we can tell."""
    wanted = issue.settings.get("polls_that_convince", DEFAULT_POLLS)
    if past.phase_polls < wanted:
        return False
    return past.counted_since is None or past.attempt_at is not None


def _handshake_words(case: Case, ap: ApSighting) -> tuple[str, ...]:
    words = [
        f"{what} {value}"
        for what, value in (
            ("phase of the last error", ap.failure_phase),
            ("DTLS failure", ap.dtls_failure),
            ("reason", repr(ap.failure_reason) if ap.failure_reason else None),
        )
        if value
    ]
    if not words:
        return ()
    fields = ("failure_phase", "dtls_failure", "failure_reason")
    return (case.told(ap, "not joined, " + ", ".join(words), *fields),)


def _polls(past: ApHistory) -> tuple[str, ...]:
    if past.failing_since is None or past.phase_polls <= 1:
        return ()
    since = f"not joined since {at(past.failing_since)}"
    return (f"{past.last.label}: the same phase in {past.phase_polls} polls in a row, {since}",)


def _age(case: Case, issue: Issue, ap: ApSighting) -> tuple[str, ...]:
    """The age by serial number, if it is beyond a certificate's life."""
    born = made(ap.serial)
    life = timedelta(days=issue.settings.get("mic_life_days", DEFAULT_LIFE_DAYS))
    if born is None or case.now - born <= life:
        return ()
    what = (
        f"made in the week up to {born:%Y-%m-%d} by its serial number {ap.serial}, so a "
        "certificate of that week has passed its ten years"
    )
    return (case.told(ap, what, "serial"),)


# -- logs that no AP claims --------------------------------------------------------------------


def _add_logs(
    case: Case, issue: Issue, explained: Mapping[BaseRadioMac, Explanation], tally: _Tally
) -> None:
    """Add the evidence of lines that no listed AP claims.

    The MAC of such a line is often not the one that the tables know, so it is joined to no AP.
    Lines without a MAC say nothing where every AP serves or has another cause.
    """
    listed_macs = {mac for past in case.aps for mac in _macs(past)}
    lines = [line for line in case.view.logs if line.mac is None or line.mac not in listed_macs]
    if case.aps and not _someone_waits(case, explained):
        lines = [line for line in lines if line.mac is not None]
    found = issue.matching(lines)
    if found:
        tally.logs = [of_line(line, signature) for line, signature in found]
        tally.proven = tally.proven or any(signature.proves for _, signature in found)
        _suspect_the_silent(case, explained, tally)


def _someone_waits(case: Case, explained: Mapping[BaseRadioMac, Explanation]) -> bool:
    return any(is_failing(past.last) and past.mac not in explained for past in case.aps)


def _suspect_the_silent(
    case: Case, explained: Mapping[BaseRadioMac, Explanation], tally: _Tally
) -> None:
    """APs that are not joined for no reason that was read may be those of the log lines."""
    hit = {ap.mac for ap in tally.aps} | set(explained)
    for past in case.aps:
        ap = past.last
        silent = ap.failure_phase is None and ap.failure_reason is None
        if silent and is_failing(ap) and ap.mac not in hit:
            tally.aps.append(AffectedAp.of(ap, Confidence.SUSPECTED))
            tally.evidence.append(case.told(ap, "not joined, no reason known", "state"))


def _macs(past: ApHistory) -> set[str]:
    wired = past.last.ethernet_mac
    return {past.mac.value} | ({wired.value} if wired else set())


# -- the finding -------------------------------------------------------------------------------


def _ruling(case: Case, issue: Issue, tally: _Tally) -> Ruling:
    what = f"{issue.name}: DTLS is the phase of the last error, of too few polls or good dates"
    unknown = (f"{what}: {listed(tally.unjudged)}",) if tally.unjudged else ()
    grades = [ap.confidence for ap in tally.aps if ap.confidence]
    if tally.own or tally.logs:
        grades.append(Confidence.CONFIRMED if tally.proven else Confidence.SUSPECTED)
    if not grades:
        return Ruling(unknown=unknown)
    finding = Finding(
        controller=case.view.controller,
        issue=issue.name,
        confidence=max(grades, key=lambda grade: grade.rank),
        aps=tuple(sorted(tally.aps, key=lambda ap: ap.mac)),
        evidence=(*tally.own, *first_few(tally.logs), *first_few(tally.evidence)),
        unknown=_doubts(case, tally),
    )
    return Ruling(finding, unknown=unknown)


def _doubts(case: Case, tally: _Tally) -> tuple[str, ...]:
    dateless = [ap.mac.value for ap in tally.aps if ap.confidence is not Confidence.CONFIRMED]
    doubts = (
        (bool(tally.own) and not tally.proven, "which certificate APs are shown"),
        (bool(dateless), f"the dates of these APs' certificates: {listed(dateless)}"),
        (case.view.certificates is None, "the dates of the controller's certificates"),
        (case.view.clock is None, "the controller's clock was not read: this host's was taken"),
        (bool(tally.logs), "which of the APs wrote, or are meant by, the log lines"),
    )
    return tuple(doubt for holds, doubt in doubts if holds)
