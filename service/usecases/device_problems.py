"""What controllers refused, as problem details (RFC 9457), for plans and remediations.

They have no status: they are no answers to a request. `type` is as stable as that of errors.
"""

from service.domain.documents import Document, moment
from service.domain.journal import Settled
from service.domain.redaction import redacted
from service.domain.remediation import Run
from service.errors import (
    AprejoinError,
    AuthenticationRefused,
    CapabilityMissing,
    ChangeRefused,
    DeviceBusy,
    DeviceError,
    DeviceUnreachable,
    HostKeyRefused,
    OutcomeUnknown,
    ReplyMalformed,
)

PREFIX = "urn:aprejoin:problem:"
CHANGE_REFUSED = ("change-refused", "The controller refused")
KINDS: tuple[tuple[type[DeviceError], tuple[str, str]], ...] = (
    (DeviceUnreachable, ("device-unreachable", "No answer from the controller")),
    (DeviceBusy, ("device-busy", "The controller is busy")),
    (AuthenticationRefused, ("login-refused", "The login was refused")),
    (HostKeyRefused, ("host-key-refused", "The host key is another one")),
    (CapabilityMissing, ("capability-missing", "The controller does not offer it")),
    (ChangeRefused, CHANGE_REFUSED),
    (ReplyMalformed, ("reply-malformed", "The reply was not understood")),
    (OutcomeUnknown, ("outcome-unknown", "What became of it was not seen")),
)


def device_problem(error: AprejoinError) -> Document | None:
    """What a controller did instead; None where none was to blame."""
    if not isinstance(error, DeviceError):
        return None
    name, title = next(
        (told for kind, told in KINDS if isinstance(error, kind)), ("device", "The controller")
    )
    return {
        "type": f"{PREFIX}{name}",
        "title": title,
        "detail": redacted(str(error)),
        "controller": error.controller,
        "operation": error.operation,
        "error_tag": error.error_tag if isinstance(error, ChangeRefused) else None,
    }


def refusals(run: Run) -> list[Document]:
    """Every change that the controller of a remediation refused, oldest first, with its step."""
    name, title = CHANGE_REFUSED
    return [
        {
            "type": f"{PREFIX}{name}",
            "title": title,
            "detail": event.detail,
            "controller": run.charter.controller,
            "step": event.step,
            "error_tag": event.error_tag or None,
            "at": moment(entry.at.wall),
        }
        for entry in run.journal
        if isinstance(event := entry.event, Settled) and event.outcome == "refused"
    ]
