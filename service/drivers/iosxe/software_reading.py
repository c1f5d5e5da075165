"""Reads the software of one C9800: what is installed, what is under way, and what is saved.

What no model offers the command line tells.
"""

from collections.abc import Mapping
from dataclasses import replace

from lxml import etree

from service.domain.observation import Topic
from service.drivers.iosxe import leaf_values, normalize
from service.drivers.iosxe.asking import Asker
from service.drivers.iosxe.commands import DIFFERENCES, DIRECTORY, RELOAD, CommandLine
from service.drivers.iosxe.documents import default_namespace
from service.drivers.iosxe.installing import operations
from service.drivers.iosxe.look import Look, Step
from service.drivers.links.netconf import RpcRefused


class SoftwareReader:
    """Reads one controller's."""

    def __init__(self, commands: CommandLine) -> None:
        self._commands = commands
        self.steps: Mapping[Topic, Step] = {
            Topic.INSTALL: install,
            Topic.SAVED: self.saved,
            Topic.SYNCING: syncing,
            Topic.INSTALL_PROGRESS: progress,
            Topic.STORAGE: self.storage,
            Topic.RELOAD: self.reload,
        }

    def storage(self, look: Look) -> None:
        """What room there is for files."""
        look.view = replace(look.view, storage=self._commands.storage())
        look.origins["storage"] = DIRECTORY

    def reload(self, look: Look) -> None:
        """Whether a reload is scheduled."""
        look.view = replace(look.view, reload=self._commands.scheduled_reload())
        look.origins["reload"] = RELOAD

    def saved(self, look: Look) -> None:
        """Whether the configuration that runs is another than the one it would start with."""
        unsaved = _unsaved_leaf(look)
        if unsaved is None:
            unsaved = self._commands.unsaved()  # 17.3 has no leaf; later ones may not fill it
            look.origins["unsaved"] = DIFFERENCES
        look.view = replace(look.view, unsaved=unsaved)


def install(look: Look) -> None:
    """Versions, patches, and what is not committed."""
    look.view = replace(look.view, install=normalize.install_state(look.records("install")))


def progress(look: Look) -> None:
    """Operations that run, and those that ended."""
    since = look.asker.contract.reads["install-running"].since
    running = look.offered(
        "install-running", f"release {look.asker.release} lists no operations (from {since} on)"
    )
    ended = look.records("install-ended")
    look.view = replace(look.view, operations=operations(running, ended))


def syncing(look: Look) -> None:
    """Whether edits are refused for now."""
    look.view = replace(look.view, syncing=is_syncing(look.session(), timeout_s=look.timeout_s))


def is_syncing(asker: Asker, *, timeout_s: float) -> bool:
    """Whether the box is taking CLI changes over into its models (edits are refused then)."""
    contract = asker.contract
    ((namespace, name),) = contract.steps(contract.rpcs["is-syncing"].path)
    request = etree.Element(f"{{{namespace}}}{name}", nsmap=default_namespace(namespace))
    return normalize.syncing(asker.link.ask(request, timeout_s=timeout_s))


def _unsaved_leaf(look: Look) -> bool | None:
    if not look.asker.offers("saved"):
        return None
    try:
        found = look.records("saved")
    except RpcRefused:
        return None
    return leaf_values.flag(found[0].get("unsaved")) if found else None
