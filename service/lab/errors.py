"""The lab's own errors: misuse of the lab, and the refusals that a simulated device answers."""

from dataclasses import dataclass, field

NC = "urn:ietf:params:xml:ns:netconf:base:1.0"


class LabError(Exception):
    """The lab can't do what its user asked for; the text says what and where."""


@dataclass(eq=False)
class RpcRefusedError(Exception):
    """An <rpc-error> to be: what RFC 6241 section 4.3 wants to know.

    `info` holds (element name, text) pairs of the base namespace; `path` is an XPath whose prefixes
    `prefixes` binds.
    """

    tag: str
    message: str = ""
    type: str = "application"
    path: str = ""
    prefixes: dict[str, str] = field(default_factory=dict)
    info: list[tuple[str, str]] = field(default_factory=list)
    bad_cli: tuple[str, str] | None = None  # refused command, parser's answer

    def __str__(self) -> str:
        """Tag, place and sentence, for logs and tests."""
        return f"{self.tag} {self.path} {self.message}".strip()


def bad_element(
    tag: str, name: str, message: str, *, type_: str = "application"
) -> RpcRefusedError:
    """A refusal that names the element in its error-info."""
    return RpcRefusedError(tag, message, type=type_, info=[("bad-element", name)])
