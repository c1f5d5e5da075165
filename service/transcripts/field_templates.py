"""The templates that network engineers share (ntc-templates), where they cover a command well.

They are good for pages of one thing, such as `show ap config general`. Not used are those for
tables of APs and for the time: measured on captures, they drop rows whose names hold blanks, the
counters above a table, and the clock where no NTP server is left (FACTS, section 2).
"""

from collections.abc import Mapping
from functools import cache
from importlib.resources import files
from io import StringIO

from textfsm import TextFSM
from textfsm.parser import TextFSMError

PLATFORM = "cisco_wlc_ssh"


@cache
def _template(command: str) -> str:
    name = f"{PLATFORM}_{command.replace(' ', '_')}.textfsm"
    return (files("ntc_templates") / "templates" / name).read_text("utf-8")


def page(command: str, text: str) -> Mapping[str, str] | None:
    """The fields of a page, in small letters; None where the template does not take the text.

    Only the first record counts: a page speaks of one thing.
    """
    machine = TextFSM(StringIO(_template(command)))
    try:
        rows = machine.ParseText(text.rstrip() + "\n")
    except TextFSMError:
        return None
    if not rows:
        return None
    return {
        name.lower(): value
        for name, value in zip(machine.header, rows[0], strict=True)
        if isinstance(value, str) and value
    }
