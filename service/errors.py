"""Every error of aprejoin, on one screen.

A class exists because some caller acts differently on it; whether a retry makes sense follows from
the class. Errors carry fields and build their own sentence: what failed, on what, what to do.
"""


class AprejoinError(Exception):
    """The root: everything that aprejoin raises on purpose."""


# -- what was asked for cannot be done ---------------------------------------------------------


class RequestError(AprejoinError):
    """The request is at fault; sending it again as it is changes nothing."""


class InvalidInput(RequestError):
    """An argument, a file or a payload is not of the form that is expected."""

    def __init__(self, what: str, *, where: str, expected: str) -> None:
        super().__init__(f"{where}: {what}; expected {expected}")
        self.what, self.where, self.expected = what, where, expected


class CursorRefused(InvalidInput):
    """A list's cursor is nobody's, or another list's."""

    def __init__(self) -> None:
        super().__init__(
            "not of this list", where="cursor", expected="`next` of a page of the same query"
        )


class NotFound(RequestError):
    """What was named does not exist."""

    def __init__(self, kind: str, name: str, *, known: tuple[str, ...] = ()) -> None:
        hint = f"; known: {', '.join(known[:8])}" if known else ""
        super().__init__(f"no {kind} named {name!r}{hint}")
        self.kind, self.name = kind, name


class NotApproved(RequestError):
    """The plan needs an approval that it does not have."""


class PlanChanged(RequestError):
    """The plan that was approved is not the plan that would be carried out now."""

    def __init__(self, *, approved: str, current: str) -> None:
        super().__init__(
            f"the approved plan {approved[:12]} no longer holds: the controller or the policy "
            f"changed and the plan is now {current[:12]}; read it and approve it again"
        )
        self.approved, self.current = approved, current


class Refused(RequestError):
    """The work was understood and declined, for a reason that a person can act on."""


class TokenRefused(RequestError):
    """No bearer token, or one that opens nothing (any more)."""


class RoleNeeded(RequestError):
    """The token is good, and not for this."""

    def __init__(self, *, needed: str, has: str, who: str = "") -> None:
        super().__init__(f"this takes the role {needed}; the token has the role {has}")
        self.needed, self.has, self.who = needed, has, who


class IssuerAway(AprejoinError):
    """Whoever signs the callers' tokens cannot be asked for its keys; try later."""


class TicketWithdrawn(RequestError):
    """The change ticket that the work needs will never allow it."""


class ScopeNeeded(RequestError):
    """The token holds for a part of the fleet, and this is about all of it."""

    def __init__(self, scope: str) -> None:
        super().__init__(f"this takes a token for the whole fleet; this one holds for {scope}")


class FormRefused(RequestError):
    """A form of the page that is none of this session, or cannot be read."""


class KeyReused(RequestError):
    """An Idempotency-Key came again with another request."""


class TooMany(RequestError):
    """More at once than one caller, or this process, may have; try later."""

    def __init__(self, what: str, *, again_s: float) -> None:
        super().__init__(f"{what}: again in {again_s:g} s")
        self.again_s = again_s


class MatchFailed(RequestError):
    """What the caller has read is not what is there now."""

    def __init__(self) -> None:
        super().__init__("it has changed since it was read: read it again, and decide again")


class MatchNeeded(RequestError):
    """Whoever changes this has to say which state of it they have read."""

    def __init__(self) -> None:
        super().__init__(
            "If-Match is missing: the ETag of what was read, or * for whatever is there"
        )


class KeyInUse(RequestError):
    """An Idempotency-Key came again while its request is being answered; try later."""


# -- a controller did not do what was hoped ----------------------------------------------------


class DeviceError(AprejoinError):
    """Something between us and one controller."""

    def __init__(self, controller: str, operation: str, detail: str) -> None:
        super().__init__(f"{controller}: {operation}: {detail}")
        self.controller, self.operation, self.detail = controller, operation, detail


class DeviceUnreachable(DeviceError):
    """No session could be had, or it ended before anything was sent. Nothing was applied."""


class DeviceBusy(DeviceError):
    """The controller is locked, syncing or out of sessions. Nothing was applied; try later."""


class DeviceTaken(DeviceBusy):
    """Another process of ours does already what one alone may do; the controller was not asked."""


class AuthenticationRefused(DeviceError):
    """The login was refused. Never retried: it locks accounts."""


class HostKeyRefused(DeviceError):
    """The host key is not the one that the inventory or known_hosts says. No login was tried."""


class CapabilityMissing(DeviceError):
    """The controller does not offer what is asked for; asking again changes nothing."""


class ChangeRefused(DeviceError):
    """The controller said no, and nothing was applied.

    Attributes:
        error_tag: the NETCONF error-tag, or an empty string.
    """

    def __init__(
        self, controller: str, operation: str, detail: str, *, error_tag: str = ""
    ) -> None:
        super().__init__(controller, operation, detail)
        self.error_tag = error_tag


class ReplyMalformed(DeviceError):
    """The reply is not of the form that the model promises."""


class OutcomeUnknown(DeviceError):
    """A change was sent and its fate was not seen: read and compare, never resend it blindly."""


# -- an ITSM did not do what was hoped ---------------------------------------------------------


class ItsmError(AprejoinError):
    """Something between us and the ITSM. Never a reason to hold up a way home."""

    def __init__(self, operation: str, detail: str) -> None:
        super().__init__(f"ITSM: {operation}: {detail}")
        self.operation, self.detail = operation, detail


class ItsmUnreachable(ItsmError):
    """It cannot be asked now, and heard nothing: try later.

    Attributes:
        again_s: how long it wants to be left alone; 0: it did not say.
    """

    def __init__(self, operation: str, detail: str, *, again_s: float = 0.0) -> None:
        super().__init__(operation, detail)
        self.again_s = again_s


class ItsmLoginRefused(ItsmUnreachable):
    """It does not take our login. Not tried again for a while by anybody: it locks accounts."""


class ItsmOutcomeUnknown(ItsmError):
    """It was told something and its answer was not seen: look before it is told again."""


class ItsmRefused(ItsmError):
    """It said no: the same again changes nothing until somebody mends the cause there or here.

    Attributes:
        status: of HTTP; 0: it was no HTTP.
    """

    def __init__(self, operation: str, detail: str, *, status: int = 0) -> None:
        super().__init__(operation, detail)
        self.status = status


# -- what we keep ------------------------------------------------------------------------------


class StoreError(AprejoinError):
    """The store could not do what was asked."""


class JournalConflict(StoreError):
    """Somebody else appended to this journal first: read it again and decide again."""


class RecordUnreadable(StoreError):
    """A record of the audit trail is of no form that was ever written: somebody changed it."""

    def __init__(self, seq: int, reason: str) -> None:
        super().__init__(f"record {seq} of the audit trail cannot be read: {reason}")
        self.seq, self.reason = seq, reason


class LeaseHeld(StoreError):
    """Another process holds the right to change this controller."""

    def __init__(self, controller: str, holder: str, left_s: float) -> None:
        at_least = f"for at least {max(left_s, 0.0):.0f} s more"
        super().__init__(f"{controller}: being changed by {holder} {at_least}")
        self.controller, self.holder, self.left_s = controller, holder, left_s


class LeaseLost(StoreError):
    """The right to change this controller passed on: stop at once, send nothing more."""
