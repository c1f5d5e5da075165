"""The list of stuck access points: found, sorted, turned round, and gone through page by page."""

import re
from dataclasses import replace
from html import unescape

import pytest

from service.domain.scope import Scope
from service.ports.tokens import Role
from service.usecases.admit import create_token
from tests.support.pages import Browser, pages, text_of
from tests.support.seeded_fleet import HOSTILE, controllers, seed

MAC = re.compile(r"84:[0-9a-f:]{14}")
SINCE = re.compile(r'data-label="Stuck for"><time datetime="([^"]*)"')
NEXT = re.compile(r'rel="next" href="([^"]*)"')
FLEET = controllers(9)


@pytest.fixture
def app(service):
    """The pages over a fleet with every trouble."""
    front = service.api.app.state.front
    seed(service.store, FLEET, front.base.clock.now().wall)
    inventory = replace(front.base.inventory, controllers=tuple(FLEET))
    return pages(replace(front, inventory=lambda: inventory))


def macs(answer) -> list[str]:
    assert answer.status_code == 200, answer.text
    return MAC.findall(answer.text)


def gone_through(browser: Browser, path: str) -> list[str]:
    found = []
    while True:
        answer = browser.get(path)
        found += macs(answer)
        more = NEXT.search(answer.text)
        if more is None:
            return found
        path = unescape(more[1])


@pytest.mark.parametrize("sort", ["since", "controller", "cause", "confidence", "name", "model"])
def test_every_one_is_on_one_page_whatever_it_is_sorted_by_and_turned_round(vera, sort):
    forth = gone_through(vera, f"/stuck?rows=7&sort={sort}")
    back = gone_through(vera, f"/stuck?rows=7&sort=-{sort}")
    assert len(forth) == len(set(forth)) == 76
    assert back == forth[::-1]


@pytest.mark.parametrize(
    ("query", "number"),
    [
        ("cause=FN72524", 63),
        ("cause=FN72524&sure=suspected", 3),
        ("sure=confirmed", 4),
        ("sure=explained", 9),
        ("site=rome", 13),
        ("controller=paris-000&q=ap1", 10),
        ("q=PARIS-000-ap0", 10),
        ("q=%25", 1),
        ("q=_", 0),
        ("q=&cause=&sure=&site=", 76),
    ],
)
def test_filters_narrow_the_list(vera, query, number):
    answer = vera.get(f"/stuck?rows=200&{query}")
    assert len(macs(answer)) == number


@pytest.mark.parametrize(
    "query", ["sort=luck", "sure=certainly", "colour=red", "rows=0", "cursor=xyz", "sort=--since"]
)
def test_an_address_that_makes_no_sense_is_a_page_that_says_so(vera, query):
    answer = vera.get(f"/stuck?{query}")
    assert answer.status_code == 400
    assert "<h1>" in answer.text


def test_a_cursor_of_another_list_is_refused(vera):
    more = unescape(NEXT.search(vera.get("/stuck?rows=7&sort=confidence").text)[1])
    assert vera.get(more).status_code == 200
    assert vera.get(more.replace("confidence", "-confidence")).status_code == 400


def test_a_hostile_name_is_text_without_what_turns_it_round(vera):
    answer = vera.get("/stuck?sure=confirmed")
    assert "<script>document" not in answer.text
    assert "<img src=x" not in answer.text
    assert not {"\u202e", "\u2066", "\u0000", "\u0007"} & set(answer.text)
    told = text_of(answer)
    assert HOSTILE[0] in told
    assert "\\u202egnp.ecioffo\\u202c" in told
    assert "A" * 121 not in re.sub(r'title="[^"]*"', "", answer.text)


def test_who_may_see_a_site_sees_its_access_points_counts_and_causes_alone(service, app):
    context, scope = service.api.context, Scope(sites=("rome",))
    _, clear = create_token(context, "roman", Role.VIEWER, valid_s=None, scope=scope)
    browser = Browser(app)
    browser.sign_in(clear)
    assert len(macs(browser.get("/stuck?rows=200"))) == 13
    assert macs(browser.get("/stuck?controller=paris-000")) == []
    fleet = browser.get("/").text
    assert "FN72524" not in fleet
    assert "paris" not in fleet


def test_each_is_stuck_since_polls_saw_it_first_and_stays_so_over_sweeps(service, app, vera):
    before = since(vera)
    service.crew.stage.world.advance(3000)
    seed(service.store, FLEET, service.api.context.clock.now().wall)
    assert since(vera) == before


def since(browser: Browser) -> dict[str, str]:
    text = browser.get("/stuck?rows=200").text
    rows = re.findall(r"<tr>.*?</tr>", text, re.DOTALL)[1:]
    return {MAC.search(row)[0]: SINCE.search(row)[1] for row in rows}


def test_a_controller_that_is_silent_keeps_what_was_seen_and_says_how_old_it_is(service, vera):
    told = text_of(vera.get("/?standing=unreachable"))
    assert "oslo-002" in told
    assert "no answer on port 830" in told
    assert "376 / 376" in told
    assert "figures are 54 s old" in told
