"""One story that makes every call of the API; its answers are the examples of the OpenAPI document.

`python -m tests.support.api_examples` writes them anew: after a call was added, or says more.
"""

import json
import re
import tempfile
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from service.api import described
from service.domain.inventory import Schedule
from service.domain.notices.rules import Notify, Rule
from service.domain.tickets import Ticket
from service.domain.waves import Fate
from service.usecases.announce import announce
from service.usecases.tickets import id_of
from tests.support.api_service import Service, crew_service
from tests.support.ears import Ears
from tests.support.fleet_service import FLEET, FleetService, with_file
from tests.support.outside import RecordingSender, outside
from tests.support.ticket_pair import ITSM, PairSecrets, signed_word, word
from workers.runtime import FleetRuntime

V1 = "/api/v1"
KEPT, LONGEST = 2, 160
MADE_UP = {"secret": "whsec_…", "clear": "aprejoin_…", "url": "https://noc.example.net/hook"}


@dataclass
class Recorder:
    """Calls, and keeps the first good answer of each operation."""

    service: Service
    found: dict[str, dict[str, Any]] = field(default_factory=dict)

    def __post_init__(self) -> None:
        document = self.service.api.app.openapi()
        self._operations = [
            (method.upper(), re.compile(re.sub(r"\{(\w+)\}", r"(?P<\1>[^/]+)", path)), operation)
            for path, item in document["paths"].items()
            for method, operation in item.items()
        ]

    def call(self, who: str, method: str, path: str, body: Any = None, **headers: str) -> Any:
        """One call; its answer."""
        caller = self.service.api.as_(who)
        return self.keep(caller.request(method, path, json=body, headers=headers), body)

    def keep(self, answered: Any, body: Any) -> Any:
        """Keep an answer, as `call` does."""
        method, path = answered.request.method, answered.request.url.path
        assert answered.status_code < 300, f"{method} {path}: {answered.text}"
        for wanted, pattern, operation in self._operations:
            match = pattern.fullmatch(path)
            if wanted == method and match is not None:
                self.found.setdefault(
                    operation["operationId"],
                    {
                        "parameters": match.groupdict(),
                        "request": body,
                        "status": str(answered.status_code),
                        "media": answered.headers["content-type"].partition(";")[0],
                        "response": _shown(answered),
                    },
                )
        return answered

    def calls(self, found: dict[str, dict[str, Any]]) -> list[tuple[str, str, str]]:
        """(method, path, operation) of every call that was answered so."""
        document = self.service.api.app.openapi()
        return [
            (method.upper(), path.format(**found[name]["parameters"]), name)
            for path, item in document["paths"].items()
            for method, operation in item.items()
            if (name := operation["operationId"]) in found
        ]


def _shown(answered: Any) -> Any:
    is_json = answered.headers["content-type"].endswith("json")
    return answered.json() if is_json else answered.text


def trimmed(value: Any, name: str = "") -> Any:
    """An answer short enough to be read in a document."""
    if name in MADE_UP:
        return MADE_UP[name]
    match value:
        case dict():
            return {key: trimmed(one, key) for key, one in value.items()}
        case list():
            return [trimmed(one) for one in value[:KEPT]]
        case str() if len(value) > LONGEST and not value.startswith("retry"):
            return value[: LONGEST - 1] + "…"
        case str():
            return "\n\n".join(value.split("\n\n")[:4])
    return value


def story(service: Service) -> dict[str, dict[str, Any]]:
    """Every call of the API once; what each was answered."""
    context = replace(service.api.context, outside=outside(RecordingSender()))
    schedule = Schedule("night", "sweep", cron="0 2 * * *")
    people = Notify({"noc": "env:NOC"}, (Rule("alarms", ("noc",)),))
    fleet = replace(context.inventory, schedules=(schedule,), notify=people)
    service.api.set_front(replace(context, inventory=fleet))
    told = Recorder(service)
    for open_path in ("/healthz", "/readyz"):
        told.call("vera", "GET", open_path)
    _look(service, told)
    _steer(service, told)
    _call_back(service, told)
    _say_so(service, told)
    _mend(service, told)
    _tell(told)
    _say(service, told)
    with tempfile.TemporaryDirectory() as folder:
        _edit(service, told, Path(folder))
    return told.found


def _look(service: Service, told: Recorder) -> None:
    where = told.call("ann", "POST", f"{V1}/sweeps", {"names": ["hq-1"]}).headers["Location"]
    service.work()
    told.call("vera", "GET", where)
    for name in ("sweeps", "controllers", "controllers/hq-1", "controllers/hq-1/aps"):
        told.call("vera", "GET", f"{V1}/{name}")
    for name in ("schedules", "forecast"):
        told.call("vera", "GET", f"{V1}/{name}")
    (finding,) = told.call("vera", "GET", f"{V1}/findings").json()["findings"]
    told.call("vera", "GET", f"{V1}/aps/{finding['aps'][0]['mac']}")
    where = f"{V1}/findings/{finding['id']}"
    until = service.api.context.clock.now().wall + timedelta(days=3)
    body = {"reason": "replaced on Monday", "until": until.isoformat()}
    told.call("ann", "POST", f"{where}/acknowledge", {"note": "case 4711"})
    told.call("ann", "POST", f"{where}/suppress", body)
    told.call("vera", "GET", where)
    for said in ("suppress", "acknowledge"):
        told.call("ann", "DELETE", f"{where}/{said}")


