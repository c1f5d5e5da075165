"""Readiness: each reason told by name, asked often and found out seldom; and who is trusted."""

import os
import threading
from dataclasses import dataclass, field
from pathlib import Path

import pytest
from sqlalchemy import create_engine, text

from service.asgi import Needs, trusted
from service.errors import InvalidInput, StoreError
from service.identity.oidc import OidcIdentities
from service.ports.secrets import NoSecrets
from service.ports.signals import CANARIES, Sum
from service.settings import Settings
from service.store.tables import SCHEMA
from service.telemetry.readiness import CHECKED_FOR_S, Readiness
from tests.support.fake_clock import FakeClock, World, store_clock
from tests.support.stores import file_store

GOOD = dict.fromkeys(
    ("database", "migrations", "broker", "workers-poll", "workers-remediate", "disk"), ""
)


@dataclass
class FakeStore:
    works: bool = True
    schema: str = ""

    def clocks(self):
        if not self.works:
            raise StoreError("the database server closed the connection")

    def outdated(self):
        return self.schema

    def sums(self):
        self.clocks()
        return (Sum(CANARIES, ("poll",), 3.0, 400.0),)


@dataclass
class FakeCanary:
    """Sings at once, unless it is silent, or held."""

    silent: bool = False
    away: bool = False
    sent: list[str] = field(default_factory=list)
    held: threading.Event | None = None
    listening: threading.Event = field(default_factory=threading.Event)

    def send(self, lane):
        if self.away:
            raise StoreError("no broker")
        self.sent.append(str(lane))
        return str(lane)

    def heard(self, token, *, within_s):
        self.listening.set()
        assert token in self.sent
        assert within_s > 0
        if self.held is not None:
            assert self.held.wait(600)
        return not self.silent


@dataclass
class FakeContext:
    store: FakeStore


@pytest.fixture
def world():
    return World()


@pytest.fixture
def store():
    return FakeStore()


@pytest.fixture
def canary():
    return FakeCanary()


@pytest.fixture
def needs(store, canary, tmp_path):
    return Needs(FakeContext(store), canary, tmp_path, 1)


@pytest.fixture
def ready(needs, world):
    return Readiness(needs.missing, FakeClock(world))


def failed(needs) -> dict[str, str]:
    return {name: why for name, why in needs.missing().items() if why}


def test_where_nothing_is_missing_every_check_is_named_all_the_same(needs):
    assert needs.missing() == GOOD


def test_a_database_that_is_gone_says_so_in_its_own_words(needs, store):
    store.works = False
    assert failed(needs) == {
        "database": "the database server closed the connection",
        "migrations": "not known: the database does not answer",
    }


def test_a_broker_that_is_gone_is_no_fault_of_the_workers_and_both_are_named(needs, canary):
    canary.away = True
    why = "the broker does not answer"
    assert failed(needs) == {"broker": why, "workers-poll": why, "workers-remediate": why}


def test_workers_that_are_silent_are_named_with_when_they_were_heard_last(needs, canary):
    canary.silent = True
    found = failed(needs)
    assert set(found) == {"workers-poll", "workers-remediate"}
    assert found["workers-poll"].endswith("the last of beat's 400 s ago")
    assert found["workers-remediate"].endswith("none of beat's ever")


def test_a_full_disk_is_told_by_the_write_that_failed(needs, tmp_path):
    full = Path("/dev/full")
    if not full.exists():
        pytest.skip("this system has no /dev/full")
    (tmp_path / f".probe-{os.getpid()}").symlink_to(full)
    assert failed(needs) == {"disk": f"{tmp_path} cannot be written to: No space left on device"}


def test_a_disk_that_is_nearly_full_is_told_with_what_is_left(store, canary, tmp_path):
    needs = Needs(FakeContext(store), canary, tmp_path, 10**12)
    assert f"at least {10**12} are wanted" in failed(needs)["disk"]
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(("schema", "says"), [(SCHEMA - 1, "needs"), (10_000, "update it")])
def test_tables_that_were_changed_under_the_process_are_told(world, tmp_path, schema, says):
    path = tmp_path / "state" / "aprejoin.db"
    store = file_store(path, store_clock(world))
    assert store.outdated() == ""
    engine = create_engine(f"sqlite:///{path}")
    with engine.begin() as connection:
        connection.execute(text("UPDATE about SET value = :to"), {"to": str(schema)})
    engine.dispose()
    assert f"schema {schema}" in store.outdated()
    assert says in store.outdated()
    store.close()


def test_who_asks_often_gets_what_was_found_before(ready, canary, world):
    for _ in range(5):
        assert ready() == GOOD
    assert canary.sent == ["poll", "remediate"]
    world.advance(CHECKED_FOR_S)
    ready()
    assert len(canary.sent) == 4


def test_nobody_waits_for_the_check_of_somebody_else(ready, canary, world):
    ready()
    world.advance(CHECKED_FOR_S)
    canary.held, canary.silent = threading.Event(), True
    canary.listening.clear()
    other = threading.Thread(target=ready)
    other.start()
    assert canary.listening.wait(600)
    assert ready() == GOOD
    canary.held.set()
    other.join(600)
    assert ready()["workers-poll"]


# -- who is trusted ----------------------------------------------------------------------------

ISSUER = {
    "APREJOIN_OIDC_ISSUER": "https://sso.example",
    "APREJOIN_OIDC_AUDIENCE": "api",
    "APREJOIN_OIDC_ROLES": "viewer=noc",
}
CLIENT = {"APREJOIN_OIDC_CLIENT_ID": "page"}
PUBLIC = {"APREJOIN_PUBLIC_URL": "https://aprejoin.example"}
SECRET = {"APREJOIN_OIDC_CLIENT_SECRET": "env:PAGE"}


def trusting(environ):
    return trusted(environ, Settings.from_environment(environ), NoSecrets())


def test_people_sign_in_at_the_issuer_where_the_page_is_its_client():
    identities, sign_in = trusting({**ISSUER, **CLIENT, **PUBLIC, **SECRET})
    assert isinstance(identities, OidcIdentities)
    assert sign_in.client.redirect == "https://aprejoin.example/sign-in/callback"
    assert (sign_in.client.secret, sign_in.label) == ("env:PAGE", "sso.example")
    assert isinstance(trusting(ISSUER)[0], OidcIdentities)
    assert trusting(ISSUER)[1] is trusting(PUBLIC)[1] is None


@pytest.mark.parametrize(
    ("environ", "named"),
    [
        ({**ISSUER, **CLIENT}, "APREJOIN_PUBLIC_URL: found nothing, beside APREJOIN_OIDC_CLIENT"),
        ({**ISSUER, **SECRET}, "APREJOIN_OIDC_CLIENT_ID: found nothing"),
        (SECRET, "APREJOIN_OIDC_CLIENT_ID: found nothing"),
        ({**CLIENT, **PUBLIC}, "APREJOIN_OIDC_ISSUER: found nothing"),
    ],
)
def test_a_setting_that_another_one_needs_is_named(environ, named):
    with pytest.raises(InvalidInput, match=named):
        trusting(environ)
