"""Version 3 of the simulated agent: discovery, a good answer, and everybody who is turned away."""

from contextlib import contextmanager

import pytest

from tests.contract.lab.aireos_support import SnmpClient, snmp, started, until
from tests.contract.lab.aireos_v3 import V3Client

PRODUCT_VERSION = "1.3.6.1.4.1.14179.1.1.1.14.0"
WINDOW, USER_NAME, ENGINE, DIGEST = (f"1.3.6.1.6.3.15.1.1.{number}.0" for number in (2, 3, 4, 5))


@contextmanager
def v3(tmp_path, **settings):
    with started(tmp_path, snmp={"version": "3"}) as lab:
        client = V3Client(lab, **settings)
        try:
            yield lab, client
        finally:
            client.close()


def test_the_engine_is_discovered_and_answers_its_user(tmp_path):
    with v3(tmp_path) as (_, client):
        assert client.discover() == (ENGINE, 1)
        assert client.engine.startswith(b"\x80\x00\x00\x09\x03")
        assert client.get(PRODUCT_VERSION) == (PRODUCT_VERSION, b"8.5.182.0")


def test_a_wrong_password_is_told_by_the_counter_of_wrong_digests(tmp_path):
    with v3(tmp_path, password="x" * 12) as (_, client):
        client.discover()
        assert client.get(PRODUCT_VERSION) == (DIGEST, 1)


def test_an_unknown_user_is_told_so(tmp_path):
    with v3(tmp_path) as (_, client):
        client.discover()
        assert client.get(PRODUCT_VERSION, user=b"nobody") == (USER_NAME, 1)


@pytest.mark.parametrize("early", [-151, 151])
def test_a_message_out_of_the_time_window_is_told_the_right_time(tmp_path, early):
    with v3(tmp_path) as (_, client):
        client.discover()
        right = client.seconds
        assert client.get(PRODUCT_VERSION, seconds=right + early) == (WINDOW, 1)
        assert abs(client.seconds - right) < 60
        assert client.get(PRODUCT_VERSION)[1] == b"8.5.182.0"


def test_after_a_reload_the_engine_has_booted_once_more(tmp_path):
    with v3(tmp_path) as (lab, client):
        client.discover()
        before = client.boots
        lab.wlc("wlc-1").reload()
        until(lambda: not lab.wlc("wlc-1").left_dirty())
        assert client.get(PRODUCT_VERSION) == (WINDOW, 1)
        assert client.boots == before + 1
        assert client.get(PRODUCT_VERSION)[1] == b"8.5.182.0"


def test_version_2c_is_not_answered_where_3_is_wanted(tmp_path):
    with v3(tmp_path) as (lab, _), snmp(lab) as old:
        assert old.ask(SnmpClient.GET, PRODUCT_VERSION, seconds=0.3) is None


def test_the_inventory_names_the_user_and_where_its_secrets_are(tmp_path):
    with v3(tmp_path) as (lab, _):
        text = lab.inventory_path.read_text()
        assert "snmp_user: aprejoin" in text
        assert "snmp_auth: file:" in text
        assert "snmp_community" not in text
