"""Notifications over real sockets on loopback: mail, a chat, the command; no secret anywhere."""

import json
import logging
import os
import subprocess
import sys
from dataclasses import replace
from io import StringIO

import pytest
from click.testing import CliRunner

from service.bootstrap import open_context
from service.cli.main import main
from service.domain.notices.damping import Message, gather
from service.domain.notices.rules import Rule, Severity
from service.domain.notices.words import words_of
from service.errors import InvalidInput
from service.notify.people import AppriseAnnouncer
from service.ports.notices import new_notice, outbox_of
from service.settings import Settings
from service.telemetry.logs import configure_logs
from service.usecases.announce import due_channels
from service.usecases.notify import due_webhooks
from tests.support.canaries import contents, leaks
from tests.support.ears import alarm
from tests.support.mailbox import mailbox
from tests.support.outside import Secrets
from tests.support.receiver import BROKEN, receiving

SECRET = "hunter2-canary-token"  # noqa: S105
MESSAGE = Message(
    Severity.CRITICAL,
    "needs-attention",
    "critical: hq-1: it burns",
    "Where: hq-1\nNext: <b>run</b>",
)


def say(address):
    return AppriseAnnouncer(Secrets(address)).say("env:NOC", MESSAGE)


@pytest.fixture
def logged():
    """Everything that a process of ours logs, at its most talkative."""
    root, said = logging.getLogger(), StringIO()
    before = root.handlers[:], root.level
    configure_logs(level="debug", stream=said)
    yield said
    root.handlers[:], root.level = before


def test_a_mail_arrives_whole_and_markup_in_it_is_text():
    with mailbox() as box:
        address = f"mailto://127.0.0.1:{box.port}?from=aprejoin@example.net&to=noc@example.net"
        receipt = say(address)
    assert receipt.is_taken, receipt
    ((envelope, mail),) = box.mails
    assert envelope.rcpt_tos == ["noc@example.net"]
    assert mail["Subject"] == MESSAGE.title
    assert "Where: hq-1" in mail.get_body(("plain", "html")).get_content()
    html = mail.get_body(("html",))
    assert html is None or "<b>run" not in html.get_content()


def test_a_mail_that_is_not_taken_is_said_without_a_word_of_the_address(logged):
    with mailbox() as box:
        box.answer = f"554 no {SECRET}"
        receipt = say(f"mailto://127.0.0.1:{box.port}?from=a@example.net&to={SECRET}@example.net")
    assert not receipt.is_taken
    assert receipt.detail == "E-Mail did not take it: no answer, or a refusal"
    assert SECRET not in logged.getvalue()


def test_a_chat_is_told_by_a_post_and_its_refusal_has_its_number(logged):
    with receiving() as receiver:
        assert say(f"json://127.0.0.1:{receiver.port}/{SECRET}").is_taken
        (call,) = receiver.calls
        told = json.loads(call.body)
        assert (told["title"], told["type"]) == (MESSAGE.title, "failure")
    with receiving(answers=[BROKEN]) as receiver:
        receipt = say(f"json://127.0.0.1:{receiver.port}/{SECRET}")
    assert (receipt.status, receipt.detail) == (500, "JSON did not take it: HTTP 500")
    logging.getLogger("ours").debug("the end")
    assert "the end" in logged.getvalue()
    assert SECRET not in logged.getvalue()


def test_nobody_there_is_no_answer():
    with receiving() as receiver:
        port = receiver.port
    assert say(f"json://127.0.0.1:{port}/x").status is None


@pytest.mark.parametrize("address", [f"slack://{SECRET}", SECRET, "", "dbus://", "syslog://local0"])
def test_an_address_of_no_service_or_of_this_host_is_refused_unshown(address):
    announcer = AppriseAnnouncer(Secrets(address))
    with pytest.raises(InvalidInput) as refused:
        announcer.check("env:NOC")
    receipt = announcer.say("env:NOC", MESSAGE)
    assert receipt.status is None
    assert "env:NOC" in receipt.detail
    assert SECRET not in str(refused.value) + receipt.detail


# -- the command, and a death between sending and noting ----------------------------------------

INVENTORY = """controllers:
  - {name: hq-1, platform: iosxe, host: 192.0.2.10, credentials: hq}
credentials: {hq: {username: svc, password: "env:HQ"}}
notify:
  channels: {noc: "env:NOC_URL", mail: "env:MAIL_URL"}
  rules: [{name: all, to: [noc, mail]}]
"""