def _mend(service: Service, told: Recorder) -> None:
    for verb in ("cancel", "rollback"):
        told.call("ann", "POST", f"{service.remediation()}/{verb}")
        service.crew.job(service.worker, service.newest())
    wish = {"controller": "hq-1", "issue": "FN72524", "strategy": "clock-window"}
    where = told.call("ann", "POST", f"{V1}/plans", wish).headers["Location"]
    service.work()
    digest = told.call("vera", "GET", where).json()["digest"]
    told.call("vera", "GET", f"{V1}/plans")
    no = {"reason": "not before the move"}
    told.call("bob", "POST", f"{V1}/plans/{digest}/reject", no)
    service.crew.stage.world.advance(1)
    assert service.planned(issue="FN72524", strategy="clock-window")["digest"] == digest
    body = {"plan_digest": digest}
    where = told.call("ann", "POST", f"{V1}/remediations", body).headers["Location"]
    told.call("root", "POST", f"{V1}/plans/{digest}/approve")
    tag = service.api.as_("bob").get(where).headers["ETag"]
    told.call("bob", "POST", f"{where}/approve", **{"If-Match": tag})
    service.crew.until_over(service.worker, where.split("/")[-1])
    for part in ("", "/report", "/events"):
        told.call("vera", "GET", f"{where}{part}")
    told.call("vera", "GET", f"{V1}/remediations")


def _steer(service: Service, told: Recorder) -> None:
    told.call("ann", "PUT", f"{V1}/halt", {"reason": "until the outage is understood"})
    told.call("vera", "GET", f"{V1}/halt")
    told.call("bob", "DELETE", f"{V1}/halt")
    body = {"names": ["hq-1"], "issue": "FN72524"}
    where = told.call("ann", "POST", f"{V1}/campaigns", body).headers["Location"]
    item = where.split("/")[-1]
    told.call("vera", "GET", f"{V1}/campaigns")
    told.call("vera", "GET", where)
    (target,) = service.store.targets(item)
    service.store.put_target(item, replace(target, fate=Fate.FAILED, wave=1))
    service.store.mark_campaign(item, "stopped", "wave 1: the canary failed")
    told.call("ann", "POST", f"{where}/resume")
    told.call("ann", "POST", f"{where}/cancel")
    place = f"{V1}/controllers/hq-1/containments"
    told.call("ann", "POST", place, {"kind": "switch-port", "where": "access-1 Gi1/0/7"})
    told.call("vera", "GET", place)
    told.call("ann", "POST", f"{place}/lift", {"kind": "switch-port"})


def _tell(told: Recorder) -> None:
    wish = {"name": "itsm", "role": "operator", "sites": ["paris"]}
    where = told.call("root", "POST", f"{V1}/tokens", wish).headers["Location"]
    told.call("root", "GET", f"{V1}/tokens")
    told.call("root", "DELETE", where)
    seen = {"events": [{"controller": "hq-1", "text": "left", "sense": "ap-left"}]}
    where = told.call("ann", "POST", f"{V1}/events", seen).headers["Location"]
    told.call("vera", "GET", f"{V1}/events")
    told.call("vera", "GET", where)
    told.call("root", "GET", f"{V1}/audit")
    told.call("root", "GET", f"{V1}/audit/verification")


def _call_back(service: Service, told: Recorder) -> None:
    """A webhook is told of a plan."""
    wish = {"name": "noc", "url": "https://noc.example.net/hook"}
    where = told.call("root", "POST", f"{V1}/webhooks", wish).headers["Location"]
    for path in (f"{V1}/webhooks", where):
        told.call("root", "GET", path)
    told.call("root", "PATCH", where, {"events": ["plan.ready", "needs-attention"]})
    _deliver(service, told, where)
    told.call("root", "DELETE", where)


def _say_so(service: Service, told: Recorder) -> None:
    """People are tried out."""
    where = f"{V1}/channels/noc"
    told.call("root", "POST", f"{where}/test")
    context = replace(service.worker.context, announcer=Ears())
    fleet = replace(context.inventory, notify=service.api.app.state.front.inventory().notify)
    announce(replace(context, inventory=fleet), "noc")
    for path in (f"{V1}/channels", where):
        told.call("root", "GET", path)
    (sent,) = told.call("root", "GET", f"{where}/messages").json()["messages"]
    told.call("root", "POST", f"{where}/messages/{sent['id']}/redeliver")


def _deliver(service: Service, told: Recorder, where: str) -> None:
    """Something happens, is told, and is told once more."""
    service.planned()
    context = replace(service.worker.context, outside=outside(RecordingSender()))
    runtime = FleetRuntime(context, service.api.queue)
    runtime.nudge()
    runtime.deliver(where.rsplit("/", maxsplit=1)[-1])
    (first, *_) = told.call("root", "GET", f"{where}/deliveries").json()["deliveries"]
    told.call("root", "POST", f"{where}/deliveries/{first['id']}/redeliver")


