"""How long a controller may work out a file's hash: as long as whoever asks keeps the lease."""

import pytest

from service.domain.software_changes import CheckFile
from service.drivers.iosxe import commands
from service.drivers.iosxe.commands import CommandLine
from service.errors import ChangeRefused
from tests.support.builders import CONTROLLER

MD5 = "0" * 31 + "7"
ANSWER = f"verify /md5 (bootflash:image.bin) = {MD5}\n"
ASKED = CheckFile("image.bin", "5" * 128, MD5)


class Asked(CommandLine):
    """A command line that notes what it was asked, and for how long."""

    def __init__(self) -> None:
        super().__init__(CONTROLLER, secrets=None)
        self.given: list[tuple[str, float]] = []

    def _refuse_unnamed(self, what: str) -> None:
        del what

    def _show(self, command: str, *, timeout_s: float = commands.TIMEOUT_S) -> str:
        self.given.append((command, timeout_s))
        return ANSWER


def test_it_is_waited_for_as_long_as_was_asked_and_no_longer():
    line = Asked()
    line.check_file(ASKED, timeout_s=330.0)
    assert line.given == [("verify /md5 bootflash:image.bin", 330.0)]


def test_another_hash_is_a_refusal_that_names_both():
    with pytest.raises(ChangeRefused) as refused:
        Asked().check_file(CheckFile("image.bin", "5" * 128, "f" * 32), timeout_s=1.0)
    assert MD5 in str(refused.value)
    assert "f" * 32 in str(refused.value)
