"""Addresses of pages: whatever a name holds is one part of a path and nothing else."""

from urllib.parse import quote


def part(name: str) -> str:
    """A name as one part of a path."""
    return quote(name, safe="")


def at(*names: str) -> str:
    """The path of a page by its parts."""
    return "/" + "/".join(map(part, names))


def topic(name: str, item: str) -> str:
    """What a page listens to, of one thing."""
    return f"{name}?item={part(item)}"
