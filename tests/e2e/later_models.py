"""Models in the forms of 17.15, made from those of 17.12: the later ones are not at hand.

By Cisco-IOS-XE-eem of 17.15.1 and 26.1.1 (YangModels/yang): times become decimals of another name,
actions move into a container and lose their order, and the older nodes are gone here: the vendor
calls them deprecated or obsolete. By Cisco-IOS-XE-ntp: `burst` and `iburst` as booleans are gone.
"""

import re
import shutil
from pathlib import Path

from tests.support.facts import IOSXE, RELEASES


def later_models(folder: Path) -> Path:
    """A folder of modules for boxes of 17.15.1."""
    target = folder / "17151"
    shutil.copytree(IOSXE / "yang" / RELEASES["17.12"], target)
    eem = target / "Cisco-IOS-XE-eem.yang"
    eem.chmod(0o644)
    eem.write_text(later_eem(eem.read_text()))
    ntp = target / "Cisco-IOS-XE-ntp.yang"
    ntp.chmod(0o644)
    ntp.write_text(without(ntp.read_text(), "leaf burst", "leaf iburst"))
    return folder


def later_eem(text: str) -> str:
    actions = block(text, "list action")
    actions = actions.replace("ordered-by user;", "")
    text = without(text, "list action")
    text = text.replace(
        "leaf description {", f"container action-config {{\n{actions}\n}}\nleaf description {{", 1
    )
    text = with_decimals(text, "maxrun", "0.000..31536000.999")
    return with_decimals(text, "time", "1.000..2085978494.999")


def with_decimals(text: str, name: str, limits: str) -> str:
    """Every leaf of that name becomes NAME-set, a decimal."""
    leaf = (
        f"leaf {name}-set {{ type decimal64 {{ fraction-digits 3; "
        f'range "{limits}"; }} description "{name}"; }}'
    )
    while re.search(rf"leaf {name} {{", text):
        text = text.replace(block(text, f"leaf {name}"), leaf, 1)
    return text


def without(text: str, *statements: str) -> str:
    """The text without every block that one of these statements begins."""
    for statement in statements:
        while re.search(rf"{statement} {{", text):
            text = text.replace(block(text, statement), "", 1)
    return text


def block(text: str, statement: str) -> str:
    """The first `STATEMENT { ... }`, braces in strings aside."""
    start = text.index(f"{statement} {{")
    depth, quoted = 0, False
    for place in range(text.index("{", start), len(text)):
        letter = text[place]
        quoted ^= letter == '"'
        if not quoted:
            depth += {"{": 1, "}": -1}.get(letter, 0)
            if depth == 0:
                return text[start : place + 1]
    raise ValueError(f"{statement} never ends")
