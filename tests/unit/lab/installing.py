"""A box with an installer, and the few things that tests ask of it."""

from itertools import count

from service.lab.box.install_scripts import Command, Request
from service.lab.errors import RpcRefusedError
from tests.unit.lab.support import Bench

APSP = "C9800-universalk9_wlc.17.09.02.CSCwd87612.SPA.apsp.bin"
NEXT = "C9800-L-universalk9_wlc.17.09.04a.SPA.bin"
OTHER_TRAIN = "C9800-L-universalk9_wlc.17.12.04.SPA.bin"
OPERATION_S = 11  # longer than one operation takes on the bench


class Installing(Bench):
    """A box on 17.9.2 with files on its bootflash."""

    def __init__(self, *files: object, **settings: object) -> None:
        self._numbers = count(1)
        flash = {"files": list(files), **settings.pop("flash", {})}
        super().__init__(**{"release": "17.9.2", "flash": flash, **settings})
        self.installer = self.box.installer

    def ask(self, command: str, **settings: object) -> str:
        """Send a request; its uuid."""
        uuid = f"00000000-0000-4000-8000-{next(self._numbers):012d}"
        request = Request(Command(command), uuid, **settings)
        self.installer.request(self.box.advance(), request)
        return uuid

    def refuses(self, command: str, **settings: object) -> str:
        """The error-tag of a request; empty when it is accepted."""
        try:
            self.ask(command, **settings)
        except RpcRefusedError as err:
            return err.tag
        return ""

    def done(self, command: str, **settings: object) -> str:
        """Send a request and wait for its end: its status, with why it failed."""
        uuid = self.ask(command, **settings)
        for _ in range(4):
            self.wait(OPERATION_S)
        return self.end_of(uuid)

    def end_of(self, uuid: str) -> str:
        """Status of an ended operation, with the last sub-state of a failed one."""
        op = next(op for op in self.installer.history if op.request.uuid == uuid)
        return op.status if op.status == "succ" else f"{op.status}: {op.sub_states[-1][1]}"

    def activated(self, name: str, **settings: object) -> str:
        """Add a file and activate it; how the activation ended."""
        assert self.done("install", path=f"bootflash:{name}") == "succ"
        return self.done("activate", path=f"bootflash:{name}", **settings)

    @property
    def running(self) -> str:
        """What runs."""
        self.box.advance()
        return str(self.box.software.running)

    @property
    def committed(self) -> str:
        """What is committed."""
        self.box.advance()
        return str(self.box.software.committed)