@pytest.fixture
def fleet(tmp_path, monkeypatch):
    (tmp_path / "inventory.yaml").write_text(INVENTORY)
    monkeypatch.setenv("APREJOIN_STATE_DIR", str(tmp_path / "state"))
    monkeypatch.setenv("APREJOIN_INVENTORY", str(tmp_path / "inventory.yaml"))
    return tmp_path


def aprejoin(*words):
    return CliRunner().invoke(main, list(words))


def test_the_try_out_tells_each_channel_and_says_which_did_not_take_it(fleet, monkeypatch):
    with mailbox() as box, receiving(answers=[BROKEN]) as receiver:
        monkeypatch.setenv("NOC_URL", f"json://127.0.0.1:{receiver.port}/{SECRET}")
        mail = f"mailto://127.0.0.1:{box.port}?from=a@example.net&to=noc@example.net"
        monkeypatch.setenv("MAIL_URL", mail)
        told = aprejoin("notify", "test", "--json")
        only = aprejoin("notify", "test", "mail")
        unknown = aprejoin("notify", "test", "nok")
    assert told.exit_code == 1
    by_channel = {one["channel"]: one for one in json.loads(told.stdout)["tried"]}
    assert by_channel["mail"]["taken"] is True
    assert by_channel["noc"]["detail"] == "JSON did not take it: HTTP 500"
    assert (only.exit_code, unknown.exit_code) == (0, 2)
    assert len(box.mails) == 2
    said = {"stdout": told.stdout.encode(), "stderr": told.stderr.encode()}
    assert leaks({"token": SECRET}, said | contents(fleet)) == []


DYING = """
from service.bootstrap import open_context
from service.cli.main import main
from service.settings import Settings
from service.telemetry.logs import configure_logs
from service.usecases.announce import announce
settings = Settings.from_environment()
with open_context(settings, settings.inventory) as context:
    announce(context, "noc")
"""


def test_a_teller_killed_between_sending_and_noting_leaves_the_message_to_the_next(
    fleet, monkeypatch
):
    with receiving(hangs=True) as receiver:
        monkeypatch.setenv("NOC_URL", f"json://127.0.0.1:{receiver.port}/{SECRET}?rto=250")
        settings = Settings.from_environment()
        with open_context(settings, settings.inventory) as context:
            words = words_of(alarm(), site=None, on_finding="report", link=None)
            context.store.add_notices([new_notice("noc", Rule("all", ("noc",)), alarm(), words)])
            context.store.offer_channels(("noc",), again_after_s=0)
            with subprocess.Popen([sys.executable, "-c", DYING], env=os.environ) as child:
                assert receiver.called.wait(300)
                child.kill()
            assert context.store.notices("noc", limit=9) == ()
            (left,) = context.store.deliveries(outbox_of("noc"), limit=9)
            assert (left.state, left.tries) == ("pending", 0)
            receiver.hangs = False
            assert context.announcer.say("env:NOC_URL", MESSAGE).is_taken
    assert leaks({"token": SECRET}, contents(fleet)) == []


SILENT = """controllers:
  - {name: hq-1, platform: iosxe, host: 127.0.0.1, credentials: hq, transport: netconf,
     netconf: {port: 1, insecure: true}}
credentials: {hq: {username: svc, password: "env:HQ"}}
notify:
  channels: {noc: "env:NOC_URL"}
  rules: [{name: silent, to: [noc], about: [controller.unreachable], unreachable_polls: 2}]
"""


def test_a_controller_that_does_not_answer_is_told_after_as_many_sweeps_as_the_rule_says(
    fleet, monkeypatch
):
    monkeypatch.setenv("HQ", SECRET)
    (fleet / "inventory.yaml").write_text(SILENT)
    with receiving() as receiver:
        monkeypatch.setenv("NOC_URL", f"json://127.0.0.1:{receiver.port}/{SECRET}")
        settings = Settings.from_environment()
        with open_context(settings, settings.inventory) as context:
            assert due_channels_after(context) == ()
            for _ in range(2):
                assert context.store.notices("noc", limit=9) == ()
                assert aprejoin("sweep", "hq-1").exit_code == 4
                due_channels_after(context)
            (waiting,) = context.store.notices("noc", limit=9)
            assert waiting.kind == "controller.unreachable"
            alone = replace(waiting, age_s=60.0)
            message = gather([alone], context.inventory.notify, {}, context.clock.now().wall)
            assert context.announcer.say("env:NOC_URL", message.message).is_taken
        told = json.loads(receiver.calls[0].body)
    assert told["title"] == "warning: hq-1: cannot be read"
    assert "Failed polls in a row: 2" in told["message"]


def due_channels_after(context):
    """What a worker does with each nudge: tell what is new, then see who has something to hear."""
    due_webhooks(context)
    return due_channels(context)
