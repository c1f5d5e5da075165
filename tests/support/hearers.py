"""A service with people who hear what its workers find and do."""

from dataclasses import replace

from service.domain.notices.rules import Notify, Rule
from service.domain.notices.words import words_of
from service.domain.webhooks import GIVE_UP_S
from service.ports.jobs import TellPeople
from service.ports.notices import new_notice, outbox_of
from service.ports.requests import AskedSweep
from service.ports.webhooks import Tried
from tests.support.ears import Ears
from workers.runtime import FleetRuntime

BOTH = Notify(
    {"noc": "env:NOC", "boss": "env:BOSS"},
    (Rule("all", ("noc", "boss")),),
    "https://page.example",
)


class People:
    """A service with people who hear."""

    def __init__(self, service, wanted=BOTH):
        self.service, self.ears = service, Ears()
        context = service.worker.context
        inventory = replace(context.inventory, notify=wanted)
        self.context = replace(context, inventory=inventory, announcer=self.ears)
        self.runtime = FleetRuntime(self.context, service.api.queue)
        self.tick()  # from here on

    def tick(self, seconds=20.0):
        """One nudge, and what it queues for people; then time passes."""
        queue = self.service.api.queue
        self.runtime.nudge()
        jobs = [job for job in queue.jobs if isinstance(job, TellPeople)]
        queue.jobs = [job for job in queue.jobs if not isinstance(job, TellPeople)]
        for job in jobs:
            self.runtime.people(job.channel)
        self.service.crew.stage.world.advance(seconds)

    def sweep(self, item="s1"):
        now = self.context.clock.now().wall
        self.context.store.ask_sweep(AskedSweep(item, now, "ann", ("hq-1",)))
        self.runtime.sweep(item)

    def put_aside(self, channel):
        """Nobody took what is to be sent there for a day."""
        store, now = self.context.store, self.context.clock.now().wall
        for one in store.deliveries(outbox_of(channel), limit=9, state="pending"):
            store.note_tried(one.id, Tried("dead", one.status, one.detail, GIVE_UP_S), at=now)

    def happens(self, *happened, rule="all", channels=("noc", "boss")):
        """Something that was written down for channels."""
        self.context.store.add_notices(
            new_notice(channel, Rule(rule, (channel,)), one, _words(one))
            for one in happened
            for channel in channels
        )


def _words(happening):
    return words_of(happening, site=None, on_finding="report", link=None)
