"""Access points at an AireOS controller: the shared physics, with its own rules of joining.

What differs: expiry of MICs and SSCs can be ignored by configuration; an AP can learn to ignore the
controller's expired MIC only from a controller that it is joined to (facts, section 5, CSCvb93909);
every refused handshake leaves a line in the message log.
"""

from collections import deque
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from service.lab.aireos.images import is_fixed
from service.lab.aps.kinds import (
    CERTIFICATE_BAD,
    CONTROLLER_BAD,
    JOIN_REFUSALS,
    NO_CHAIN,
    Refusal,
)
from service.lab.aps.meeting import Controller, Prepared
from service.lab.aps.physics import Aps
from service.lab.aps.state import ApState, Phase
from service.lab.log import Log
from service.lab.specs import Ap

SSC_KINDS = {"ssc_policy", "ssc_expired"}
KINDS = {"ssc_expired", "ssc_hash"}  # beside the shared ones
DTLS = "ap-con-failure-dtls"
NOT_ALLOWED = Refusal("ap-con-failure-join", "Ap auth failure", join="jf-ap-auth-failure")
HASH_WRONG = Refusal(DTLS, "SSC hash validation failed", dtls="dtls-hs-peer-alert")
LONGEST_LOG = 2000
NEVER, NEVER_S = "unsupported", float("inf")
"""A predownload that an AP cannot do, by the fleet file; and when nothing is due."""


class WlcController(Controller, Protocol):
    """What these APs ask of their controller beside the shared part."""

    @property
    def log_form(self) -> str:
        """How a failed handshake is logged: hash, percent, peer."""

    def ignores(self, kind: str) -> bool:
        """Is the expiry of certificates of this kind (mic, ssc) ignored?"""

    def allows_ssc(self) -> bool:
        """May APs with self-signed certificates join?"""

    def validates_hash(self) -> bool:
        """Is the hash of its own self-signed certificate validated, on a box that has one?"""


@dataclass(frozen=True, slots=True)
class LogLine:
    """A line of the message log, at a moment of the box's clock."""

    utc: datetime
    task: str
    text: str


