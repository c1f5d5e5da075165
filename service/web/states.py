"""How states are shown: a word, a tone and a shape each; nothing is told by its colour alone."""

from collections.abc import Mapping

from service.web.words import Word

REMEDIATIONS: Mapping[str, Word] = {
    "awaiting-approval": Word("Awaits approval", "warn", "question", "nobody gave their word yet"),
    "queued": Word("Queued", "calm", "dots", "a worker begins as soon as it may"),
    "running": Word("Running", "busy", "wrench", "workers carry it out"),
    "succeeded": Word("Succeeded", "good", "check", "all put back, and every AP recovered"),
    "rolled-back": Word("Rolled back", "warn", "half", "all put back, and not every AP recovered"),
    "needs-attention": Word("Needs attention", "alarm", "alarm", "not proved put back"),
    "cancelled": Word("Cancelled", "calm", "stop", "nothing was written"),
}
STEPS: Mapping[str, Word] = {
    "pending": Word("Pending", "calm", "dots", "not begun"),
    "running": Word("Running", "busy", "wrench", "under way"),
    "done": Word("Done", "good", "check", "done and read back"),
    "failed": Word("Failed", "alarm", "alarm", "did not come off"),
    "skipped": Word("Skipped", "calm", "stop", "not needed any more"),
}
PLANS: Mapping[str, Word] = {
    "queued": Word("Being worked out", "busy", "dots", "a worker reads the controller"),
    "ready": Word("Ready", "good", "check", "it may be approved and carried out"),
    "approved": Word("Approved", "good", "check", "somebody gave their word"),
    "rejected": Word("Rejected", "alarm", "stop", "somebody said no"),
    "lapsed": Word("Lapsed", "calm", "clock", "its time is over: ask for another one"),
    "none": Word("No plan", "calm", "half", "there is nothing that may be done"),
    "failed": Word("Failed", "alarm", "alarm", "the controller could not be read"),
}
APS: Mapping[str, Word] = {
    "registered": Word("Registered", "good", "check", "it serves"),
    "downloading": Word("Downloading", "busy", "dots", "it takes an image"),
    "pre-downloading": Word("Pre-downloading", "busy", "dots", "it serves, and takes an image"),
    "unregistered": Word("Unregistered", "warn", "half", "the controller knows it and it is away"),
    "down": Word("Down", "alarm", "unplugged", "the controller calls it down"),
    "not-joined": Word("Not joined", "alarm", "stuck", "known from the join statistics alone"),
    "unknown": Word("Unknown", "calm", "question", "a word that we do not know"),
}
CONFIDENCES: Mapping[str, Word] = {
    "confirmed": Word("Confirmed", "alarm", "alarm", "a log line or the dates prove it"),
    "probable": Word("Probable", "warn", "stuck", "polls show it again and again"),
    "suspected": Word("Suspected", "calm", "question", "it may also be something harmless"),
}
OUTCOMES: Mapping[str, Word] = {
    "done": Word("Done", "good", "check", "it happened"),
    "unchanged": Word("Unchanged", "calm", "half", "it was so already"),
    "refused": Word("Refused", "warn", "stop", "it was not allowed"),
    "failed": Word("Failed", "alarm", "alarm", "it broke"),
}
MESSAGES: Mapping[str, Word] = {
    "pending": Word("To send", "calm", "dots", "a worker sends it, again where it has to"),
    "delivered": Word("Sent", "good", "check", "the service took it"),
    "dead": Word("Put aside", "alarm", "alarm", "nobody took it for a day"),
}
ENDED = frozenset({"succeeded", "rolled-back", "needs-attention", "cancelled"})
STOPPABLE = frozenset({"awaiting-approval", "queued", "running"})
