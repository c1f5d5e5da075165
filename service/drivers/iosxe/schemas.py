"""The controller's own YANG modules, fetched by get-schema and compiled with pyang.

Only `yang check` does this: it takes hundreds of modules and half a minute. Modules are fetched as
pyang asks for them; one that the controller does not serve is simply not there.
"""

from collections.abc import Callable, Sequence

from pyang import context, repository, statements

from service.drivers.paths import Step
from service.uncollected import uncollected

Fetch = Callable[[str], str]
"""A module's text by its name; KeyError where the controller does not serve it."""


class _Fetched(repository.Repository):  # type: ignore[misc]  # pyang is untyped
    """A repository whose modules come over NETCONF."""

    def __init__(self, names: Sequence[str], fetch: Fetch) -> None:
        super().__init__()
        self._names = names
        self._fetch = fetch

    def get_modules_and_revisions(self, _ctx: object) -> list[tuple[str, None, str]]:
        return [(name, None, name) for name in self._names]

    def get_module_from_handle(self, handle: str) -> tuple[str, str, str]:
        try:
            return (handle, "yang", self._fetch(handle))
        except KeyError as err:
            raise self.ReadError(f"{handle} is not served") from err


class Schemas:
    """Compiled modules that can be asked for a path."""

    def __init__(self, names: Sequence[str], wanted: Sequence[str], fetch: Fetch) -> None:
        """Fetch and compile.

        Args:
            names: every module that the controller has.
            wanted: those whose paths will be asked for, augmenting ones included.
            fetch: gets one module's text.
        """
        compiled = context.Context(_Fetched(names, fetch))
        with uncollected():
            found = [compiled.search_module(None, name) for name in wanted if name in names]
            compiled.validate()
        self._by_namespace = {
            module.search_one("namespace").arg: module
            for module in found
            if module is not None and module.keyword == "module"
        }

    def has(self, steps: Sequence[Step]) -> bool:
        """Whether a path exists, choices and cases looked through."""
        node = self._by_namespace.get(steps[0][0])
        for step in steps:
            node = None if node is None else _child(node, step)
        return node is not None


def _child(parent: statements.Statement, step: Step) -> statements.Statement | None:
    for child in getattr(parent, "i_children", []):
        if child.keyword in ("choice", "case", "input"):
            found = _child(child, step)
            if found is not None:
                return found
        elif child.arg == step[1] and _namespace(child) == step[0]:
            return child
    return None


def _namespace(node: statements.Statement) -> str:
    return str(node.i_module.search_one("namespace").arg)
