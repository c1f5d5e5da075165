"""What access points do next: a state machine advanced only when somebody looks.

Between two looks the controller's clock must not have been set: the owner advances first. An AP
that loops steadily is carried over many rounds at once, so that hours cost nothing.
"""

from collections.abc import Iterable

from service.lab.aps.air import Air, hand_over
from service.lab.aps.kinds import (
    DOWNLOAD_FAILURES,
    DOWNLOADS,
    JOIN_REFUSALS,
    SIGNATURE_REJECTED,
    DownloadFailure,
    Refusal,
    signature_holds,
)
from service.lab.aps.meeting import Controller, Prepared, refusal_at
from service.lab.aps.state import ApState, Ground, Phase
from service.lab.errors import LabError
from service.lab.log import Log
from service.lab.specs import Ap

MANY_ROUNDS = 20


class Aps:
    """The access points of one controller."""

    def __init__(self, specs: Iterable[Ap], controller: Controller, log: Log) -> None:
        self._controller = controller
        self._log = log
        self._seen = 0.0
        self._held = False
        self.air: Air | None = None
        known = {spec.mac: ApState(spec, self._first_version(spec)) for spec in specs}
        self._in_boxes = {m: s for m, s in known.items() if s.spec.options.get("unplugged")}
        self.states: dict[str, ApState] = {
            mac: state for mac, state in known.items() if mac not in self._in_boxes
        }

    def wanted(self, spec: Ap) -> str:
        """The version that this AP has to run."""
        del spec
        return self._controller.image

    def mended(self, spec: Ap) -> bool:
        """Is that version signed by a certificate that holds, whatever the AP's clock says?"""
        del spec
        return False

    def prepared(self, spec: Ap) -> Prepared | None:
        """The image that a predownload brings; None: there is nothing to be had before its time."""
        del spec
        return None

    def start(self, at: float) -> None:
        """Put every AP where the lab finds it: joined long ago, or somewhere in its loop."""
        self._seen = at
        for number, state in enumerate(self.states.values()):
            spec = state.spec
            state.origin = self
            state.homes = {**spec.options.get("homes", {})}
            state.predownload = spec.predownload
            state.backup = str(spec.options.get("backup", state.backup))
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
        """Let time pass up to a moment, at every controller that shares APs with this one."""
        if self.air is None:
            self.advance_alone(now)
        else:
            self.air.advance(now)

    def advance_alone(self, now: float) -> None:
        """Let time pass for the APs that are here; one that leaves goes on where it arrives."""
        for state in list(self.states.values()):
            if state.fetched_at is not None and state.fetched_at <= now:
                self._fetched(state, state.fetched_at)
            if state.until is not None and state.until <= now:
                self._advance(state, now)
        self._seen = now

    def is_due(self, now: float) -> bool:
        """Is there an AP here that would have done something by now?"""
        return any(s.until is not None and s.until <= now for s in self.states.values())

    def _advance(self, state: ApState, now: float) -> None:
        self._skip(state, now)
        while state.until is not None and state.until <= now:
            at = state.until
            there = self._choice(state)
            if there is not self and state.phase in {Phase.BOOTING, Phase.REGISTERED}:
                self._leave(state, there, at)
                return  # it goes on where it arrives
            if state.phase is Phase.BOOTING:
                self._attempt(state, at)
            elif state.phase is Phase.REGISTERED:
                state.until = None  # nowhere better to go after all
            else:
                self._downloaded(state, at)

    def _choice(self, state: ApState) -> Ground:
        return self if self.air is None else self.air.choice(state, self)

    def _leave(self, state: ApState, there: Ground, at: float) -> None:
        """The AP goes to another controller and knocks there; one may get lost on the way."""
        if state.present:
            self._left(state, at)
        self._log.add(at, "ap", "moves", ap=state.spec.name)
        if state.spec.options.get("lost"):
            state.phase, state.until = Phase.SILENT, None
            return
        state.phase, state.since, state.until = Phase.BOOTING, at, at + state.spec.timings.retry_s
        hand_over(state, self, there)

    def plug_in(self, name: str, at: float) -> None:
        """An AP that was in its box until now is put up, and knocks."""
        for mac, state in self._in_boxes.items():
            if state.spec.name == name:
                state.origin, state.boot_time = self, self._controller.utc(at)
                self.states[mac] = self._in_boxes.pop(mac)
                self._log.add(at, "ap", "plugged in", ap=name)
                self._attempt(state, at)
                return
        raise LabError(f"no AP {name} is waiting in its box")

    def moved(self) -> None:
        """An AP came from another controller, or went there."""

    def tell(self, state: ApState, place: str, home: tuple[str, str], at: float) -> None:
        """The AP is told which controller it joins; NONE: none at that place."""
        state.homes = {**state.homes, place: home}
        state.turned_down.clear()
        self._log.add(at, "ap", "told", ap=state.spec.name, place=place, home=home[0])
        self._fall_back(state, at)
        self.moved()

    def _fall_back(self, state: ApState, at: float) -> None:
        """A joined AP that knows a better controller goes there after a while."""
        if state.phase is not Phase.REGISTERED or self._choice(state) is self:
            return
        if state.spec.options.get("fallback", True):
            state.until = at + state.spec.timings.retry_s

    def _turned_away(self, state: ApState) -> Refusal | None:
        """Why this controller takes no guest, or no AP more; None: it does."""
        if self.air is None:
            return None
        roaming = self.air.roaming_of(self)
        if roaming.refuses is not None and state.origin is not self:
            return JOIN_REFUSALS[roaming.refuses]
        present = sum(one.present for one in self.states.values())
        full = roaming.max_aps is not None and present >= roaming.max_aps
        return JOIN_REFUSALS["ap_limit"] if full else None

    def _skip(self, state: ApState, now: float) -> None:
        """Carry an AP over whole rounds of a loop whose outcome doesn't change."""
        assert state.until is not None  # noqa: S101  # the caller looked
        if self._choice(state) is not self or self._turned_away(state) is not None:
            return
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
        return refusal_at(self._controller, state.spec, at)

    def _fails(self, state: ApState, at: float) -> DownloadFailure | None:
        """How a download that ends at this moment fails; None: it succeeds."""
        spec = state.spec
        if state.version == self.wanted(spec) and spec.kind != "bounce":
            return None
        if spec.kind in DOWNLOAD_FAILURES:
            return DOWNLOAD_FAILURES[spec.kind]
        return None if self._accepts(spec, at, mended=self.mended(spec)) else SIGNATURE_REJECTED

    def _accepts(self, spec: Ap, at: float, *, mended: bool) -> bool:
        """Does the AP accept the signature of an image at this moment of the controller's clock?"""
        return mended or signature_holds(spec.signature, self._controller.utc(at))

    def _attempt(self, state: ApState, at: float) -> None:
        """The AP knocks."""
        utc = self._controller.utc(at)
        state.counters.add("discoveries")
        state.discovery_time = utc
        state.counters.add("dtls")
        refused = self._turned_away(state) or self.refusal(state, at)
        if refused is not None:
            self._refuse(state, at, refused)
            return
        state.counters.add("joins")
        state.refusal = None
        if state.spec.kind == "bounce":
            state.version = self._first_version(state.spec)  # it comes from the other controller
            state.backup = self.wanted(state.spec)
        if state.version == self.wanted(state.spec):
            self._joined(state, at)
        elif state.backup == self.wanted(state.spec) and state.spec.kind != "bounce":
            self._swap(state, at)
        else:
            self._download(state, at)

    def _swap(self, state: ApState, at: float) -> None:
        """The other slot holds what is wanted: nothing is downloaded, and nothing verified anew."""
        state.version, state.backup = state.backup, state.version
        self._log.add(at, "ap", "swapped", ap=state.spec.name)
        self.reboot(state, at, "wtp-reboot-image-upgrade", "ap-reboot-reason-img-upgrade")

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
        state.turned_down.add(id(self))
        self._away(state, at, state.spec.timings.retry_s)

    def _joined(self, state: ApState, at: float) -> None:
        utc = self._controller.utc(at)
        state.phase, state.since, state.until = Phase.REGISTERED, at, None
        state.join_time = state.ok_time = utc
        state.version = self.wanted(state.spec)
        if state.predownload and state.fetching == state.version:
            state.predownload = None
        state.download_start = None
        state.counters.add("joins_ok")
        state.last_error = "ap-con-failure-run"  # facts section 2: joined APs read this too
        self._log.add(at, "ap", "registered", ap=state.spec.name)
        self._fall_back(state, at)

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
            state.backup, state.version = state.version, self.wanted(state.spec)
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
        if state.swaps:
            state.version, state.backup, state.swaps = state.backup, state.version, False
        self._away(state, at, state.spec.timings.boot_s)

    def predownload(self, state: ApState, at: float) -> bool:
        """`ap name X image predownload`; False: no image to fetch, or nobody to fetch it."""
        prepared = self.prepared(state.spec)
        if prepared is None or state.phase is not Phase.REGISTERED:
            return False
        state.predownload, state.fetching = "initiated", prepared.version
        state.fetch_began, state.fetched_at = at, at + state.spec.timings.predownload_s
        state.fetch_mended = prepared.mended
        self._log.add(at, "ap", "predownloading", ap=state.spec.name)
        return True

    def _fetched(self, state: ApState, at: float) -> None:
        spec = state.spec
        state.fetched_at = None
        good = spec.kind not in DOWNLOAD_FAILURES
        good = good and self._accepts(spec, at, mended=state.fetch_mended)
        if good:
            state.backup, state.predownload = state.fetching, "complete"
        else:
            state.predownload = "failed"
        self._log.add(at, "ap", f"predownload {state.predownload}", ap=spec.name)

    def stop_predownload(self, state: ApState) -> None:
        """`ap image predownload abort`, or the AP goes away meanwhile: its row is gone, too."""
        if state.fetched_at is not None:
            state.fetched_at = state.predownload = None

    def swap(self, state: ApState, at: float) -> None:
        """`ap name X image swap`: the AP boots its other slot the next time that it reboots."""
        state.swaps = not state.swaps
        self._log.add(at, "ap", "will swap" if state.swaps else "won't swap", ap=state.spec.name)

    def image_changed(self, at: float) -> None:
        """Another image has come into force: who is here and runs something else is sent away."""
        for state in self.states.values():
            if state.present and state.version != self.wanted(state.spec):
                self.reboot(state, at, "wtp-reboot-image-upgrade", "ap-reboot-reason-img-upgrade")
                state.text = "Image upgrade"

    def controller_gone(self, at: float, back_at: float) -> None:
        """The controller reloads: every AP loses it and tries again when it is back."""
        for state in self.states.values():
            if state.phase in {Phase.SILENT, Phase.ELSEWHERE}:
                continue
            state.predownload = None
            if state.present:
                self._left(state, at)
                state.disconnect, state.text = "wtp-max-retransmission-reached", HEARTBEAT
            self._away(state, back_at, state.spec.timings.retry_s)

    def _left(self, state: ApState, at: float) -> None:
        self.stop_predownload(state)
        state.counters.add("disconnects")
        state.disconnect_time = self._controller.utc(at)
        self._log.add(at, "ap", "left", ap=state.spec.name, why=state.disconnect)

    def _away(self, state: ApState, at: float, for_s: float) -> None:
        state.phase, state.since, state.until = Phase.BOOTING, at, at + for_s

    def hold_downloads(self, now: float, *, held: bool) -> None:
        """Downloads that begin meanwhile last until they are let go, and then as long as usual."""
        self._held = held
        for state in self.states.values():
            if state.phase is Phase.DOWNLOADING and not held:
                state.until = now + self._download_s(state)

    def _download_s(self, state: ApState) -> float:
        return HELD_S if self._held else state.spec.timings.download_s

    def _first_version(self, spec: Ap) -> str:
        if spec.kind in DOWNLOADS:
            return str(spec.options.get("version", "8.10.185.0"))
        return self.wanted(spec)


HELD_S = 86_400.0
HEARTBEAT = "Max Retransmission to AP"  # capture ShowWirelessStatsApJoinSummary
