"""Secrets by reference: from the environment, a file, the keyring or Vault, at the last moment.

Nothing is kept: every call asks again, so that a secret that was renewed is used at once. No error
names a value, and none is chained to an exception that could hold one.
"""

import os
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from service.config.secret_reference import FORMS, SecretReference
from service.errors import InvalidInput

LONGEST_BYTES = 65_536


@dataclass(frozen=True, slots=True)
class SecretResolver:
    """The secrets port.

    Attributes:
        folder: where relative `file:` paths start: the inventory's folder.
    """

    folder: Path
    environ: Mapping[str, str] = field(default_factory=lambda: os.environ, repr=False)

    def resolve(self, reference: str) -> str:
        """The clear text behind a reference.

        Raises:
            InvalidInput: no such scheme, or nothing behind the reference; names the reference,
                never a value.
        """
        try:
            parsed = SecretReference.parse(reference)
        except ValueError as err:
            raise InvalidInput(f"found {err}", where="a secret", expected=FORMS) from None
        match parsed.scheme:
            case "env":
                return self._from_environment(parsed)
            case "file":
                return self._from_file(parsed)
            case "keyring":
                return _from_keyring(parsed)
            case "vault":
                return _from_vault(parsed, self.environ)

    def _from_environment(self, reference: SecretReference) -> str:
        value = self.environ.get(reference.target)
        if not value:
            what = "the variable is not set" if value is None else "the variable is empty"
            raise _refused(reference, what, f"{reference.target} to hold the secret")
        return value

    def _from_file(self, reference: SecretReference) -> str:
        path = self.folder / Path(reference.target).expanduser()
        expected = f"the secret in the file {path}"
        try:
            with path.open("rb") as file:
                data = file.read(LONGEST_BYTES + 1)
            text = data.decode("utf-8")
        except OSError as err:
            raise _refused(reference, f"cannot be read ({err.strerror})", expected) from None
        except UnicodeDecodeError:
            raise _refused(reference, "the file is not UTF-8", expected) from None
        if len(data) > LONGEST_BYTES:
            raise _refused(reference, f"the file has more than {LONGEST_BYTES} bytes", expected)
        value = text.removesuffix("\n").removesuffix("\r")
        if not value:
            raise _refused(reference, "the file is empty", expected)
        return value


def _from_keyring(reference: SecretReference) -> str:
    import keyring  # noqa: PLC0415 - looks for desktop services and takes 0.1 s: only where wanted
    from keyring.errors import KeyringError  # noqa: PLC0415

    service, _, user = reference.target.rpartition("/")
    expected = f"a password of {user!r} for {service!r} in the keyring"
    try:
        value = keyring.get_password(service, user)
    except KeyringError as err:
        raise _refused(reference, f"no keyring ({type(err).__name__})", expected) from None
    if not value:
        raise _refused(reference, "the keyring holds none", expected)
    return value


def _from_vault(reference: SecretReference, environ: Mapping[str, str]) -> str:
    from service.config.vault import read_vault  # noqa: PLC0415 - HTTP takes 0.1 s to load

    return read_vault(reference, environ)


def _refused(reference: SecretReference, what: str, expected: str) -> InvalidInput:
    return InvalidInput(what, where=str(reference), expected=expected)
