"""Deliveries over real sockets on loopback: receivers that refuse, hang, dribble and drop."""

import json
import os
import ssl
import subprocess
import sys
import threading
from dataclasses import replace
from ipaddress import ip_address, ip_network
from pathlib import Path

import pytest

from service.bootstrap import open_context
from service.config.clock import SystemClock
from service.domain.targets import target_of
from service.domain.webhooks import EventKind, Interest, signature_of
from service.errors import InvalidInput
from service.notify import post
from service.notify.post import HttpSender
from service.ports.webhooks import NewDelivery, Receipt
from service.settings import Settings
from service.store.sql import SqlStore
from service.store.times import BootTime
from service.usecases.deliver import CLAIM_S, REST_S, deliver
from service.usecases.webhooks import WebhookWish, add_webhook
from tests.support.certificates import for_loopback
from tests.support.receiver import BROKEN, OK, receiving

LOOPBACK = (ip_network("127.0.0.0/8"),)
SENDER = HttpSender(LOOPBACK)
HURRIED = HttpSender(LOOPBACK, deadline_s=0.5)
REDIRECT = b"HTTP/1.1 302 Found\r\nLocation: http://127.0.0.1:1/\r\nContent-Length: 0\r\n\r\n"
ENDLESS = b"HTTP/1.1 200 OK\r\nContent-Length: 100000000\r\n\r\n" + b"x" * 1_000_000
LATER = b"HTTP/1.1 429 Too Many Requests\r\nRetry-After: 17\r\nContent-Length: 0\r\n\r\n"
NO_HTTP = b"220 mail.example.net ESMTP\r\n"


def send(url, sender=SENDER) -> Receipt:
    return sender.send(target_of(url), {"X-A": "b"}, b'{"a":1}')


def test_a_delivery_arrives_byte_by_byte_with_its_headers():
    with receiving() as receiver:
        assert send(receiver.url + "?token=1") == Receipt(204)
    (call,) = receiver.calls
    assert call.line == "POST /hook?token=1 HTTP/1.1"
    assert (call.body, call.headers["x-a"]) == (b'{"a":1}', "b")
    assert call.headers["host"] == f"127.0.0.1:{receiver.port}"


@pytest.mark.parametrize(
    ("answer", "receipt"),
    [
        (BROKEN, Receipt(500, "answered 500")),
        (REDIRECT, Receipt(302, "answered 302")),
        (LATER, Receipt(429, "answered 429", 17.0)),
        (ENDLESS, Receipt(200)),
    ],
)
def test_what_is_answered_counts_and_nothing_of_it_is_followed_or_read_to_its_end(answer, receipt):
    with receiving(answers=[answer]) as receiver:
        assert send(receiver.url) == receipt
        assert len(receiver.calls) == 1


@pytest.mark.parametrize("answer", [None, NO_HTTP, b"HTTP/1.1 2"])
def test_who_hangs_up_or_speaks_something_else_has_not_answered(answer):
    with receiving(answers=[answer]) as receiver:
        receipt = send(receiver.url)
    assert receipt.status is None
    assert receipt.detail


def test_nobody_there_is_no_answer():
    with receiving() as receiver:
        url = receiver.url
    assert send(url).status is None


def test_who_hangs_is_cut_off_at_the_deadline():
    with receiving(hangs=True) as receiver:
        receipt = send(receiver.url, HURRIED)
    assert (receipt.status, "0.5 s" in receipt.detail) == (None, True)


def test_who_dribbles_is_cut_off_at_the_same_deadline():
    with receiving(hangs=True, dribbles=True) as receiver:
        assert send(receiver.url, HURRIED).status is None


# -- where it may go ---------------------------------------------------------------------------


def test_loopback_is_not_called_unless_a_setting_allows_it():
    with receiving() as receiver:
        receipt = send(receiver.url, HttpSender())
    assert receipt.status is None
    assert "https only" in receipt.detail
    assert receiver.calls == []
    with pytest.raises(InvalidInput, match="no public address"):
        HttpSender().check(target_of("https://127.0.0.1/"))


