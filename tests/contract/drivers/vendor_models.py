"""The vendor's modules of one release, compiled by pyang, with paths resolved against them."""

from functools import lru_cache

from pyang import context, repository, statements

from service.drivers.paths import Contract, Step
from service.uncollected import uncollected
from tests.support.facts import IOSXE, RELEASES

DATA = {"container", "list", "leaf", "leaf-list", "choice", "case", "rpc", "input", "output"}
Node = statements.Statement


class Models:
    """Compiled modules and a way to ask them for a path."""

    def __init__(self, modules: dict[str, Node]) -> None:
        self._by_namespace = {
            module.search_one("namespace").arg: module for module in modules.values()
        }

    def has_namespace(self, namespace: str) -> bool:
        return namespace in self._by_namespace

    def resolve(self, steps: tuple[Step, ...]) -> Node | None:
        """The node at a path, looking through choices; None where there is none."""
        module = self._by_namespace.get(steps[0][0])
        node = None if module is None else _child(module, steps[0])
        for step in steps[1:]:
            node = None if node is None else _child(node, step)
        return node


def _child(parent: Node, step: Step) -> Node | None:
    namespace, name = step
    for child in getattr(parent, "i_children", []):
        if child.keyword in ("choice", "case", "input"):
            found = _child(child, step)
            if found is not None:
                return found
        elif child.arg == name and _namespace(child) == namespace:
            return child
    return None


def _namespace(node: Node) -> str:
    return node.i_module.search_one("namespace").arg


@lru_cache(maxsize=1)  # one takes 400 MB
def models(release: str, names: tuple[str, ...]) -> Models:
    """The modules of a release; those that the release lacks are left out."""
    folder = IOSXE / "yang" / RELEASES[release]
    compiled = context.Context(repository.FileRepository(str(folder), use_env=False))
    found = {}
    with uncollected():
        for name in names:
            if (folder / f"{name}.yang").exists():
                found[name] = compiled.search_module(None, name)
        compiled.validate()
    return Models(found)


def all_models(contract: Contract, release: str) -> Models:
    """Every module that a contract names."""
    return models(release, tuple(module.name for module in contract.modules.values()))
