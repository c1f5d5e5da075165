"""Live events: told once each, resumed where they were left, ended, and bounded."""

import json

import anyio
import anyio.lowlevel
import pytest

from service.api.live import Pace, told
from service.door.limits import Rate, Streams
from service.errors import TooMany
from service.ports.tokens import Role
from service.usecases.admit import create_token
from tests.unit.api.test_rules import V1, problem

QUICK = Pace(look_s=0.0, state_s=0.0, heartbeat_s=0.0)


def events(text: str) -> list[tuple[str | None, str, dict]]:
    """(id, name, data) of every event of a stream."""
    found = []
    for block in text.split("\n\n"):
        lines = dict(line.split(": ", 1) for line in block.splitlines() if not line.startswith(":"))
        if "event" in lines:
            found.append((lines.get("id"), lines["event"], json.loads(lines["data"])))
    return found


def ended(service) -> str:
    where = service.remediation()
    service.bob.approve(where)
    service.crew.until_over(service.worker, where.split("/")[-1])
    return where


def started(service) -> str:
    where = service.remediation()
    service.bob.approve(where)
    service.crew.until(service.worker, "wait-for-aps", where.split("/")[-1])
    return where


def test_a_stream_tells_every_line_of_the_journal_in_order_and_ends(service):
    where = ended(service)
    answered = service.vera.get(f"{where}/events")
    assert answered.headers["content-type"].startswith("text/event-stream")
    found = events(answered.text)
    journal = service.vera.get(f"{where}/report").json()["journal"]
    assert [data for _, name, data in found if name == "entry"] == journal
    assert [item for item, name, _ in found if name == "entry"] == [
        str(one["seq"]) for one in journal
    ]
    assert [name for _, name, _ in found][-2:] == ["state", "end"]
    assert found[-1][2]["state"] == "succeeded"
    assert service.api.app.state.front.streams.open == 0


def test_who_comes_again_is_told_what_came_after_and_at_the_end_nothing(service):
    where = ended(service)
    whole = events(service.vera.get(f"{where}/events").text)
    last = int([item for item, name, _ in whole if name == "entry"][-1])
    again = service.vera.request("GET", f"{where}/events", headers={"Last-Event-ID": "3"})
    numbers = [int(item) for item, name, _ in events(again.text) if name == "entry"]
    assert numbers == list(range(4, last + 1))
    over = service.vera.request("GET", f"{where}/events", headers={"Last-Event-ID": str(last)})
    assert (over.status_code, over.text) == (204, "")


@pytest.mark.parametrize("last", ["x", "-1", "1.5", "999999", "9" * 20, "²"])
def test_an_id_that_no_event_has_is_refused(service, last):
    where = ended(service)
    header = {"Last-Event-ID": last.encode()}
    problem(service.vera.request("GET", f"{where}/events", headers=header), 422, "invalid-input")


def test_a_stream_of_nothing_is_not_found(service):
    problem(service.vera.get(f"{V1}/remediations/r9/events"), 404, "not-found")
    problem(service.nobody.get(f"{V1}/remediations/r9/events"), 401, "token-refused")


def lines_of(service, where, *, stop, token=None, pace=QUICK) -> list[str]:
    """The lines of a stream until `stop` says so."""
    context = service.api.context
    who = token or create_token(context, "vera", Role.VIEWER, valid_s=None)[0]

    async def read() -> list[str]:
        found = []
        lines = told(service.api.app.state.front, where.split("/")[-1], who, after=0, pace=pace)
        async for line in lines:
            found.append(line)
            if stop(found):
                break
        await lines.aclose()
        return found

    return anyio.run(read)


def test_while_nothing_happens_there_are_heartbeats_and_each_state_is_told_once(service):
    where = started(service)
    found = lines_of(service, where, stop=lambda lines: lines.count(": still here\n\n") > 2)
    text = "".join(found)
    assert found[0].startswith("retry: ")
    assert [name for _, name, _ in events(text)].count("state") == 1
    assert "event: end" not in text


def test_what_waits_for_an_approval_says_so_before_there_is_a_journal(service):
    where = service.remediation()
    found = lines_of(service, where, stop=lambda lines: "event: state" in lines[-1])
    ((item, _, data),) = events("".join(found))
    assert (item, data["state"]) == (None, "awaiting-approval")


def test_a_stream_ends_when_its_token_does_and_when_it_lasted_long_enough(service):
    where = started(service)
    context = service.api.context
    token, _ = create_token(context, "eve", Role.VIEWER, valid_s=None)

    def revoke(lines):
        if len(lines) == 3:
            context.store.revoke_token(token.id, at=context.clock.now().wall)
        return False

    assert len(lines_of(service, where, stop=revoke, token=token)) < 60
    never_quiet = Pace(look_s=0.0, state_s=0.0, heartbeat_s=1e9)
    assert len(lines_of(service, where, stop=lambda _: False, token=token, pace=never_quiet)) == 1
    short = Pace(look_s=0.01, lasts_s=0.02)
    assert "event: end" not in "".join(lines_of(service, where, stop=lambda _: False, pace=short))


def test_a_caller_who_is_gone_costs_nothing(service):
    where = started(service)
    app, streams = service.api.app, service.api.app.state.front.streams
    sent = []

    async def go() -> None:
        asked = iter([{"type": "http.request", "body": b"", "more_body": False}])

        async def receive():
            for message in asked:
                return message
            while streams.open == 0:
                await anyio.lowlevel.checkpoint()
            return {"type": "http.disconnect"}

        async def send(message):
            sent.append(message)

        authorization = f"Bearer {service.vera.token}".encode()
        await app(
            {
                "type": "http",
                "asgi": {"version": "3.0"},
                "http_version": "1.1",
                "method": "GET",
                "path": f"{where}/events",
                "raw_path": f"{where}/events".encode(),
                "query_string": b"",
                "root_path": "",
                "scheme": "http",
                "headers": [(b"authorization", authorization)],
                "server": ("api", 80),
                "client": ("caller", 1),
            },
            receive,
            send,
        )

    anyio.run(go)
    assert sent[0]["status"] == 200
    assert streams.open == 0


# -- how much ----------------------------------------------------------------------------------


def test_streams_are_bounded_for_each_caller_and_in_all(service):
    where = started(service)
    front = service.api.app.state.front
    for _ in range(front.streams.most_of_one):
        front.streams.take("vera")
    answered = service.vera.get(f"{where}/events")
    problem(answered, 429, "too-many")
    assert int(answered.headers["Retry-After"]) >= 1
    streams = Streams(most=2, most_of_one=2)
    streams.take("ann")
    streams.take("bob")
    with pytest.raises(TooMany):
        streams.take("carl")
    streams.give_back("ann")
    streams.take("carl")
    assert streams.open == 2


def test_a_caller_may_send_so_many_requests_a_second_and_others_are_not_hindered(service):
    now_s = [0.0]
    rate = Rate(lambda: now_s[0], per_s=2.0)
    service.api.set_front(service.api.context, rate=rate)
    for _ in range(4):
        assert service.vera.get(f"{V1}/sweeps").status_code == 200
    answered = service.vera.get(f"{V1}/sweeps")
    problem(answered, 429, "too-many")
    assert answered.headers["Retry-After"] == "1"
    assert service.ann.get(f"{V1}/sweeps").status_code == 200
    now_s[0] += 0.5
    assert service.vera.get(f"{V1}/sweeps").status_code == 200
    problem(service.vera.get(f"{V1}/sweeps"), 429, "too-many")