class WlcAps(Aps):
    """The access points of one AireOS controller."""

    def __init__(self, specs: Iterable[Ap], controller: WlcController, log: Log) -> None:
        self._wlc = controller
        self._due = float("-inf")
        self.learned: set[str] = set()  # MACs of APs that ignore an expired controller MIC
        self.lines: deque[LogLine] = deque(maxlen=LONGEST_LOG)
        self.heard: set[str] = set()  # MACs in the join statistics
        self.offered: Prepared | None = None  # to be predownloaded
        self.changes = 0  # counts what tables show, so that they can be cached
        super().__init__(specs, controller, log)

    def start(self, at: float) -> None:
        """Where the lab finds them; who is joined has learned what the controller is set to."""
        super().start(at)
        silent = {mac for mac, state in self.states.items() if state.phase is Phase.SILENT}
        self.heard = set(self.states) - silent
        self.taught()
        self._plan()

    def advance_alone(self, now: float) -> None:
        """Let time pass; free while nothing is due."""
        if now < self._due:
            return
        super().advance_alone(now)
        self._plan()

    def moved(self) -> None:
        """An AP came or went, or was told something; tables change."""
        self._plan()

    def reboot(self, state: ApState, at: float, disconnect: str, reboot: str) -> None:
        """As the physics do; tables change."""
        super().reboot(state, at, disconnect, reboot)
        self._plan()

    def controller_gone(self, at: float, back_at: float) -> None:
        """As the physics do; tables change."""
        super().controller_gone(at, back_at)
        for state in self.states.values():
            state.predownload = NEVER if state.spec.predownload == NEVER else None
        self.heard.clear()  # facts, section 2: join statistics last until the next boot
        self.lines.clear()
        self._plan()

    def predownload_all(self, release: str, now: float) -> None:
        """Every registered AP is told to load a release while it serves."""
        self.advance(now)
        self.offered = Prepared(release, is_fixed(release))
        for state in self.states.values():
            self.predownload(state, now)
        self._plan()

    def abort_predownload(self, now: float) -> None:
        """What is under way is given up."""
        self.advance(now)
        self.offered = None
        for state in self.states.values():
            if state.fetched_at is not None:
                state.fetched_at, state.predownload = None, None
        self._plan()

    def swap_all(self, now: float) -> None:
        """Every AP that predownloaded boots its other image the next time."""
        for state in self.states.values():
            if state.present and state.predownload == "complete":
                self.swap(state, now)
        self._plan()

    def taught(self) -> None:
        """Registered APs take over the controller's setting as soon as it is made."""
        for mac, state in self.states.items():
            if state.present:
                self._learn(mac)

    def refusal(self, state: ApState, at: float) -> Refusal | None:
        """Why this AP could not join at this moment; None: it could."""
        spec, utc, own = state.spec, self._wlc.utc(at), self._wlc.certificate
        if not own.present:
            return NO_CHAIN
        if utc < own.start or (utc > own.end and not self._forgiven(state)):
            return CONTROLLER_BAD
        if spec.kind == "ssc_hash" and self._wlc.validates_hash():
            return HASH_WRONG
        if spec.kind in SSC_KINDS and not self._wlc.allows_ssc():
            return NOT_ALLOWED
        kind = "ssc" if spec.kind in SSC_KINDS else "mic"
        late = utc > spec.cert_end and not self._wlc.ignores(kind)
        if utc < spec.cert_start or late:
            return CERTIFICATE_BAD
        lost = spec.options.get("lost_on") == self._wlc.image
        trouble = "unsupported_model" if lost else spec.kind
        return None if spec.kind in SSC_KINDS else JOIN_REFUSALS.get(trouble)

    def _forgiven(self, state: ApState) -> bool:
        """Does the AP pass over the controller's expired MIC?"""
        if not self._wlc.ignores("mic"):
            return False
        return state.spec.mac in self.learned or not state.spec.options.get("strict", False)

    def mended(self, spec: Ap) -> bool:
        """The images of a fixed release are signed anew."""
        del spec
        return is_fixed(self._wlc.image)

    def prepared(self, spec: Ap) -> Prepared | None:
        """What APs were told to predownload; one that has no room for two images never does."""
        return None if spec.predownload == NEVER else self.offered

    def _attempt(self, state: ApState, at: float) -> None:
        self.heard.add(state.spec.mac)
        super()._attempt(state, at)

    def _joined(self, state: ApState, at: float) -> None:
        super()._joined(state, at)
        self._learn(state.spec.mac)

    def _download(self, state: ApState, at: float) -> None:
        super()._download(state, at)
        self._learn(state.spec.mac)

    def _learn(self, mac: str) -> None:
        (self.learned.add if self._wlc.ignores("mic") else self.learned.discard)(mac)

    def _refuse(self, state: ApState, at: float, refused: Refusal) -> None:
        super()._refuse(state, at, refused)
        if refused.error == DTLS:
            self._log_handshake(state, at)

    def _log_handshake(self, state: ApState, at: float) -> None:
        """Facts, section 4: forms that were seen; the MAC may not be the base radio MAC."""
        mac = state.spec.options.get("log_mac", state.spec.mac)
        form = self._wlc.log_form
        mark, line = {"hash": ("#", 681), "percent": ("%", 631), "peer": ("%", 844)}[form]
        peer = f"peer {state.spec.ip}" if form == "peer" else "peer"
        task = "spamReceiveTask" if form == "percent" else f"spamApTask{len(self.lines) % 4}"
        self.note(
            at,
            task,
            f"{mark}DTLS-3-HANDSHAKE_FAILURE: openssl_dtls.c:{line} "
            f"Failed to complete DTLS handshake with {peer} for AP {mac}",
        )

    def note(self, at: float, task: str, text: str) -> None:
        """A line for the message log."""
        self.lines.append(LogLine(self._wlc.utc(at), task, text))

    def _plan(self) -> None:
        moments = ((s.until, s.fetched_at) for s in self.states.values())
        self._due = min((at for both in moments for at in both if at is not None), default=NEVER_S)
        self.changes += 1
