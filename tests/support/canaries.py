"""Secrets that are planted where they can come in, and looked for wherever something comes out."""

import base64
from collections.abc import Iterable, Mapping
from pathlib import Path
from urllib.parse import quote


def leaks(secrets: Mapping[str, str], said: Mapping[str, bytes]) -> list[str]:
    """Which secret is in what, also encoded; empty: none anywhere.

    Args:
        secrets: by what they are.
        said: everything that came out, by where.
    """
    assert all(len(secret) >= 8 for secret in secrets.values()), "too short to be found by itself"
    assert any(said.values()), "nothing came out: nothing could leak"
    return [
        f"{name} in {where}"
        for name, secret in secrets.items()
        for where, content in said.items()
        if any(form in content for form in _forms(secret))
    ]


def _forms(secret: str) -> Iterable[bytes]:
    plain = secret.encode()
    return {
        plain,
        plain.hex().encode(),
        quote(secret, safe="").encode(),
        base64.b64encode(plain).rstrip(b"=")[:-1],  # whatever follows it
    }


def contents(*roots: Path, but: Iterable[Path] = ()) -> dict[str, bytes]:
    """Every file under some folders, by its path."""
    left_out = tuple(but)
    return {
        str(path): path.read_bytes()
        for root in roots
        for path in sorted(root.rglob("*"))
        if path.is_file() and not any(path.is_relative_to(one) for one in left_out)
    }
