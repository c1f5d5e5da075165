"""Holds the contract against one controller: what works, what works otherwise, what is missing.

Two ways. The quick one reads every readable thing once, since nothing proves a read like reading.
The deep one (`yang check`) also fetches the controller's own modules and looks every path up in
them, so that what is written is known to exist before anything is written.
"""

from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import Protocol

from service.domain.releases import Release
from service.drivers.iosxe.documents import filter_for, path_text, records, shape_of
from service.drivers.links.netconf import NetconfLink, RpcRefused
from service.drivers.paths import Contract, Node, Step
from service.errors import AprejoinError, CapabilityMissing
from service.ports.driver import CapabilityReport

FALLBACKS = {
    "version": "the release comes from the version text or a module's revision",
    "trustpoint": "the configured wireless management trustpoint is read",
    "management": "the trustpoint for APs is not known: every certificate counts",
    "saved": "the command line is asked, where the inventory names ssh",
    "is-syncing": "a busy controller refuses the edit itself",
    "inventory": "whether there is a standby is not known, and every plan says so",
    "predownload": "a predownload under way is not seen",
    "expired-pki-maps": "certificate maps are in a list of another form",
}
LOSSES = {
    "ap-join-stats": "an AP that is not joined cannot be seen",
    "certificates": "certificate dates are not known: the clock window is bounded by age alone",
    "ntp-state": "no clock window can be planned without a second source of time",
    "install": "an installation under way is not seen",
    "zone": "no clock window can be planned",
    "timers": "no dead-man's switch can be armed: no clock window",
    "ntp-servers": "no clock window can be planned",
    "trustpool-policy": "what is accepted of expired certificates is not known: no override",
    "expired-maps": "what is accepted of expired certificates is not known: no override",
}
MUST_BE_FILLED = frozenset({"system", "clock", "saved"})
LIBRARIES = ("modules-1.1", "modules-1.0", "schemas")
TIMEOUT_S = 60.0


class Paths(Protocol):
    """The controller's own modules, compiled."""

    def has(self, steps: Sequence[Step]) -> bool:
        """Whether a path exists."""


