"""What a controller says when it refuses: rpc-error, one or several, as one sentence.

Source: RFC 6241 section 4.3 and appendix A; the parser's words are in cisco-ia's `bad-cli`.
"""

from collections.abc import Iterable, Sequence

from lxml import etree

NC = "urn:ietf:params:xml:ns:netconf:base:1.0"
BUSY_TAGS = frozenset({"lock-denied", "in-use", "resource-denied"})
SHOWN = 3
LONGEST = 300


class RpcRefused(Exception):
    """The controller answered with rpc-error; who asked decides what it means.

    Attributes:
        tag: error-tag of the first error.
        bad: names of the elements that are blamed, without prefix, most certain first: of
            bad-element, else the last step of error-path.
        busy: a lock or a limit is in the way: the same request may do later.
        text: tag, message, path and details of each error.
    """

    def __init__(self, errors: Sequence[etree._Element]) -> None:
        tags = [_text(error, "error-tag") for error in errors]
        self.tag = tags[0] if tags else ""
        self.busy = any(tag in BUSY_TAGS for tag in tags)
        self.bad = tuple(dict.fromkeys(name for error in errors for name in _blamed(error)))
        more = f"; and {len(errors) - SHOWN} more" if len(errors) > SHOWN else ""
        self.text = "; ".join(_sentence(error) for error in errors[:SHOWN]) + more
        super().__init__(self.text)


def refusal_in(reply: etree._Element) -> RpcRefused | None:
    """The refusal that a reply carries; None where it has none, or warnings alone."""
    if reply.find(f"{{{NC}}}ok") is not None:
        return None
    errors = [e for e in reply.iter(f"{{{NC}}}rpc-error") if not _is_warning(e)]
    return RpcRefused(errors) if errors else None


def has_warnings(reply: etree._Element) -> bool:
    """Whether a reply carries warnings: then it has no `ok`, and what was asked for was done."""
    return any(_is_warning(error) for error in reply.iter(f"{{{NC}}}rpc-error"))


def _is_warning(error: etree._Element) -> bool:
    return _text(error, "error-severity") == "warning"


def _blamed(error: etree._Element) -> Iterable[str]:
    named = [_local(_words(e)) for e in error.iter("{*}bad-element")]
    last_step = _local(_text(error, "error-path").rpartition("/")[2].partition("[")[0])
    return [name for name in (*named, last_step) if name]


def _local(name: str) -> str:
    return name.rpartition(":")[2]


def _sentence(error: etree._Element) -> str:
    """error-tag, message, path and the parser's own words, in one line."""
    path = _text(error, "error-path")
    info = error.find(f"{{{NC}}}error-info")
    details = "" if info is None else _words(info)[:LONGEST]
    parts = (
        _text(error, "error-tag") or "rpc-error",
        _text(error, "error-message")[:LONGEST],
        f"at {path}" if path else "",
        f"({details})" if details else "",
    )
    return " ".join(part for part in parts if part)


def _text(error: etree._Element, name: str) -> str:
    found = error.find(f"{{{NC}}}{name}")
    return "" if found is None else _words(found)


def _words(element: etree._Element) -> str:
    return " ".join(" ".join(str(text) for text in element.itertext()).split())