def test_a_name_is_looked_up_once_and_what_was_judged_is_called():
    answers = [(ip_address("127.0.0.1"),), (ip_address("169.254.169.254"),)]
    asked = []

    def rebinding(host, port):
        asked.append((host, port))
        return answers.pop(0)

    with receiving() as receiver:
        sender = HttpSender(LOOPBACK, resolve=rebinding)
        receipt = send(f"http://noc.example.net:{receiver.port}/", sender)
        assert receipt == Receipt(204)
        assert asked == [("noc.example.net", receiver.port)]
        assert receiver.calls[0].headers["host"] == f"noc.example.net:{receiver.port}"
        again = send(f"http://noc.example.net:{receiver.port}/", sender)
    assert "metadata" in again.detail
    assert len(receiver.calls) == 1


def test_one_bad_address_among_good_ones_spoils_a_name():
    both = (ip_address("127.0.0.1"), ip_address("10.0.0.1"))
    with receiving() as receiver:
        sender = HttpSender(LOOPBACK, resolve=lambda *_: both)
        receipt = send(f"http://noc.example.net:{receiver.port}/", sender)
    assert "10.0.0.1" in receipt.detail
    assert receiver.calls == []


@pytest.mark.parametrize("err", [OSError("no such host"), UnicodeError("label too long")])
def test_a_name_that_does_not_resolve_is_no_answer_and_no_webhook(err):
    def unknown(*_):
        raise err

    sender = HttpSender(resolve=unknown)
    assert "does not resolve" in send("https://noc.example.net/", sender).detail
    with pytest.raises(InvalidInput, match="does not resolve"):
        sender.check(target_of("https://noc.example.net/"))


def test_a_certificate_is_checked_against_the_authorities_and_the_name(tmp_path, monkeypatch):
    certificate, key = for_loopback(tmp_path)
    server = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    server.load_cert_chain(certificate, key)
    with receiving(tls=server) as receiver:
        url = f"https://127.0.0.1:{receiver.port}/"
        assert "certificate" in send(url).detail.lower()
        assert receiver.calls == []
        post._tls.cache_clear()
        monkeypatch.setenv("SSL_CERT_FILE", str(certificate))
        assert send(url) == Receipt(204)
        named = HttpSender(LOOPBACK, resolve=lambda *_: (ip_address("127.0.0.1"),))
        other = send(f"https://noc.example.net:{receiver.port}/", named)
        assert "noc.example.net" in other.detail
        assert len(receiver.calls) == 1
    post._tls.cache_clear()


# -- a sender that dies ------------------------------------------------------------------------

DYING = """
import sys
from service.bootstrap import open_context
from service.settings import Settings
from service.usecases.deliver import deliver
with open_context(Settings.from_environment(), None) as context:
    deliver(context, sys.argv[1])
"""


class Later:
    """This host's clock, ahead by what a claim lasts."""

    def __init__(self):
        self.clock = SystemClock()

    def now(self):
        now = self.clock.now()
        return replace(now, boottime_s=now.boottime_s + CLAIM_S + REST_S)


@pytest.fixture
def settings(tmp_path, monkeypatch):
    monkeypatch.setenv("APREJOIN_STATE_DIR", str(tmp_path / "state"))
    monkeypatch.setenv("APREJOIN_SECRETS_KEY", "env:THE_KEY")
    monkeypatch.setenv("THE_KEY", "k" * 44)
    monkeypatch.setenv("APREJOIN_WEBHOOK_NETWORKS", "127.0.0.0/8")
    return Settings.from_environment()


def hooked(context, url) -> tuple[str, str]:
    """A webhook with two deliveries of one subject; its id and secret."""
    webhook, secret = add_webhook(context, WebhookWish("noc", url, Interest()), who="root")
    kind, at = EventKind.REMEDIATION_STEP, webhook.created
    context.store.add_deliveries(
        NewDelivery(f"d{number}", webhook.id, f"e{number}", kind, "remediation/r", "{}", at)
        for number in (1, 2)
    )
    return webhook.id, secret


