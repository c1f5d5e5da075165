"""`aprejoin serve` with a certificate: HTTPS and nothing else, and nothing for other origins."""

import json
import signal
import ssl
import subprocess

import httpx
import pytest

from tests.e2e.stand import COMMAND
from tests.support.certificates import for_loopback
from tests.support.patience import PATIENCE_S

INVENTORY = """\
controllers:
  - {name: hq-1, platform: iosxe, host: 192.0.2.10, credentials: hq}
credentials:
  hq: {username: admin, password: "env:HQ_PASSWORD"}
"""


@pytest.fixture
def serve(tmp_path):
    """Starts the API with further options."""
    file = tmp_path / "inventory.yaml"
    file.write_text(INVENTORY)
    command = [COMMAND, "serve", "-i", file, "--api-only", "--port", "0", "--json"]

    def start(*options):
        return subprocess.Popen(
            [*command, *options],
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
            env={"APREJOIN_STATE_DIR": str(tmp_path / "state")},
        )

    return start


def test_with_a_certificate_https_is_spoken_and_no_other_origin_is_let_in(serve, tmp_path):
    cert, key = for_loopback(tmp_path)
    with serve("--tls-cert", cert, "--tls-key", key) as process:
        try:
            address = json.loads(process.stdout.readline())["serve"]["address"]
            trusts = ssl.create_default_context(cafile=str(cert))
            with httpx.Client(verify=trusts, base_url=address, trust_env=False) as client:
                alive = client.get("/healthz", headers={"Origin": "https://elsewhere.example"})
                asks = {"Origin": "https://elsewhere.example"}
                asks["Access-Control-Request-Method"] = "POST"
                before = client.options("/api/v1/sweeps", headers=asks)
            in_clear = httpx.URL(address).copy_with(scheme="http", path="/healthz")
            with pytest.raises(httpx.HTTPError):
                httpx.get(in_clear, trust_env=False)
        finally:
            process.send_signal(signal.SIGINT)
            process.communicate(timeout=PATIENCE_S)
    assert address.startswith("https://127.0.0.1:")
    assert alive.json() == {"status": "ok"}
    assert before.status_code == 405
    for answered in (alive, before):
        assert not any(name.startswith("access-control") for name in answered.headers)


def test_half_a_pair_is_refused_before_anything_starts(serve, tmp_path):
    with serve("--tls-cert", str(tmp_path / "cert.pem")) as process:
        out, _ = process.communicate(timeout=PATIENCE_S)
    assert process.returncode == 2
    assert "--tls-key: is missing" in json.loads(out)["error"]["detail"]
