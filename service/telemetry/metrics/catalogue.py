"""Every metric of ours: its name, labels, meaning, and what bounds how many series it has.

The reference in docs/signals.md is made of this, alert rules and dashboard are held against it, and
the exposition refuses a sample that is not of this form. Durations are seconds, moments ages.
"""

from dataclasses import dataclass
from typing import Literal, TypeAlias

Kind: TypeAlias = Literal["gauge", "counter", "histogram"]
PREFIX = "aprejoin_"
FLEET, ONE, FEW, STEPS, ROUTES = (
    "one for each controller of the inventory, 5,000 at most",
    "one",
    "a few, fixed by the code",
    "steps of the strategies (about 60) by outcome (2) and bucket (13)",
    "routes of the API by method and status",
)


@dataclass(frozen=True, slots=True)
class Metric:
    """One metric.

    Attributes:
        name: whole; a counter's ends in `_total`.
        help: one sentence, also for the exposition.
        bound: how many series there are at most, in words.
        per_process: of the process that is scraped alone; all others are of the whole service, the
            same from every API process.
    """

    name: str
    kind: Kind
    help: str
    labels: tuple[str, ...] = ()
    bound: str = ONE
    per_process: bool = False

    @property
    def series(self) -> tuple[str, ...]:
        """The names that its samples have."""
        if self.kind == "histogram":
            return (f"{self.name}_bucket", f"{self.name}_count", f"{self.name}_sum")
        return (self.name,)


def _gauge(name: str, text: str, *labels: str, bound: str = ONE) -> Metric:
    return Metric(f"{PREFIX}{name}", "gauge", text, labels, bound)


def _counter(name: str, text: str, *labels: str, bound: str = ONE) -> Metric:
    return Metric(f"{PREFIX}{name}_total", "counter", text, labels, bound)


CONTROLLERS = (
    _gauge("controllers", "Controllers of the inventory, by whether the newest poll could read"
           " them: reachable, unreachable or never-polled.", "state", bound=FEW),
    _gauge("controllers_left_out", "Controllers without series of their own: there are too many."),
    _gauge("controller_reachable", "Whether the newest poll could read it.", "controller",
           "platform", bound=FLEET),
    _gauge("controller_clock_offset_seconds", "Its clock minus true time at the newest poll, or"
           " minus the worker's clock where nothing vouched for true time.", "controller",
           bound=FLEET),
    _gauge("controller_clock_vouched", "Whether the offset is measured against true time that two"
           " sources vouch for.", "controller", bound=FLEET),
    _gauge("controller_ntp_synchronised", "Whether NTP held its clock at the newest poll.",
           "controller", bound=FLEET),
    _gauge("poll_age_seconds", "Since the newest poll of a sweep; +Inf: it was before the store's"
           " host booted.", "controller", "class", bound=FLEET),
    _gauge("poll_pause_factor", "How many times as far apart its scheduled polls are to be, for"
           " slow answers or a busy processor; longest_backoff_s bounds it. 1: as usual.",
           "controller", bound=FLEET),
    _gauge("controller_load_percent", "How busy its processor was at the newest poll, by its own"
           " word.", "controller", bound=FLEET),
    _gauge("controller_aps", "Access points, by the state that the newest poll saw.", "controller",
           "state", bound=f"{FLEET}, by 7 states"),
    _gauge("stuck_aps", "Access points of a finding of the newest sweep, by the finding's"
           " confidence; the page and REST tell each access point's own.", "controller", "issue",
           "confidence", bound=f"{FLEET}, by the issues found on it"),
    _gauge("findings", "Findings of the newest sweep on any controller, also those without access"
           " points.", "issue", "confidence", bound="issues of the catalogue by confidence (3)"),
    _gauge("certificate_days_left", "Until the first certificate ends that access points may be"
           " shown (whose=controller), or one of their own (whose=access-point); negative: it"
           " ended.", "controller", "whose", bound=f"{FLEET}, twice"),
)  # fmt: skip
WINDOWS = (
    _gauge("false_time_windows_open", "Controllers whose clock is, or may be, false on our"
           " account."),
    _gauge("false_time_open_seconds", "For how long that clock has been false.", "controller",
           bound="controllers whose clock is false now"),
    _counter("false_time_seconds", "False time of windows that are closed, all together."),
    _gauge("remediations_unfinished", "Remediations that have begun and not ended."),
    _gauge("remediation_oldest_seconds", "Since the oldest of them began; 0: there is none."),
    _gauge("needs_attention", "Whether its newest remediation waits for a person: it ended as"
           " needs-attention, or everybody left it.", "controller",
           bound="controllers for which that is so"),
    _counter("remediations", "Remediations that ended, by strategy and how.", "strategy", "state",
             bound="strategies (6) by final states (4)"),
    Metric(f"{PREFIX}step_duration_seconds", "histogram", "How long steps of remediations took,"
           " their waits included.", ("step", "outcome"), STEPS),
    _counter("changes", "Changes that were sent to controllers, by what became of them: applied,"
             " refused, busy, unsent or unknown.", "outcome", bound=FEW),
    _gauge("halted", "Whether somebody threw the stop switch."),
)  # fmt: skip
QUEUES = (
    _gauge("work_due", "Work that is due by the database and was not done.", "kind", bound=FEW),
    _gauge("work_due_oldest_seconds", "For how long the oldest of it has been due.", "kind",
           bound=FEW),
    _gauge("work_planned", "Work that is due later.", "kind", bound=FEW),
    _gauge("queue_messages", "Messages at the broker that no worker took yet.", "lane", bound=FEW),
    _gauge("queue_unacknowledged", "Messages at the broker that a worker has."),
    _gauge("leases", "Leases that were not given back: held, or run-out.", "state", bound=FEW),
    _counter("leases_left", "Leases whose holder died or let them run out, and that somebody took"
             " over."),
    _gauge("guardian_hosts", "Hosts that guard and were heard of lately."),
    _gauge("canary_age_seconds", "Since a canary of beat came through broker and worker into the"
           " database; +Inf: not since the store's host booted.", "lane", bound=FEW),
    _counter("canaries", "Canaries of beat that a worker answered.", "lane", bound=FEW),
    _counter("jobs_failed", "Jobs that failed, by job and outcome: retried or failed.", "job",
             "outcome", bound=FEW),
    _gauge("outbox_messages", "Messages to webhooks and tickets that are pending or dead.", "to",
           "state", bound=FEW),
    _counter("event_lines", "Lines and traps that listeners heard, by what became of them: kept,"
             " other, untied, stranger, unparsable, refused, lost.", "outcome", bound=FEW),
)  # fmt: skip
SERVICE = (
    _gauge("database_up", "Whether the database answered this scrape; 0: of the rest only what"
           " this process counts itself is told."),
    _gauge("broker_up", "Whether the broker answered this scrape."),
    _gauge("scrape_seconds", "How long reading all this took; it is kept for a few seconds."),
    Metric(f"{PREFIX}http_requests_total", "counter", "Requests that this API process answered.",
           ("method", "route", "status"), ROUTES, per_process=True),
    Metric(f"{PREFIX}http_request_duration_seconds", "histogram", "How long it took to answer"
           " them.", ("method", "route"), f"{ROUTES}, by bucket (11)", per_process=True),
)  # fmt: skip

METRICS: tuple[Metric, ...] = (*CONTROLLERS, *WINDOWS, *QUEUES, *SERVICE)
BY_NAME = {one.name: one for one in METRICS}
