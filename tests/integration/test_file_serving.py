"""`aprejoin files --serve` as a process: fetched by HTTPS as a controller does, ended by Ctrl-C."""

import json
import signal
import ssl
import subprocess
import time

import httpx
import pytest

from tests.e2e.stand import COMMAND
from tests.support.certificates import for_loopback

IMAGE = "C9800-L-universalk9_wlc.17.03.06.SPA.bin"
CONTENT = bytes(range(256)) * 20_000


@pytest.fixture
def certificate(tmp_path):
    """A certificate of 127.0.0.1 with its key, as files."""
    return for_loopback(tmp_path)


def test_a_controller_fetches_by_https_what_was_listed(tmp_path, certificate):
    cert, key = certificate
    folder = tmp_path / "images"
    folder.mkdir()
    (folder / IMAGE).write_bytes(CONTENT)
    (tmp_path / "secret").write_text("not for controllers")
    command = [COMMAND, "files", folder, "--serve", "127.0.0.1:0", "--json"]
    said = tmp_path / "said"
    with (
        said.open("wb") as err,
        subprocess.Popen(
            [*command, "--cert", cert, "--key", key],
            stdout=subprocess.PIPE,
            stderr=err,
            env={"APREJOIN_STATE_DIR": str(tmp_path / "state")},
        ) as process,
    ):
        try:
            assert process.stdout is not None
            ready = json.loads(process.stdout.readline())["files"]
            trusts = ssl.create_default_context(cafile=str(cert))
            with httpx.Client(verify=trusts, base_url=ready["address"], trust_env=False) as client:
                whole = client.get(IMAGE)
                rest = client.get(IMAGE, headers={"range": "bytes=5000000-"})
                strange = client.get("/%2e%2e/secret")
            in_clear = httpx.URL(ready["address"]).copy_with(scheme="http")
            with pytest.raises(httpx.HTTPError):
                httpx.get(in_clear, trust_env=False)
            until(said, "404")
        finally:
            process.send_signal(signal.SIGINT)
            code = process.wait(30)

    assert ready["served"] == [IMAGE]
    assert whole.content == CONTENT
    assert rest.content == CONTENT[5_000_000:]
    assert strange.status_code == 404
    assert code == 0
    log = said.read_text()
    assert f"127.0.0.1 GET /{IMAGE}: 200, {len(CONTENT)} of {len(CONTENT)} bytes in " in log
    assert "not for controllers" not in log


def until(said, words):
    ends = time.monotonic() + 30
    while words not in said.read_text():
        assert time.monotonic() < ends, said.read_text()
        time.sleep(0.05)
