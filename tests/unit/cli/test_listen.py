"""What `aprejoin listen` says when it cannot listen: in words, before anything is started."""

import json
import socket

import pytest
from click.testing import CliRunner

from service.cli.main import main

INVENTORY = """
controllers: [{name: a-1, platform: iosxe, host: 192.0.2.10, credentials: hq}]
credentials: {hq: {username: admin, password: "env:HQ"}}
"""


@pytest.fixture
def run(tmp_path, monkeypatch):
    """Runs the command to its end, which comes early."""
    inventory = tmp_path / "inventory.yaml"
    inventory.write_text(INVENTORY)
    monkeypatch.setenv("APREJOIN_STATE_DIR", str(tmp_path / "state"))
    monkeypatch.setenv("APREJOIN_INVENTORY", str(inventory))
    return lambda *options: CliRunner().invoke(main, ["listen", "--json", *options])


def test_a_port_in_use_is_told(run, monkeypatch):
    def taken(*_, **__):
        raise OSError(98, "Address already in use")

    monkeypatch.setattr(socket, "create_server", taken)
    done = run("--syslog-tcp", "127.0.0.1:5514")
    assert done.exit_code == 1
    detail = json.loads(done.stdout)["error"]["detail"]
    assert detail == "cannot listen on 127.0.0.1:5514 (syslog-tcp): Address already in use"


@pytest.mark.parametrize(
    ("options", "words"),
    [
        ((), "--syslog-udp: nothing to listen on"),
        (("--syslog-tls", "127.0.0.1:0"), "--tls-cert"),
    ],
)
def test_what_is_missing_is_told(run, options, words):
    done = run(*options)
    assert done.exit_code == 2
    assert words in json.loads(done.stdout)["error"]["detail"]


@pytest.mark.parametrize("place", ["5514", "127.0.0.1:", "127.0.0.1:http", "::1:99999", ":5514"])
def test_a_place_that_is_none_is_refused(run, place):
    done = run("--syslog-udp", place)
    assert done.exit_code == 2
    assert "expected HOST:PORT, such as 0.0.0.0:5514" in done.stderr
