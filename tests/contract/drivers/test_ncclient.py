"""What of ncclient our session goes by beyond its documented interface, held to what it was.

`netconf_session` overrides and calls methods that ncclient doesn't promise. A release that changes
one fails here: read what changed, look at `netconf_session.py` and decision 2, and write the new
digest down.
"""

import hashlib
import inspect

import pytest
from ncclient.devices.default import DefaultDeviceHandler
from ncclient.operations.rpc import RPC, RPCReply, RPCReplyListener
from ncclient.transport.session import HelloHandler, Session
from ncclient.transport.ssh import SSHSession

GONE_BY = {
    DefaultDeviceHandler.get_xml_parser: "a70944fdde11",
    RPC.__init__: "49383c6e7309",
    RPC._request: "bfab7c94c6bb",
    RPC._wrap: "5c2c67b8bf89",
    RPC.deliver_reply: "eb39ab8a355c",
    RPCReply.__init__: "8b8491315e18",
    RPCReply.parse: "7aba6ba1c181",
    RPCReply._parsing_hook: "91fa19d303b9",
    RPCReplyListener.callback: "50f2673198b6",
    HelloHandler.callback: "6f5d640dfc78",
    Session.run: "f236496d4ceb",
    Session.send: "29fe6129aa7d",
    Session._dispatch_message: "4bc574d00801",
    Session._dispatch_error: "05802da5f59b",
    SSHSession.close: "337bb927c581",
    SSHSession._post_connect: "f421c84da4a4",
    SSHSession._transport_read: "f286c37212fe",
    SSHSession._transport_register: "ee69f7ca4187",
    SSHSession._send_ready: "4f9ce3737ef5",
}


def digest(function) -> str:
    return hashlib.sha256(inspect.getsource(function).encode()).hexdigest()[:12]


@pytest.mark.parametrize("function", GONE_BY, ids=lambda one: one.__qualname__)
def test_what_the_session_goes_by_is_as_it_was(function):
    assert digest(function) == GONE_BY[function]
