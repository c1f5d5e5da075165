import base64

import pytest

from service.config.host_key_text import checked_host_key

KEY = base64.b64encode(b"\x00\x00\x00\x0bssh-ed25519" + b"\x00\x00\x00\x20" + bytes(32)).decode()


def test_a_fingerprint_is_taken_with_and_without_padding():
    assert checked_host_key(f"SHA256:{'a' * 43}=") == checked_host_key(f"SHA256:{'a' * 43}")


@pytest.mark.parametrize("host", ["wlc", "wlc,192.0.2.1", "[wlc]:830", "|1|c2FsdA==|aGFzaA=="])
def test_a_known_hosts_line_is_taken_without_its_comment(host):
    assert checked_host_key(f"{host}  ssh-ed25519 {KEY} me@here") == f"{host} ssh-ed25519 {KEY}"


@pytest.mark.parametrize(
    "text",
    [
        "MD5:00:11",
        f"SHA256:{'a' * 42}",
        f"ssh-ed25519 {KEY}",
        f"wlc ssh-rsa {KEY}",
        "wlc ssh-ed25519 !!!!",
        f"@revoked wlc ssh-ed25519 {KEY}",
        "",
    ],
)
def test_anything_else_is_refused(text):
    with pytest.raises(ValueError, match=r"SHA256|known_hosts|marker|key it says"):
        checked_host_key(text)