def _say(service: Service, told: Recorder) -> None:
    """The other side of a ticket pair tells what a change says."""
    front = service.api.app.state.front
    fleet = replace(front.inventory(), itsm=ITSM)
    service.api.app.state.front = replace(front, inventory=lambda: fleet, secrets=PairSecrets())
    now = service.api.context.clock.now().wall
    digest = "9c41d2f0a7b3" + "0" * 52
    service.store.add_ticket(Ticket(id_of("change", digest), "change", digest, digest, "hq-1"))
    window = {"opens": _hour(now, -1), "closes": _hour(now, 5), "state": "Scheduled"}
    body = word(digest, "approved", **window, number="CHG-17")
    told.keep(signed_word(service.nobody, body, at=now), body)


def _edit(service: Service, told: Recorder, folder: Path) -> None:
    """The inventory is changed."""
    before = service.api.context, service.api.app.state.front
    (folder / "inventory.yaml").write_text(FLEET, "utf-8")
    fleet = with_file(service, folder / "inventory.yaml")
    told.found.pop("get_controller")  # with an entry, it says more
    told.call("vera", "GET", f"{V1}/controllers/hq-1")
    new = {"name": "hq-2", "platform": "iosxe", "host": "192.0.2.12", "credentials": "hq"}
    told.call("root", "POST", f"{V1}/controllers", new)
    where = "/controllers/hq-2"
    changed = {**new, "site": "paris", "netconf": {"port": 830}}
    told.call("root", "PUT", f"{V1}{where}", changed, **fleet.tag(where))
    patch = {"tags": ["branch"], "netconf": None}
    told.call("root", "PATCH", f"{V1}{where}", patch, **fleet.tag(where))
    told.call("root", "DELETE", f"{V1}{where}", **fleet.tag(where))
    _edit_more(told, fleet)
    service.api.context, service.api.app.state.front = before


def _edit_more(told: Recorder, fleet: FleetService) -> None:
    """Schedules, and what belongs to the controllers."""
    told.call("root", "POST", f"{V1}/schedules", {"name": "night", "cron": "0 2 * * *"})
    where = "/schedules/night"
    told.call("vera", "GET", f"{V1}{where}")
    told.found.pop("list_schedules")
    told.call("vera", "GET", f"{V1}/schedules")
    changed = {"name": "night", "cron": "0 3 * * *", "missed": "skip"}
    told.call("root", "PUT", f"{V1}{where}", changed, **fleet.tag(where))
    told.call("root", "PATCH", f"{V1}{where}", {"paused": True}, **fleet.tag(where))
    told.call("root", "DELETE", f"{V1}{where}", **fleet.tag(where))
    _edit_freezes(told, fleet)
    where = "/inventory/credentials/branch"
    login = {"username": "wlc", "password": "env:BRANCH_PASSWORD"}
    told.call("root", "PUT", f"{V1}{where}", login)
    for path in ("/inventory", "/inventory/credentials", "/inventory/policy", where):
        told.call("root", "GET", f"{V1}{path}")
    told.call("root", "DELETE", f"{V1}{where}", **fleet.tag(where))
    policy = {"approval": "four-eyes", "clock_windows": ["* 22-04"]}
    told.call("root", "PUT", f"{V1}/inventory/policy", policy, **fleet.tag("/inventory/policy"))
    text = "controllers:\n  - {name: hq-3, platform: iosxe, host: 192.0.2.13, credentials: hq}\n"
    body = {"source": "yaml", "text": text, "dry_run": True}
    told.call("root", "POST", f"{V1}/inventory/import", body)


def _edit_freezes(told: Recorder, fleet: FleetService) -> None:
    """A freeze comes, is narrowed, and is lifted."""
    begins, ends = "2026-12-18T16:00:00Z", "2027-01-04T07:00:00Z"
    freeze = {"name": "year-end", "from": begins, "to": ends}
    told.call("root", "POST", f"{V1}/freezes", freeze)
    where = "/freezes/year-end"
    for path in ("/freezes", where):
        told.call("vera", "GET", f"{V1}{path}")
    told.call("root", "PUT", f"{V1}{where}", {**freeze, "sites": ["paris"]}, **fleet.tag(where))
    told.call("root", "PATCH", f"{V1}{where}", {"tags": ["branch"]}, **fleet.tag(where))
    told.call("root", "DELETE", f"{V1}{where}", **fleet.tag(where))


def _hour(now: datetime, hours: int) -> str:
    return (now + timedelta(hours=hours)).strftime("%Y-%m-%dT%H:%M:%SZ")


def write() -> None:
    """Write the examples anew."""
    with tempfile.TemporaryDirectory() as folder, crew_service(Path(folder)) as service:
        found = {name: trimmed(one) for name, one in sorted(story(service).items())}
    place = Path(described.__file__).with_name(described.EXAMPLES)
    place.write_text(json.dumps(found, indent=1, ensure_ascii=False) + "\n", encoding="utf-8")


if __name__ == "__main__":
    write()