def test_a_sender_killed_between_sending_and_noting_sends_the_same_delivery_again(settings):
    with receiving(hangs=True) as receiver, open_context(settings, None) as context:
        item, secret = hooked(context, receiver.url)
        with subprocess.Popen([sys.executable, "-c", DYING, item], env=os.environ) as child:
            assert receiver.called.wait(300)
            child.kill()
        receiver.hangs = False
        assert deliver(context, item) is None, "its claim lasts"
        store = SqlStore(settings.database_url, SystemClock(), time=BootTime(Later()))
        sent = deliver(replace(context, store=store), item)
        assert (sent.taken, sent.failed) == (2, 0)
        ended = store.deliveries(item, limit=9, state="delivered")
        assert [one.id for one in ended] == ["d2", "d1"]
        store.close()
    assert [call.headers["aprejoin-delivery"] for call in receiver.calls] == ["d1", "d1", "d2"]
    for call in receiver.calls:
        stamp = int(call.headers["aprejoin-timestamp"])
        assert call.headers["aprejoin-signature"] == signature_of(secret, stamp, call.body)


def test_a_receiver_that_fails_gets_the_same_bytes_again_and_the_next_only_then(settings):
    with receiving(answers=[BROKEN, OK]) as receiver, open_context(settings, None) as context:
        item, _ = hooked(context, receiver.url)
        first = deliver(context, item)
        assert (first.taken, first.failed) == (0, 1)
        assert deliver(context, item).taken == 0, "it is not time yet"
        store = SqlStore(settings.database_url, SystemClock(), time=BootTime(Later()))
        assert deliver(replace(context, store=store), item).taken == 2
        store.close()
    assert [call.headers["aprejoin-delivery"] for call in receiver.calls] == ["d1", "d1", "d2"]


def test_a_receiver_that_is_away_is_left_alone_for_a_while(settings):
    with receiving(answers=[None]) as receiver, open_context(settings, None) as context:
        item, _ = hooked(context, receiver.url)
        deliver(context, item)
        assert deliver(context, item) is None
        assert context.store.offer_webhooks(again_after_s=10) == ()
        assert len(receiver.calls) == 1


def test_with_another_key_nothing_is_sent_and_the_delivery_says_why(settings, monkeypatch):
    with receiving() as receiver, open_context(settings, None) as context:
        item, _ = hooked(context, receiver.url)
        monkeypatch.setenv("THE_KEY", "l" * 44)
        deliver(context, item)
        (_, first) = context.store.deliveries(item, limit=9)
        assert (first.state, first.tries) == ("pending", 1)
        assert "APREJOIN_SECRETS_KEY is another one" in first.detail
        assert receiver.calls == []


def test_the_receivers_snippet_of_the_guide_takes_what_is_sent_and_nothing_else(settings):
    snippet: dict = {}
    exec(guide_snippet(), snippet)  # noqa: S102 - our own guide
    verify = snippet["is_from_aprejoin"]
    with receiving() as receiver, open_context(settings, None) as context:
        item, secret = hooked(context, receiver.url)
        deliver(context, item)
    call = receiver.calls[0]
    headers = {name.title(): value for name, value in call.headers.items()}
    assert verify(secret, headers, call.body)
    assert not verify("whsec_other", headers, call.body)
    assert not verify(secret, headers, call.body + b" ")
    assert not verify(secret, headers, call.body, tolerance_s=-1)
    assert not verify(secret, {}, call.body)
    old = headers | {"Aprejoin-Timestamp": str(int(headers["Aprejoin-Timestamp"]) + 1)}
    assert not verify(secret, old, call.body)
    assert json.loads(call.body) == {}


def guide_snippet() -> str:
    text = (Path(__file__).parents[2] / "docs" / "webhooks.md").read_text()
    return text.partition("```python\n")[2].partition("```")[0]


def test_no_more_threads_are_left_than_there_were():
    before = threading.active_count()
    with receiving(answers=[None]) as receiver:
        send(receiver.url)
    assert threading.active_count() == before
