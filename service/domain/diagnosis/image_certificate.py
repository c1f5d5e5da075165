"""FN72524: the certificate that signs an AP's image ran out, so it downloads for ever.

A healthy first download looks the same for minutes. So a download alone is a suspicion, which
progress takes away again; restarts that were counted make it probable; a log line that names the
certificate proves it. Between two downloads an AP is away: that its last error was a download is a
suspicion as well, so that no finding hangs on the moment of a poll. An AP that serves is never part
of this, nor one whose model, release or state speaks against it: a value that we don't know is
named as unknown and accuses nobody.
Source: service/catalogue/FN72524.yaml; DESIGN.md section 4.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime

from service.domain.catalogue import Fixed, Issue
from service.domain.diagnosis.case import (
    PREDOWNLOAD_FAILED,
    Case,
    at,
    first_few,
    listed,
    of_line,
    serves,
)
from service.domain.diagnosis.verdict import Explained, Explanation, Ruling
from service.domain.finding import AffectedAp, Confidence, Finding
from service.domain.history import ApHistory, is_failing
from service.domain.identity import BaseRadioMac
from service.domain.observation import ApState, JoinPhase, Platform

RESTARTS_THAT_CONVINCE = 2
DEFAULT_TURN_S = 1200.0


@dataclass(slots=True)
class _Tally:
    """What the APs of one controller add up to."""

    aps: list[AffectedAp] = field(default_factory=list)
    evidence: list[str] = field(default_factory=list)
    explained: list[Explanation] = field(default_factory=list)
    nameless_models: list[str] = field(default_factory=list)
    maybe_fixed: list[str] = field(default_factory=list)
    versions_unknown: list[str] = field(default_factory=list)
    in_window: list[str] = field(default_factory=list)
    stopped: list[str] = field(default_factory=list)
    away: list[str] = field(default_factory=list)
    proof: bool = False


def judge(case: Case, issue: Issue, explained: Mapping[BaseRadioMac, Explanation]) -> Ruling:
    """Grade every AP that downloads, or did so in this streak, and has no other cause."""
    proof = _unclaimed_proof(case, issue)
    tally = _Tally(proof=bool(proof))
    for past in (*case.aps, *case.absent):
        if past.mac in explained:
            continue
        if serves(past):
            _warn_of_predownload(case, issue, past, tally)
        elif past.downloading_since is not None or _is_away(case, past):
            _weigh(case, issue, past, tally)
    if proof and _is_history(case, issue, tally):
        tally.proof, proof = False, []
    tally.evidence.extend(proof)
    return _ruling(case, issue, tally)


def _weigh(case: Case, issue: Issue, past: ApHistory, tally: _Tally) -> None:
    """Add one AP to the tally."""
    ap = past.last
    affected = issue.affects(ap.model)
    if affected is None:
        nameless = tally.away if _is_away(case, past) else tally.nameless_models
        nameless.append(ap.label)
        return
    if not affected:
        what = f"downloads, but the certificate doesn't concern its model {ap.model}"
        _explain(case, past, Explained.UNAFFECTED_MODEL, what, tally)
        return
    fix = _fix(case, issue, ap.model)
    if fix is Fixed.YES:
        what = f"downloads from {case.view.release}, which carries the fix"
        _explain(case, past, Explained.RELEASE_FIXED, what, tally)
        return
    _grade(case, issue, past, tally, maybe_fixed=fix is Fixed.MAYBE)


def _warn_of_predownload(case: Case, issue: Issue, past: ApHistory, tally: _Tally) -> None:
    """An AP that serves is no finding, even if the same certificate spoils its predownload."""
    ap = past.last
    if not (ap.predownload or "").startswith(PREDOWNLOAD_FAILED):
        return
    unfixed = _fix(case, issue, ap.model) is not Fixed.YES
    if unfixed and issue.affects(ap.model) and _past_the_end(case, issue):
        what = f"serves, but its predownload failed ({ap.predownload}), as any download now would"
        told = case.told(ap, what, "predownload")
        tally.explained.append(Explanation(ap.mac, Explained.PREDOWNLOAD_FAILED, (told,)))


def _grade(case: Case, issue: Issue, past: ApHistory, tally: _Tally, *, maybe_fixed: bool) -> None:
    ap = past.last
    proof = case.names(issue.signatures, ap)
    if not proof and not tally.proof and not _past_the_end(case, issue):
        tally.in_window.append(ap.label)
        return
    confidence = Confidence.CONFIRMED if proof else _by_loops(case, issue, past)
    if confidence is None:
        _say_why_not(case, past, tally)
        return
    tally.aps.append(AffectedAp.of(ap, confidence))
    tally.evidence.extend(proof or (_loop_evidence(case, past),))
    if maybe_fixed:
        tally.maybe_fixed.append(ap.label)
    if ap.version is None and confidence is Confidence.PROBABLE:
        tally.versions_unknown.append(ap.label)


def _by_loops(case: Case, issue: Issue, past: ApHistory) -> Confidence | None:
    """What downloading alone says; None: nothing, or that it is going well."""
    if _stopped(case, issue, past):
        return None
    convincing = len(past.restarts) >= RESTARTS_THAT_CONVINCE
    if convincing and past.loop_spread_s >= case.context.policy.loop_after_s:
        return Confidence.PROBABLE
    if past.restarts:
        return Confidence.SUSPECTED
    downloads = past.last.state is ApState.DOWNLOADING and past.mac.value in case.present
    tries = downloads or _is_away(case, past)
    return Confidence.SUSPECTED if tries and not _gets_further(case, past) else None


def _is_away(case: Case, past: ApHistory) -> bool:
    """Whether the controller says of an AP that is away that its last download failed.

    Older releases and the short record of 17.6 and 17.9 name no model then: an earlier poll may.
    """
    is_there = past.mac.value in case.present
    return is_there and is_failing(past.last) and past.last.failure_phase is JoinPhase.IMAGE


def _stopped(case: Case, issue: Issue, past: ApHistory) -> bool:
    """Whether the AP has not been seen to download for longer than any turn of a loop takes."""
    policy, turn_s = case.context.policy, issue.settings.get("longest_turn_s", DEFAULT_TURN_S)
    longest_s = max(policy.loop_after_s, policy.no_progress_s, turn_s)
    if past.mac.value not in case.present:
        return case.seconds_since(past.last_seen) > longest_s
    return past.failing_since is not None and case.seconds_since(past.failing_since) > longest_s


def _gets_further(case: Case, past: ApHistory) -> bool:
    """Whether the percentage rose lately and nothing has begun anew since."""
    if past.progress_at is None:
        return False
    return case.seconds_since(past.progress_at) < case.context.policy.no_progress_s


def _say_why_not(case: Case, past: ApHistory, tally: _Tally) -> None:
    if past.restarts:
        tally.stopped.append(past.last.label)
    elif _is_away(case, past):
        tally.away.append(past.last.label)
    elif past.last.state is ApState.DOWNLOADING and past.progress_at is not None:
        what = f"downloads and gets further: {past.last.download_percent} %, no restart seen"
        _explain(case, past, Explained.PROGRESSING, what, tally)


def _past_the_end(case: Case, issue: Issue) -> bool:
    """Whether the controller's clock is past the end of the first certificate to run out."""
    return bool(issue.ends) and case.now > _first_end(issue)


