"""What a remediation writes down: before anything is sent, and after everything that was seen.

Entries are only ever appended. Everything that a later process needs to finish or undo the work is
in them: what the controller was, what was intended, what became of it. No secret is: NTP keys are
never read, and credentials are references.
"""

from dataclasses import dataclass, field
from datetime import datetime
from typing import Literal, TypeAlias

from service.domain.byhand import ByHand
from service.domain.changes import Change
from service.domain.finding import AffectedAp
from service.domain.images import ImageJob
from service.domain.install_job import InstallJob
from service.domain.instants import Instant, TrueTime
from service.domain.join_policy import Switch
from service.domain.ntp import NtpConfig
from service.domain.policy import Policy
from service.domain.staging import StagingJob
from service.domain.wallclock import ClockZone

Outcome: TypeAlias = Literal["applied", "refused", "busy", "unsent", "unknown"]
FinalState: TypeAlias = Literal["succeeded", "rolled-back", "needs-attention", "cancelled"]


@dataclass(frozen=True, slots=True)
class ClockRepair:
    """What is to be done about a clock that is wrong.

    Attributes:
        servers: the NTP servers to add.
        at_once: a command sets the clock, for the box has no timers.
    """

    servers: NtpConfig
    at_once: bool = False


@dataclass(frozen=True, slots=True)
class Sequel:
    """What follows in the same remediation, once its first part has mended every AP.

    Attributes:
        digest: of the part as it was approved; no other one is begun.
        image: what was planned; it is worked out again when it is its turn.
    """

    strategy: str
    digest: str
    image: ImageJob


@dataclass(frozen=True, slots=True)
class Charter:
    """What a remediation was opened with: the plan's substance and what the controller was.

    Attributes:
        moment: the false moment to set, aware UTC; None where the strategy sets none.
        ntp: the captured entries.
        ntp_was_synchronised: whether sync is to be waited for on the way home.
        unsaved: running differed from startup before we began; None: the box can't tell.
        save_pending: the user accepted that pending changes are saved with ours.
        true_time: true time at capture; None only where nothing vouched (then no window opens).
        approved_by: who approved the plan's digest.
        guardians: how many hosts have to guard a box that cannot restore itself; 0: it can.
        by_hand: what a person types on it.
        switches: the captured certificate policy, as far as it could be read.
        overrides: the switches that are to be turned, each as it is to be.
        repair: how the clock is repaired; None where the strategy repairs none.
        staging: where APs go meanwhile; None where they stay.
        install: what is installed, by the installer of the controller; None: nothing.
        image: what an AireOS controller is to run; None where it keeps its software.
        accepted_reload, accepted_stranded: what a person accepted, where the strategy asks for it.
        then: what follows this part; None: nothing.
        ticket: the change (its id here) that lets it write forward; empty: it needs none.
    """

    controller: str
    issue: str
    strategy: str
    digest: str
    aps: tuple[AffectedAp, ...]
    policy: Policy
    moment: datetime | None
    ntp: NtpConfig
    zone: ClockZone
    ntp_was_synchronised: bool
    unsaved: bool | None
    save_pending: bool
    true_time: TrueTime
    approved_by: str
    release: str = ""
    accepted_suspected: bool = False
    guardians: int = 0
    by_hand: ByHand = ByHand()  # noqa: RUF009 - frozen
    switches: tuple[Switch, ...] = ()
    overrides: tuple[Switch, ...] = ()
    repair: ClockRepair | None = None
    staging: StagingJob | None = None
    install: InstallJob | None = None
    image: ImageJob | None = None
    accepted_reload: bool = False
    accepted_stranded: bool = False
    then: Sequel | None = None
    ticket: str = ""

    @property
    def purpose(self) -> str:
        """The strategy that was asked for: of the last part, for which the others are carried."""
        return self.then.strategy if self.then is not None else self.strategy

    @property
    def false_moment(self) -> datetime:
        """The false moment, for steps that set it."""
        if self.moment is None:
            raise ValueError(f"{self.strategy} sets no clock")
        return self.moment

    @property
    def time_servers(self) -> NtpConfig:
        """Whom to ask for the time: those that are wanted first, then those that were there."""
        wanted = self.repair.servers.entries if self.repair else ()
        return NtpConfig((*wanted, *self.ntp.entries))


@dataclass(frozen=True, slots=True)
class Opened:
    """The remediation exists; nothing has been sent."""

    charter: Charter
    type: Literal["opened"] = "opened"


@dataclass(frozen=True, slots=True)
class Intended:
    """A change is about to be sent.

    Attributes:
        session: the session that sends it, so that a successor can kill it.
        on: the controller that it is sent to; empty: the remediation's own.
    """

    step: str
    change: Change
    summary: str
    session: str
    on: str = ""
    type: Literal["intended"] = "intended"


@dataclass(frozen=True, slots=True)
class Settled:
    """What became of the intention before it.

    Attributes:
        error_tag: the controller's NETCONF error-tag, where it refused and said one.
    """

    step: str
    outcome: Outcome
    detail: str = ""
    error_tag: str = ""
    type: Literal["settled"] = "settled"


@dataclass(frozen=True, slots=True)
class Observed:
    """Something worth remembering between two decisions.

    Attributes:
        facts: small texts by name; what they mean is the step's own affair.
    """

    step: str
    facts: dict[str, str] = field(default_factory=dict)
    type: Literal["observed"] = "observed"


@dataclass(frozen=True, slots=True)
class StepDone:
    """A step reached what it is for, seen by reading."""

    step: str
    detail: str
    type: Literal["done"] = "done"


@dataclass(frozen=True, slots=True)
class StepFailed:
    """A step cannot reach what it is for: forward, the way home begins; at home it is remembered.

    Attributes:
        left: what is still different; mend: the commands that would mend it.
    """

    step: str
    detail: str
    left: tuple[str, ...] = ()
    mend: tuple[str, ...] = ()
    type: Literal["failed"] = "failed"


@dataclass(frozen=True, slots=True)
class HomeCalled:
    """From here on everything is put back. Called again, the way home starts afresh."""

    reason: str
    goal_missed: bool = True
    type: Literal["home"] = "home"


@dataclass(frozen=True, slots=True)
class Continued:
    """The part before succeeded, everything of it is put back, and the next one begins.

    Attributes:
        charter: of the next part, as it is by a look at this moment.
        detail: what the part before came to.
    """

    charter: Charter
    detail: str
    type: Literal["continued"] = "continued"


@dataclass(frozen=True, slots=True)
class Closed:
    """The end."""

    state: FinalState
    detail: str
    recovered: int
    remaining: int
    left: tuple[str, ...] = ()
    mend: tuple[str, ...] = ()
    type: Literal["closed"] = "closed"


Event: TypeAlias = (
    Opened | Intended | Settled | Observed | StepDone | StepFailed | HomeCalled | Continued | Closed
)


@dataclass(frozen=True, slots=True)
class Entry:
    """One line of a journal.

    Attributes:
        seq: 1, 2, 3 ... without gaps.
        fencing: the lease's number when this was written; never falls.
    """

    seq: int
    at: Instant
    event: Event
    fencing: int = 0
