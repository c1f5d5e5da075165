"""Whatever a box answers, reading it gives a view or says that the reply is malformed."""

import random
from contextlib import suppress

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from lxml import etree

from service.domain.inventory import Controller, Credentials
from service.domain.observation import ControllerView, Platform, Topic
from service.domain.releases import Release
from service.drivers.iosxe.asking import Asker
from service.drivers.iosxe.documents import path_text
from service.drivers.iosxe.reading import Reader
from service.drivers.links.netconf import NC, RpcRefused
from service.drivers.paths import contract
from service.errors import ReplyMalformed
from tests.support.facts import IOSXE, needs_modules
from tests.support.fake_clock import FakeClock, World

pytestmark = needs_modules
SAMPLES = (
    "ap-oper-5-17.9",
    "ap-join-stats-17.12",
    "clock",
    "ntp-oper",
    "ntp-config",
    "pki-certs",
    "install-apsp-uncommitted",
)
EVERYTHING = frozenset(Topic) - {Topic.LOGS}
TEXTS = st.one_of(
    st.none(),
    st.just(""),
    st.sampled_from(["-1", "99999999999999999999", "true", "2026-99-99T00:00:00Z", "x" * 5000]),
    st.text(st.characters(exclude_categories=("Cc", "Cs")), max_size=20),
)


class Silent:
    """A command line that cannot tell."""

    def unsaved(self) -> bool:
        raise ValueError("no")

    def storage(self) -> int:
        raise ValueError("no")

    def scheduled_reload(self) -> str:
        raise ValueError("no")


class FakeLink:
    """Answers everything with what it was given, or with a refusal."""

    def __init__(self, data: etree._Element, *, refuses: bool) -> None:
        self._data = data
        self._refuses = refuses

    def get(self, _filter: etree._Element, **_: object) -> etree._Element:
        if self._refuses:
            error = f'<rpc-error xmlns="{NC}"><error-tag>unknown-element</error-tag></rpc-error>'
            raise RpcRefused([etree.fromstring(error)])
        return self._data

    get_config = get

    def ask(self, _request: etree._Element, *, timeout_s: float) -> dict[str, str]:  # noqa: ARG002
        return {}


def everything() -> etree._Element:
    data = etree.Element(f"{{{NC}}}data")
    for name in SAMPLES:
        data.extend(etree.parse(IOSXE / "samples" / f"data-{name}.xml").getroot())
    return data


def spoil(data: etree._Element, chance: random.Random, texts: list[str | None]) -> None:
    """Some elements lose their text, their name, their namespace, their children or their life."""
    elements = [e for e in data.iter(etree.Element) if e is not data]
    for element in chance.sample(elements, k=min(len(texts), len(elements))):
        text = texts[chance.randrange(len(texts))]
        match chance.randrange(6):
            case 0:
                element.getparent().remove(element)
            case 1:
                element.tag = f"{{urn:of-nobody}}{etree.QName(element).localname}"
            case 2:
                element.tag = f"{{{etree.QName(element).namespace}}}renamed"
            case 3:
                element.extend(etree.fromstring("<x><name>a</name><y/></x>"))
            case 4:
                element.append(etree.Comment("in between"))
            case _:
                element.text = text


def reader(data: etree._Element, release: str, *, refuses: bool = False) -> Reader:
    return Reader(
        Controller("hq-1", Platform.IOSXE, "192.0.2.1", Credentials("admin", "env:X")),
        Asker(FakeLink(data, refuses=refuses), contract("iosxe"), Release.parse(release)),
        clock=FakeClock(World()),
        commands=Silent(),
    )


@settings(max_examples=60, suppress_health_check=[HealthCheck.too_slow], deadline=None)
@given(st.randoms(use_true_random=False), st.lists(TEXTS, min_size=1, max_size=25))
def test_no_reply_breaks_the_reader(chance, texts):
    data = everything()
    spoil(data, chance, texts)
    view: ControllerView | None = None
    with suppress(ReplyMalformed):
        view = reader(data, "17.12.1").read(EVERYTHING, timeout_s=1)
    assert view is None or view.release == "17.12.1"


def test_a_box_that_answers_everything_is_known_but_for_what_has_no_sample():
    view = reader(everything(), "17.12.1").read(EVERYTHING, timeout_s=1)
    assert set(view.unknown) == {Topic.LOAD, Topic.SAVED, Topic.STORAGE, Topic.RELOAD}
    assert len(view.aps) == 5
    assert len(view.ntp.entries) == 5
    assert view.clock is not None
    assert view.timers == ()


def test_a_box_that_refuses_everything_is_unknown_and_named():
    view = reader(etree.Element("data"), "17.12.1", refuses=True).read(EVERYTHING, timeout_s=1)
    answered = {Topic.SYNCING, Topic.TRANSFER, Topic.TRANSFER_SETTINGS}  # AireOS alone has those
    assert set(view.unknown) == EVERYTHING - answered
    assert all("unknown-element" in why or "no" in why for why in view.unknown.values())


def test_an_empty_box_has_nothing_and_what_must_be_there_is_unknown():
    view = reader(etree.Element("data"), "17.3.6").read(EVERYTHING, timeout_s=1)
    assert view.aps == ()
    assert view.ntp.entries == ()
    assert view.ntp_state.synchronised is False
    assert {Topic.CLOCK, Topic.IDENTITY, Topic.CERTIFICATES} <= set(view.unknown)
    assert path_text((("urn:a", "b"),)) == "/b"