def _first_end(issue: Issue) -> datetime:
    return min(certificate.not_after for certificate in issue.ends)


def _fix(case: Case, issue: Issue, model: str | None) -> Fixed:
    if case.release is None:
        return Fixed.NO
    return issue.fix_in(case.view.platform, case.release, case.patches, model)


# -- evidence ----------------------------------------------------------------------------------


def _loop_evidence(case: Case, past: ApHistory) -> str:
    ap = past.last
    version = f"version {ap.version} unchanged" if ap.version else "version unknown"
    if past.restarts:
        newest = past.restarts[-1]
        what = (
            f"download restarted {len(past.restarts)} time(s) in {past.loop_spread_s:.0f} s, "
            f"{version}; last: {newest.sign}, seen {at(newest.seen_at)}"
        )
    elif _is_away(case, past):
        what = f"model {ap.model} away, the last error in its image download, {version}"
        return case.told(ap, what, "failure_phase", "state", "version")
    else:
        percent = "" if ap.download_percent is None else f" at {ap.download_percent} %"
        since = past.downloading_since or past.last_seen
        what = f"model {ap.model} downloading{percent} since {at(since)} or before, {version}"
    return case.told(ap, what, "state", "download_started", "download_percent", "version")


def _explain(case: Case, past: ApHistory, cause: Explained, what: str, tally: _Tally) -> None:
    told = case.told(past.last, what, "state", "model")
    tally.explained.append(Explanation(past.mac, cause, (told,)))


