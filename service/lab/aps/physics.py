"""What access points do next: a state machine advanced only when somebody looks.

Between two looks the controller's clock must not have been set: the owner advances first. An AP
that loops steadily is carried over many rounds at once, so that hours cost nothing.
"""

from collections.abc import Iterable
from datetime import datetime
from typing import Protocol

from service.lab.aps.kinds import (
    CERTIFICATE_BAD,
    CONTROLLER_BAD,
    DOWNLOAD_FAILURES,
    DOWNLOADS,
    JOIN_REFUSALS,
    NO_CHAIN,
    SIGNATURE_REJECTED,
    DownloadFailure,
    Refusal,
    issuer_of,
    signature_holds,
)
from service.lab.aps.state import ApState, Phase
from service.lab.log import Log
from service.lab.specs import Ap, Certificate

MANY_ROUNDS = 20


class Controller(Protocol):
    """What an AP meets."""

    @property
    def certificate(self) -> Certificate:
        """The controller's own certificate."""

    @property
    def image(self) -> str:
        """The version that APs have to run."""

    def utc(self, at: float) -> datetime:
        """The controller's clock."""

    def expired_is_allowed(self, issuer: str) -> bool:
        """Does its configuration accept expired AP certificates of this issuer?"""


class Aps:
    """The access points of one controller."""

    def __init__(self, specs: Iterable[Ap], controller: Controller, log: Log) -> None:
        self._controller = controller
        self._log = log
        self._seen = 0.0
        self.states: dict[str, ApState] = {
            spec.mac: ApState(spec, self._first_version(spec)) for spec in specs
        }

    def start(self, at: float) -> None:
        """Put every AP where the lab finds it: joined long ago, or somewhere in its loop."""
        self._seen = at
        for number, state in enumerate(self.states.values()):
            spec = state.spec
            state.predownload = spec.predownload
            state.boot_time = self._controller.utc(at - 86_400)
            if spec.kind == "unreachable":
                state.phase = Phase.SILENT
                state.last_error = "ap-con-failure-run"
                state.disconnect, state.text = "wtp-max-retransmission-reached", HEARTBEAT
            elif spec.kind == "healthy" and self._controller.certificate.present:
                self._joined(state, at - 86_000)
            elif spec.kind in DOWNLOADS and self.refusal(state, at) is None:
                spread = (number * 0.37) % 0.9
                began = at - spread * self._download_s(state)
                state.counters.add("joins")
                state.boot_time = self._controller.utc(began)
                self._download(state, began)
            else:
                self._attempt(state, at)

    def advance(self, now: float) -> None:
        """Let time pass up to a moment."""
        for state in self.states.values():
            if state.until is not None and state.until <= now:
                self._advance(state, now)
        self._seen = now

    def _advance(self, state: ApState, now: float) -> None:
        self._skip(state, now)
        while state.until is not None and state.until <= now:
            at = state.until
            if state.phase is Phase.BOOTING:
                self._attempt(state, at)
            else:
                self._downloaded(state, at)

    def _skip(self, state: ApState, now: float) -> None:
        """Carry an AP over whole rounds of a loop whose outcome doesn't change."""
        assert state.until is not None  # noqa: S101  # the caller looked
        refused = self.refusal(state, state.until)
        if refused is not None and self.refusal(state, now) == refused:
            round_s = state.spec.timings.retry_s
        elif self._fails(state, state.until) and self._fails(state, now) and refused is None:
            round_s = state.spec.timings.boot_s + self._download_s(state)
        else:
            return
        rounds = int((now - state.until) / round_s) - 2
        if rounds < MANY_ROUNDS or (state.spec.kind == "straggler" and not state.is_reset):
            return
        state.until += rounds * round_s
        state.since += rounds * round_s
        counted = ("dtls", "dtls_failed") if refused else ("joins", "downloads", "disconnects")
        for name in ("discoveries", *counted):
            state.counters.add(name, rounds)
        self._log.add(state.until, "ap", "rounds", ap=state.spec.name, rounds=rounds)

    def refusal(self, state: ApState, at: float) -> Refusal | None:
        """Why this AP could not join at this moment; None: it could."""
        spec, utc, own = state.spec, self._controller.utc(at), self._controller.certificate
        if not own.present:
            return NO_CHAIN
        if not own.start <= utc <= own.end:
            return CONTROLLER_BAD
        if spec.kind in JOIN_REFUSALS:
            return JOIN_REFUSALS[spec.kind]
        if utc < spec.cert_start:
            return CERTIFICATE_BAD
        expired = utc > spec.cert_end and not self._controller.expired_is_allowed(issuer_of(spec))
        return CERTIFICATE_BAD if expired else None

    def _fails(self, state: ApState, at: float) -> DownloadFailure | None:
        """How a download that ends at this moment fails; None: it succeeds."""
        spec = state.spec
        if state.version == self._controller.image and spec.kind != "bounce":
            return None
        if spec.kind in DOWNLOAD_FAILURES:
            return DOWNLOAD_FAILURES[spec.kind]
        holds = signature_holds(spec.signature, self._controller.utc(at))
        return None if holds else SIGNATURE_REJECTED

    def _attempt(self, state: ApState, at: float) -> None:
        """The AP knocks."""
        utc = self._controller.utc(at)
        state.counters.add("discoveries")
        state.discovery_time = utc
        state.counters.add("dtls")
        refused = self.refusal(state, at)
        if refused is not None:
            self._refuse(state, at, refused)
            return
        state.counters.add("joins")
        state.refusal = None
        if state.spec.kind == "bounce":
            state.version = self._first_version(state.spec)  # it comes from the other controller
            state.backup = self._controller.image
        if state.version == self._controller.image:
            self._joined(state, at)
        else:
            self._download(state, at)

    def _refuse(self, state: ApState, at: float, refused: Refusal) -> None:
        utc = self._controller.utc(at)
        if state.refusal != refused:
            self._log.add(at, "ap", "refused", ap=state.spec.name, why=refused.text)
        state.refusal, state.last_error, state.text = refused, refused.error, refused.text
        state.disconnect = refused.disconnect
        state.error_time = state.fail_time = utc
        if refused.dtls != "dtls-hs-success":
            state.counters.add("dtls_failed")
            state.dtls_fail_time = utc
        self._away(state, at, state.spec.timings.retry_s)

    def _joined(self, state: ApState, at: float) -> None:
        utc = self._controller.utc(at)
        state.phase, state.since, state.until = Phase.REGISTERED, at, None
        state.join_time = state.ok_time = utc
        state.version = self._controller.image
        state.download_start = None
        state.counters.add("joins_ok")
        state.last_error = "ap-con-failure-run"  # facts section 2: joined APs read this too
        self._log.add(at, "ap", "registered", ap=state.spec.name)

    def _download(self, state: ApState, at: float) -> None:
        utc = self._controller.utc(at)
        state.phase, state.since = Phase.DOWNLOADING, at
        state.until = at + self._download_s(state)
        state.join_time = state.ok_time = state.download_start = utc
        state.counters.add("joins_ok")
        state.counters.add("downloads")
        self._log.add(at, "ap", "downloading", ap=state.spec.name)

    def _downloaded(self, state: ApState, at: float) -> None:
        failure = self._fails(state, at)
        if failure is None:
            state.backup, state.version = state.version, self._controller.image
            self._log.add(at, "ap", "installed", ap=state.spec.name)
            self.reboot(state, at, "wtp-reboot-image-upgrade", "ap-reboot-reason-img-upgrade")
            state.text = "Image upgrade"
            return
        state.last_error, state.error_time = "ap-con-failure-imgdwnld", self._controller.utc(at)
        self._log.add(at, "ap", "rejected", ap=state.spec.name, why=failure.text)
        if state.spec.kind == "straggler" and not state.is_reset:
            state.phase, state.until = Phase.STUCK, None
            return
        self.reboot(state, at, failure.disconnect, failure.reboot)
        state.text = failure.text

    def reset(self, state: ApState, at: float) -> None:
        """`ap name X reset`."""
        state.is_reset = True
        self.reboot(state, at, "wtp-reboot-user-cmd", "ap-reboot-reason-reboot-cmd")
        state.text = "Reset by user"

    def reboot(self, state: ApState, at: float, disconnect: str, reboot: str) -> None:
        """The AP reboots: gone from capwap-data until it joins again."""
        state.disconnect, state.reboot = disconnect, reboot
        state.boot_time = self._controller.utc(at)
        self._left(state, at)
        self._away(state, at, state.spec.timings.boot_s)

    def controller_gone(self, at: float, back_at: float) -> None:
        """The controller reloads: every AP loses it and tries again when it is back."""
        for state in self.states.values():
            if state.phase is Phase.SILENT:
                continue
            if state.present:
                self._left(state, at)
                state.disconnect, state.text = "wtp-max-retransmission-reached", HEARTBEAT
            self._away(state, back_at, state.spec.timings.retry_s)

    def _left(self, state: ApState, at: float) -> None:
        state.counters.add("disconnects")
        state.disconnect_time = self._controller.utc(at)
        self._log.add(at, "ap", "left", ap=state.spec.name, why=state.disconnect)

    def _away(self, state: ApState, at: float, for_s: float) -> None:
        state.phase, state.since, state.until = Phase.BOOTING, at, at + for_s

    def _download_s(self, state: ApState) -> float:
        return state.spec.timings.download_s

    def _first_version(self, spec: Ap) -> str:
        if spec.kind in DOWNLOADS:
            return str(spec.options.get("version", "8.10.185.0"))
        return self._controller.image


HEARTBEAT = "Max Retransmission to AP"  # capture ShowWirelessStatsApJoinSummary
