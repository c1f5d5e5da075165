"""The NETCONF link over real SSH: how sessions open, and how the same thing may be written."""

import socket
import threading
from pathlib import Path

import pytest
from lxml import etree

from service.drivers.links.netconf import NC, NetconfLink, RpcRefused
from service.drivers.links.netconf_connect import NetconfTarget
from service.errors import (
    AuthenticationRefused,
    DeviceUnreachable,
    HostKeyRefused,
    ReplyMalformed,
)
from tests.contract.drivers.scripted_server import (
    BASE,
    PASSWORD,
    RUNNING,
    ScriptedServer,
    Then,
    data,
    error,
    hello,
    replied,
)
from tests.support.patience import REPLY_S

NATIVE = "http://cisco.com/ns/yang/Cisco-IOS-XE-native"
FILTER = etree.fromstring(
    f'<filter xmlns="{NC}" type="subtree"><native xmlns="{NATIVE}"/></filter>'
)
NAME = f'<native xmlns="{NATIVE}"><hostname>wlc-äöü-無線</hostname></native>'


def hostname(server: ScriptedServer, **settings) -> str:
    link = NetconfLink.open(server.target(**settings))
    try:
        found = link.get(FILTER, timeout_s=REPLY_S)
        return found.findtext(f"{{{NATIVE}}}native/{{{NATIVE}}}hostname")
    finally:
        link.close()


def give(inside: str):
    return lambda rpc: data(rpc, inside)


# -- the same, written otherwise ---------------------------------------------------------------


@pytest.mark.parametrize("size", [1, 2, 3, 7, 4000])
def test_a_character_may_lie_across_two_chunks(size):
    with ScriptedServer(give(NAME), sizes=(size,)) as server:
        assert hostname(server) == "wlc-äöü-無線"


def test_a_server_without_chunks_is_understood():
    with ScriptedServer(
        give(NAME), greeting=hello().replace(BASE[1], "urn:other"), chunked=False
    ) as server:
        assert hostname(server) == "wlc-äöü-無線"


@pytest.mark.parametrize(
    "greeting",
    [
        hello(RUNNING).replace("<capability>", "<capability>\n    ").replace("</cap", "\n  </cap"),
        hello(RUNNING).replace("<capabilities>", "<!-- hello --><capabilities><!-- all -->"),
        hello(RUNNING)
        .replace("<", "<nc:")
        .replace("<nc:/", "</nc:")
        .replace("<nc:?", "<?")
        .replace("xmlns=", "xmlns:nc="),
        "\n\n" + hello(RUNNING)[len('<?xml version="1.0" encoding="UTF-8"?>') :] + "\n",
        hello(RUNNING, f"{NATIVE}?module=Cisco-IOS-XE-native&amp;revision=2022-07-01"),
    ],
    ids=["blanks", "comments", "prefixes", "no-declaration", "modules"],
)
def test_a_hello_may_be_written_in_many_ways(greeting):
    with ScriptedServer(give(NAME), greeting=greeting) as server:
        link = NetconfLink.open(server.target())
        try:
            assert RUNNING in link.capabilities
            assert link.session_id == "7"
            assert link.get(FILTER, timeout_s=REPLY_S) is not None
        finally:
            link.close()


@pytest.mark.parametrize(
    "reply",
    [
        '<nc:rpc-reply xmlns:nc="{nc}" message-id="{id}"><nc:data>{name}</nc:data></nc:rpc-reply>',
        (
            '<?xml version="1.0" encoding="UTF-8"?>\n\n<rpc-reply xmlns="{nc}"\n message-id="{id}">'
            "  <!-- one --><data><!-- two -->\n{name}\n</data><?pi three?>\n</rpc-reply>\n"
        ),
        (
            '<rpc-reply xmlns="{nc}" message-id="{id}" xmlns:x="urn:x" x:a="1" user="me"><data'
            ' xmlns:y="urn:y" y:z="2">{name}</data></rpc-reply>'
        ),
        (
            '<rpc-reply xmlns="{nc}" message-id="{id}"><data xmlns:n="{native}"><n:native>'
            "<n:hostname>wlc-äöü-<!-- in between -->無線</n:hostname></n:native></data></rpc-reply>"
        ),
        (
            '<rpc-reply xmlns="{nc}" message-id="{id}"><data>'
            f'<native xmlns="{NATIVE}"><hostname><![CDATA[wlc-äöü-無線]]></hostname></native>'
            "</data></rpc-reply>"
        ),
    ],
    ids=["prefixes", "blanks-comments-declaration", "attributes", "inner-comment", "cdata"],
)
def test_a_reply_may_be_written_in_many_ways(reply):
    def answer(rpc):
        return reply.format(nc=NC, id=rpc.get("message-id"), name=NAME, native=NATIVE)

    with ScriptedServer(answer) as server:
        assert hostname(server) == "wlc-äöü-無線"