class Checker:
    """Checks one controller over its open session."""

    def __init__(self, link: NetconfLink, contract: Contract, release: Release) -> None:
        self._link = link
        self._contract = contract
        self._release = release

    def quick(self) -> Iterator[CapabilityReport]:
        """Every read, tried once; every RPC that asks, asked."""
        for key, read in self._contract.reads.items():
            if key in LIBRARIES or read.is_over(self._release):
                continue
            if not read.exists_in(self._release):
                yield self._absent(key, f"release {self._release} has it from {read.since} on")
                continue
            try:
                self._try(key)
            except (RpcRefused, AprejoinError) as err:
                yield self._absent(key, getattr(err, "detail", str(err)))
                continue
            yield CapabilityReport(key, "works", path_text(self._contract.steps(read.path)))
        yield from self._forms()

    def deep(self, on_module: Callable[[str], None]) -> Iterator[CapabilityReport]:
        """The quick part, then every path looked up in the controller's own modules."""
        yield from self.quick()
        modules = self._modules()
        if not modules:
            yield CapabilityReport(
                "modules", "missing", "neither hello, YANG library nor schema list names a module"
            )
            return
        schemas = self._schemas(modules, on_module)
        if schemas is None:
            yield CapabilityReport(
                "get-schema",
                "fallback",
                f"the controller names {len(modules)} modules but serves none: judged by reading",
            )
            return
        yield CapabilityReport("get-schema", "works", f"{len(modules)} modules named")
        for key, missing in self._missing(schemas):
            verdict = "missing" if missing else "works"
            yield CapabilityReport(
                f"model: {key}", verdict, ", ".join(missing) or "every path exists"
            )

    def _try(self, key: str) -> None:
        read = self._contract.reads[key]
        shape = shape_of(self._contract, read, self._release)
        ask = self._link.get_config if read.operation == "get-config" else self._link.get
        data = ask(filter_for(shape), timeout_s=TIMEOUT_S)
        if key in MUST_BE_FILLED and not any(r.values for r in records(data, shape)):
            raise CapabilityMissing("", key, "the model is there, the leaf is not filled")

    def _absent(self, key: str, why: str) -> CapabilityReport:
        if key in FALLBACKS:
            return CapabilityReport(key, "fallback", f"{FALLBACKS[key]} ({why})")
        return CapabilityReport(key, "missing", f"{LOSSES.get(key, 'not available')} ({why})")

    def _forms(self) -> Iterator[CapabilityReport]:
        try:
            form = self._contract.applet_form(self._release)
            maps = self._contract.grant_form(self._release)
        except AprejoinError as err:
            yield CapabilityReport("applet form", "missing", str(err))
            return
        yield CapabilityReport("applet form", "works", f"{form.countdown}/{form.time}")
        yield CapabilityReport("certificate map form", "works", f"{maps.map}/{maps.issuer}")

    def _modules(self) -> tuple[str, ...]:
        """Every module's name, from the first list that has any."""
        newest = Release(99, 0)
        for key in LIBRARIES:
            shape = shape_of(self._contract, self._contract.reads[key], newest)
            try:
                data = self._link.get(filter_for(shape), timeout_s=TIMEOUT_S)
            except (RpcRefused, AprejoinError):
                continue
            names = tuple(dict.fromkeys(r.get("name") or "" for r in records(data, shape)))
            if names:
                return names
        return ()

    def _schemas(self, modules: tuple[str, ...], on_module: Callable[[str], None]) -> Paths | None:
        """The compiled modules; None where not even the first is served."""
        from service.drivers.iosxe.schemas import Schemas  # noqa: PLC0415 - pyang takes 50 ms

        served: dict[str, str] = {}

        def fetch(name: str) -> str:
            if name not in served:
                on_module(name)
                try:
                    served[name] = self._link.schema(name, timeout_s=TIMEOUT_S)
                except RpcRefused as err:
                    raise KeyError(name) from err
            return served[name]

        wanted = [module.name for module in self._contract.modules.values()]
        try:
            fetch(next(name for name in wanted if name in modules))
        except (KeyError, StopIteration):
            return None
        return Schemas(modules, wanted, fetch)

    def _missing(self, schemas: Paths) -> Iterator[tuple[str, list[str]]]:
        """(contract key, its paths that the controller's modules do not have)."""
        for key, read in self._contract.reads.items():
            if key not in LIBRARIES and read.exists_in(self._release):
                yield key, _absent(schemas, self._node_paths(read, None, ()))
        for key, rpc in self._contract.rpcs.items():
            yield key, _absent(schemas, [self._contract.steps(rpc.path)])
        form = self._contract.applet_form(self._release)
        base = self._contract.steps(self._contract.edits.applet.path)
        relative = (f"{form.countdown}/{form.time}", f"{form.countdown}/{form.maxrun}",
                    f"{form.action}/{form.cli}", f"{form.action}/{form.regexp}",
                    f"{form.action}/{form.syslog}")  # fmt: skip
        paths = [(*base, *self._contract.steps(p, inherit=base[-1][0])) for p in relative]
        yield "applet", _absent(schemas, paths)
        yield "certificate map", _absent(schemas, self._grant_paths())

    def _grant_paths(self) -> list[tuple[Step, ...]]:
        edit, form = (
            self._contract.edits.join_policy,
            self._contract.grant_form(self._release),
        )
        below = (f"{form.map}/{form.issuer}", f"{edit.policy}/{edit.match}/{edit.allow}")
        return [self._contract.steps(f"{edit.pki}/{path}") for path in below]

    def _node_paths(
        self, node: Node, inherit: str | None, base: tuple[Step, ...]
    ) -> Iterator[tuple[Step, ...]]:
        here = (*base, *self._contract.steps(node.path, inherit=inherit))
        yield here
        for leaf in node.leaves.values():
            if leaf.exists_in(self._release):
                yield (*here, *self._contract.steps(leaf.path, inherit=here[-1][0]))
        for inner in node.lists.values():
            if inner.exists_in(self._release):
                yield from self._node_paths(inner, here[-1][0], here)


def _absent(schemas: Paths, paths: Iterable[tuple[Step, ...]]) -> list[str]:
    return [path_text(steps) for steps in paths if not schemas.has(steps)]
