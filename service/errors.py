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

    def __init__(self, *, needed: str, has: str) -> None:
        super().__init__(f"this takes the role {needed}; the token has the role {has}")
        self.needed, self.has = needed, has


class KeyReused(RequestError):
    """An Idempotency-Key came again with another request."""


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


# -- what we keep ------------------------------------------------------------------------------


class StoreError(AprejoinError):
    """The store could not do what was asked."""


class JournalConflict(StoreError):
    """Somebody else appended to this journal first: read it again and decide again."""


class LeaseHeld(StoreError):
    """Another process holds the right to change this controller."""

    def __init__(self, controller: str, holder: str, left_s: float) -> None:
        at_least = f"for at least {max(left_s, 0.0):.0f} s more"
        super().__init__(f"{controller}: being changed by {holder} {at_least}")
        self.controller, self.holder, self.left_s = controller, holder, left_s


class LeaseLost(StoreError):
    """The right to change this controller passed on: stop at once, send nothing more."""