def test_bytes_that_are_no_utf_8_do_not_end_the_session():
    def answer(rpc):
        return data(rpc, NAME).encode().replace("äöü".encode(), b"\xe4\xf6")

    with ScriptedServer(answer) as server:
        assert hostname(server) == "wlc-��-無線"


@pytest.mark.parametrize("inside", ["<data/>", "<data></data>", "<data>\n  <!-- none -->\n</data>"])
def test_nothing_found_is_an_empty_answer(inside):
    with ScriptedServer(lambda rpc: replied(rpc, inside)) as server:
        link = NetconfLink.open(server.target())
        assert len(link.get(FILTER, timeout_s=REPLY_S)) == 0
        link.close()


def test_warnings_beside_data_do_not_hide_it():
    def answer(rpc):
        return replied(rpc, error("operation-failed", severity="warning") + f"<data>{NAME}</data>")

    with ScriptedServer(answer) as server:
        assert hostname(server) == "wlc-äöü-無線"


# -- what is no answer -------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("inside", "words"),
    [
        ("<ok/>", "no data element"),
        (error("operation-failed", severity="warning"), "warnings alone"),
        (f'<data><native xmlns="{NATIVE}/of-another"/></data>', f"expected {{{NATIVE}}}native"),
    ],
    ids=["ok", "warning", "wrong-namespace"],
)
def test_a_reply_of_another_form_says_what_was_found_and_expected(inside, words):
    with ScriptedServer(lambda rpc: replied(rpc, inside)) as server:
        link = NetconfLink.open(server.target())
        with pytest.raises(ReplyMalformed) as caught:
            link.get(FILTER, timeout_s=REPLY_S)
        link.close()
    assert words in str(caught.value)


@pytest.mark.parametrize(
    "text",
    [
        "this is no XML",
        "<rpc-reply",
        '<!DOCTYPE x [<!ENTITY e "e">]><rpc-reply xmlns="{nc}" message-id="{id}"/>',
        '<rpc-reply xmlns="{nc}" message-id="{id}"><data><a></data></rpc-reply>',
    ],
    ids=["words", "cut", "document-type", "unbalanced"],
)
def test_a_message_that_is_no_xml_is_said_at_once(text):
    with ScriptedServer(lambda rpc: text.format(nc=NC, id=rpc.get("message-id"))) as server:
        link = NetconfLink.open(server.target())
        with pytest.raises(ReplyMalformed):
            link.get(FILTER, timeout_s=REPLY_S)
        assert not link.alive
        link.close()


def test_every_error_of_a_refusal_is_told_and_the_blamed_elements_are_named():
    blamed = "<error-info><bad-element>ios:clock</bad-element></error-info>"
    path = "<error-path>/native/ntp:server[name='a/b']/ntp:key</error-path>"

    def answer(rpc):
        return replied(rpc, error("unknown-element", "first", more=blamed) + error("x", more=path))

    with ScriptedServer(answer) as server:
        link = NetconfLink.open(server.target())
        with pytest.raises(RpcRefused) as caught:
            link.get(FILTER, timeout_s=REPLY_S)
        link.close()
    assert caught.value.tag == "unknown-element"
    assert caught.value.bad == ("clock", "key")
    assert "first" in caught.value.text
    assert "x no at /native" in caught.value.text


def test_a_session_that_ends_while_reading_is_no_answer_and_not_repeated():
    with ScriptedServer(lambda _: Then(drop=True)) as server:
        link = NetconfLink.open(server.target())
        with pytest.raises(DeviceUnreachable) as caught:
            link.get(FILTER, timeout_s=REPLY_S)
        link.close()
        assert server.operations == ["get"]
    assert "closed the session" in str(caught.value)


def test_a_late_reply_is_never_taken_for_the_next_one():
    with ScriptedServer(lambda rpc: Then(data(rpc, NAME), after_s=0.6)) as server:
        link = NetconfLink.open(server.target())
        with pytest.raises(DeviceUnreachable) as caught:
            link.get(FILTER, timeout_s=0.2)
        with pytest.raises(DeviceUnreachable):
            link.get(FILTER, timeout_s=0.2)
        assert len(server.rpcs) == 1
    assert "no reply in 0.2 s" in str(caught.value)


def test_words_of_a_broken_session_hold_nothing_of_what_arrived():
    secret = f'<native xmlns="{NATIVE}"><hostname>hush-hush</hostname></native>'
    with ScriptedServer(lambda rpc: Then(data(rpc, secret * 99), part=0.5, drop=True)) as server:
        link = NetconfLink.open(server.target())
        with pytest.raises(DeviceUnreachable) as caught:
            link.get(FILTER, timeout_s=REPLY_S)
        link.close()
    assert "hush" not in str(caught.value)
    assert "hush" not in repr(caught.value.__cause__)