def _unclaimed_proof(case: Case, issue: Issue) -> list[str]:
    """Proof in log lines that no AP of the view claims: AP logs rarely name their AP."""
    known = {mac for past in case.aps for mac in _macs(past)}
    lines = [line for line in case.view.logs if line.mac not in known]
    return [of_line(line, sign) for line, sign in issue.matching(lines) if sign.proves]


def _is_history(case: Case, issue: Issue, tally: _Tally) -> bool:
    """Whether unclaimed proof tells of the past.

    It does where the running release carries the fix, or where every AP that it could speak of
    serves.
    """
    if tally.aps or tally.nameless_models or tally.away:
        return False
    if _fix(case, issue, None) is Fixed.YES:
        return True
    concerned = [past for past in case.aps if issue.affects(past.last.model)]
    return bool(concerned) and all(serves(past) for past in concerned)


def _macs(past: ApHistory) -> set[str]:
    wired = past.last.ethernet_mac
    return {past.mac.value} | ({wired.value} if wired else set())


# -- the finding -------------------------------------------------------------------------------


def _ruling(case: Case, issue: Issue, tally: _Tally) -> Ruling:
    unknown = _unjudged(case, issue, tally)
    grades = [ap.confidence for ap in tally.aps if ap.confidence]
    if tally.proof:
        grades.append(Confidence.CONFIRMED)
    if not grades:
        return Ruling(None, tuple(tally.explained), unknown)
    finding = Finding(
        controller=case.view.controller,
        issue=issue.name,
        confidence=max(grades, key=lambda grade: grade.rank),
        aps=tuple(sorted(tally.aps, key=lambda ap: ap.mac)),
        evidence=(*_about_controller(case, issue), *first_few(tally.evidence)),
        unknown=_doubts(case, tally),
    )
    return Ruling(finding, tuple(tally.explained), unknown)


def _about_controller(case: Case, issue: Issue) -> tuple[str, ...]:
    """Where the controller's clock stands, which the AP judges the certificate by."""
    if case.view.clock is None or not issue.ends:
        return ()
    first = min(issue.ends, key=lambda certificate: certificate.not_after)
    side = "past" if case.now > first.not_after else "before"
    ended = f"the end {at(first.not_after)} of the image signing certificate {first.name}"
    return (case.told_here(f"controller clock {at(case.now)} is {side} {ended}", "clock"),)


def _doubts(case: Case, tally: _Tally) -> tuple[str, ...]:
    """What could not be known and would have made the finding surer or weaker."""
    release = case.view.release
    unread = f"the release reads {release!r}" if release else "the release was not read"
    doubts = (
        (case.release is None, f"{unread}: it may carry the fix"),
        (bool(tally.maybe_fixed), f"{release} may carry the fix: no document found names it"),
        (
            case.view.install is None and case.view.platform is Platform.IOSXE,
            "installed patches were not read: one may carry the fix",
        ),
        (case.view.clock is None, "the controller's clock was not read: this host's was taken"),
        (bool(tally.versions_unknown), f"version not known: {listed(tally.versions_unknown)}"),
        (tally.proof, "which APs wrote the log lines"),
    )
    return tuple(doubt for holds, doubt in doubts if holds)


def _unjudged(case: Case, issue: Issue, tally: _Tally) -> tuple[str, ...]:
    """APs that may have the issue and could not be judged."""
    several = case.view.ap_downloading or 0
    seen = sum(past.last.state is ApState.DOWNLOADING for past in case.aps)
    fixed = _fix(case, issue, None) is Fixed.YES
    why = "the controller's clock is before the end of the certificate, so a download can pass"
    unjudged = (
        (
            bool(tally.nameless_models),
            f"downloading, model not known: {listed(tally.nameless_models)}",
        ),
        (
            bool(tally.away),
            f"away, the last error in an image download; look again: {listed(tally.away)}",
        ),
        (bool(tally.in_window), f"{why}: {listed(tally.in_window)}"),
        (bool(tally.stopped), f"looped, but no longer seen to download: {listed(tally.stopped)}"),
        (case.view.aps is None, "the APs were not read"),
        (
            several > seen and not fixed,
            f"{several} AP(s) download and {seen} of them are named: the controller says no more",
        ),
    )
    return tuple(f"{issue.name}: {what}" for holds, what in unjudged if holds)
