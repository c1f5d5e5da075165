"""One terminal: AireOS's own login, a prompt, echo, pages, and questions."""

import asyncio
import re

import asyncssh

from service.lab.aireos.answers import Answer, AnyKey, Ask, Bye, Context, Told
from service.lab.aireos.faults import AFTER, WlcFault
from service.lab.aireos.help import next_words
from service.lab.aireos.host import WlcHost
from service.lab.aireos.keyboard import ENTER, GoneError, Keyboard
from service.lab.aireos.shell import Shell
from service.lab.ssh import Process

PAGE = 24  # unverified: how many lines a page has
MORE = {"quit": "--More-- or (q)uit", "plain": " --More-- "}
WIPE = "\r" + " " * len(MORE["quit"]) + "\r"
RECOVER = (
    "Enter User Name (or 'Recover-Config' this one-time only to reset configuration to factory "
    "defaults)\n"
)
Faults = list[WlcFault]


class WlcTerminal:
    """Reads lines and answers them as an AireOS shell does."""

    def __init__(self, host: WlcHost, process: Process) -> None:
        self._host = host
        self._box = host.box
        self._process = process
        self._keys = Keyboard(process, lambda: host.box.idle_s, self._flush)
        self._unsent = bytearray()
        self._shell = Shell()
        self._began_download = False

    async def serve(self) -> None:
        """Answer until the client goes or logs out."""
        try:
            if self._host.enter(self):
                await self._log_in()
                await self._talk()
        except (GoneError, ConnectionError, TimeoutError, asyncssh.Error, BrokenPipeError):
            pass  # the client went, or was idle for too long
        finally:
            self._host.leave(self)
            self._ended()
            self._flush()
            if self._shell.mode is not None:
                self._box.log.add(self._box.advance(), "session", f"left in {self._shell.mode}>")
            self._host.on_touched()
            self._process.exit(0)
            self._process.channel.get_connection().close()

    def _ended(self) -> None:
        """What hung on this session."""
        if self._began_download:
            self._box.download.session_ended()

    async def _log_in(self) -> None:
        """Ask for name and password, again and again: SSH has let everybody in."""
        login = self._box.spec.login
        await asyncio.sleep(login.delay_s)
        if login.banner:
            self._write(f"\n{login.banner}\n")
        self._write("\n(Cisco Controller) \n")
        while True:
            if login.recover_config:
                self._write(RECOVER)
            self._write("User: ")
            user = await self._keys.line(self._raw)
            self._write("\nPassword:")
            password = await self._keys.line(lambda _: self._raw(b"*"))
            self._write("\n")
            if self._host.admits(self._text(user), self._text(password)):
                return

    async def _talk(self) -> None:
        self._write("\n")
        while True:
            self._prompt()
            line = self._text(await self._keys.line(self._raw, self._help))
            self._write("\n")
            faults = self._host.faults.on_line(line.strip())
            if not await self._answered(line, faults):
                return

    async def _answered(self, line: str, faults: Faults) -> bool:
        """Answer a line as its faults leave it; False ends the session."""
        kinds = {f.kind for f in faults}
        if "drop_before" in kinds:
            return False
        await self._pause(faults, {"hang_before", "latency"})
        refused = next((f for f in faults if f.kind == "refuse"), None)
        if refused is not None:
            self._write(f"{refused.message}\n\n")
            return True
        answer = self._shell.run(self._context(), line)
        self._host.on_touched()
        await self._pause(faults, {"hang"})
        if "drop_after" in kinds:
            self._after(faults)
            return False
        stays = await self._show(answer, kinds)
        self._after(faults)
        while "no_prompt" in kinds:  # until the client goes, or was idle for too long
            await self._keys.key()
        return stays and "truncate" not in kinds

    def _after(self, faults: Faults) -> None:
        self._host.after([f for f in faults if f.kind in AFTER])
        self._host.on_touched()

    async def _pause(self, faults: Faults, kinds: set[str]) -> None:
        for fault in faults:
            if fault.kind in kinds:
                self._flush()
                await asyncio.sleep(fault.seconds)

    async def _show(self, answer: Answer, kinds: set[str]) -> bool:
        """Print an answer and hear its questions; False ends the session."""
        while isinstance(answer, Ask):
            self._write(answer.text)
            self._write(answer.prompt)
            answer = answer.then(self._context(), await self._reply())
            self._host.on_touched()
        if isinstance(answer, Told):
            await self._tell(answer)
        if isinstance(answer, AnyKey):
            self._write(answer.prompt)
            await self._keys.key()
            self._write("\n")
        text = _spoiled(answer.text.removesuffix("\n"), kinds)
        if text:
            await self._paged(text.split("\n"))
        self._write("\n")
        return not isinstance(answer, Bye)

    async def _tell(self, told: Told) -> None:
        """Lines as they come. Nobody listens to keys meanwhile, but for the end of the session."""
        self._began_download = True
        self._write("\n")
        async for line in told.lines():
            if self._process.channel.is_closing():
                raise GoneError
            self._write(f"{line}\n")
            self._flush()

    async def _reply(self) -> str:
        """What is typed to a question: a line, or one key where the box wants no Enter."""
        if self._box.spec.quirks.confirm == "line":
            typed = await self._keys.line(self._raw)
        else:
            typed = await self._keys.key()
            self._raw(typed)
        self._write("\n")
        return self._text(typed)

    async def _paged(self, lines: list[str]) -> None:
        """Write page by page until `config paging disable`; q stops."""
        if not self._box.running.paging:
            self._write("\n".join([*lines, ""]))
            return
        shown = 0
        for line in lines:
            if shown == PAGE - 1:
                self._write(MORE[self._box.spec.quirks.pager])
                key = await self._keys.key()
                self._write(WIPE)
                if key in {b"q", b"Q"}:
                    return
                shown = PAGE - 2 if key in ENTER else 0
            self._write(f"{line}\n")
            shown += 1

    def _help(self, typed: bytes) -> None:
        """A question mark answers at once and shows the line again (unverified)."""
        place = f"{self._shell.mode} " if self._shell.mode else ""
        self._write(f"?\n\n{next_words(self._box, place + self._text(typed))}\n\n")
        self._prompt()
        self._raw(typed)

    def _prompt(self) -> None:
        self._write(f"\n{self._shell.prompt(self._box.prompt_name)}")

    def _context(self) -> Context:
        return Context(self._box, self._box.advance(), "ssh")

    def _text(self, typed: bytes) -> str:
        return typed.decode(self._box.spec.quirks.encoding, errors="replace")

    def _write(self, text: str) -> None:
        encoded = text.replace("\n", "\r\n").encode(self._box.spec.quirks.encoding, "replace")
        self._raw(encoded)

    def _raw(self, data: bytes) -> None:
        self._unsent += data

    def _flush(self) -> None:
        """Send what was written, in one piece: a packet for each key and line costs much time."""
        if self._unsent:
            self._process.stdout.write(bytes(self._unsent))
            self._unsent.clear()


def _spoiled(text: str, kinds: set[str]) -> str:
    """An answer cut in mid-table, or with its columns elsewhere."""
    if kinds & {"cut", "truncate"}:
        text = text[: len(text) * 2 // 3]
    if "widths" in kinds:
        text = re.sub(r"(?<=\S)  +", lambda gap: gap.group()[:-1], text)
    return text