# -- opening -----------------------------------------------------------------------------------


def test_a_wrong_password_is_tried_once():
    with ScriptedServer() as server:
        with pytest.raises(AuthenticationRefused):
            NetconfLink.open(server.target(password="wrong"))  # noqa: S106
        assert server.logins == ["wrong"]
        assert server.sessions == 0


def test_a_server_that_takes_no_passwords_refuses_the_login():
    with ScriptedServer(only_keys=True) as server, pytest.raises(AuthenticationRefused):
        NetconfLink.open(server.target())


@pytest.mark.parametrize("algorithm", ["ssh-ed25519", "ssh-rsa", "ecdsa-sha2-nistp256"])
@pytest.mark.parametrize("form", ["fingerprint", "key_line"])
def test_the_pinned_key_opens(form, algorithm):
    with ScriptedServer(give(NAME), key_algorithm=algorithm) as server:
        assert hostname(server, host_key=getattr(server, form)) == "wlc-äöü-無線"


def test_a_pinned_line_says_which_of_several_host_keys_is_asked_for():
    with ScriptedServer(
        give(NAME), key_algorithm="ssh-rsa", first_key_algorithm="ssh-ed25519"
    ) as server:
        assert hostname(server, host_key=server.key_line) == "wlc-äöü-無線"


def test_another_key_is_refused_before_the_password_is_sent():
    with ScriptedServer() as server:
        with pytest.raises(HostKeyRefused) as caught:
            NetconfLink.open(server.target(host_key="SHA256:" + "A" * 43))
        assert server.logins == []
        assert server.fingerprint in str(caught.value)


@pytest.mark.parametrize("algorithm", ["ssh-ed25519", "ssh-rsa"])
def test_the_users_known_hosts_open_where_no_key_is_pinned(algorithm, tmp_path, monkeypatch):
    monkeypatch.setenv("HOME", str(tmp_path))
    with ScriptedServer(give(NAME), key_algorithm=algorithm) as server:
        with pytest.raises(HostKeyRefused):
            NetconfLink.open(server.target(host_key=None))
        assert server.logins == []
        (tmp_path / ".ssh").mkdir()
        Path(tmp_path / ".ssh" / "known_hosts").write_text(server.key_line + "\n")
        assert hostname(server, host_key=None) == "wlc-äöü-無線"


def test_insecure_takes_any_key():
    with ScriptedServer(give(NAME)) as server:
        assert hostname(server, host_key=None, insecure=True) == "wlc-äöü-無線"


def test_small_messages_leave_at_once():
    """Waiting for the answer to the one before costs 0.04 s with each, five times a session."""
    with ScriptedServer() as server:
        link = NetconfLink.open(server.target())
        wire = link._session.transport.sock
        assert wire.getsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY)
        link.close()
        assert wire.fileno() == -1


def test_a_server_that_says_no_hello_is_given_up_in_time():
    with ScriptedServer(greeting=None) as server:
        with pytest.raises(DeviceUnreachable) as caught:
            NetconfLink.open(server.target(connect_timeout_s=0.5))
        assert server.logins == [PASSWORD]
    assert "0.5 s" in str(caught.value)


def test_a_login_that_takes_too_long_is_given_up_in_time():
    with ScriptedServer(subsystem_s=30) as server, pytest.raises(DeviceUnreachable) as caught:
        NetconfLink.open(server.target(connect_timeout_s=0.5))
    assert "0.5 s" in str(caught.value)


def test_a_port_that_is_no_ssh_is_given_up_in_time():
    with socket.create_server(("127.0.0.1", 0)) as mute, pytest.raises(DeviceUnreachable) as caught:
        NetconfLink.open(at(mute.getsockname()[1], connect_timeout_s=0.5))
    assert "0.5 s" in str(caught.value)


def test_a_closed_port_is_unreachable():
    with socket.create_server(("127.0.0.1", 0)) as closing:
        port = closing.getsockname()[1]
    with pytest.raises(DeviceUnreachable):
        NetconfLink.open(at(port))


def at(port: int, **settings) -> NetconfTarget:
    return NetconfTarget("box", "127.0.0.1", port, "admin", PASSWORD, "SHA256:x", **settings)


def test_no_thread_is_left_after_closing():
    before = set(threading.enumerate())
    with ScriptedServer(give(NAME)) as server:
        hostname(server)
        with pytest.raises(AuthenticationRefused):
            NetconfLink.open(server.target(password="wrong"))  # noqa: S106
    for thread in set(threading.enumerate()) - before:
        thread.join(5)
    assert set(threading.enumerate()) <= before
