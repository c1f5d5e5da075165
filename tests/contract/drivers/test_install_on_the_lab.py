"""A release and a patch over real NETCONF and SSH: fetched, added, activated, committed."""

import hashlib
from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import replace
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread
from uuid import uuid4

import pytest

from service.config.clock import SystemClock
from service.config.inventory import load_inventory
from service.config.secrets import SecretResolver
from service.domain.installation import Fate, PackageState, VersionState
from service.domain.observation import ControllerView, Topic
from service.domain.software_changes import (
    CheckFile,
    DeleteFile,
    FetchFile,
    InstallOrder,
    PredownloadAll,
)
from service.drivers.iosxe.driver import IosXeDriver
from service.errors import ChangeRefused, DeviceError
from service.lab.fleet import from_mapping
from service.lab.images import make
from service.lab.lab import Lab
from tests.contract.lab.support import until
from tests.support.patience import REPLY_S

TIMEOUT_S = REPLY_S
TOPICS = frozenset(
    {Topic.INSTALL, Topic.INSTALL_PROGRESS, Topic.STORAGE, Topic.AP_JOIN, Topic.AP_PREDOWNLOAD}
)
QUICK = {"install_s": 0.3, "reload_s": 0.3, "boot_s": 0.2, "download_s": 0.3, "predownload_s": 0.3}
BASE = "C9800-L-universalk9_wlc.17.09.04.SPA.bin"
APSP = "C9800-universalk9_wlc.17.03.06.CSCwe10047.SPA.apsp.bin"
BOXES = {
    "listed": {"release": "17.9.2", "aps": [{"kind": "healthy"}]},
    "blind": {"release": "17.3.6", "flash": {"files": [APSP]}},
    "unnamed": {"release": "17.3.6", "cli": False},
}


class Quiet(SimpleHTTPRequestHandler):
    """Serves a folder and says nothing of it."""

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - the library's name
        """Nothing."""


@pytest.fixture(scope="module")
def files(tmp_path_factory) -> Iterator[str]:
    """A server of software files; its address."""
    folder = tmp_path_factory.mktemp("files")
    (folder / BASE).write_bytes(make(BASE))
    server = ThreadingHTTPServer(("127.0.0.1", 0), partial(Quiet, directory=str(folder)))
    thread = Thread(target=server.serve_forever, args=(0.05,))
    thread.start()
    yield f"http://127.0.0.1:{server.server_port}/"
    server.shutdown()
    thread.join()
    server.server_close()


@pytest.fixture(scope="module")
def lab(tmp_path_factory) -> Iterator[Lab]:
    boxes = [
        {"name": name, "ntp": [], "cli": True, "timings": QUICK, **more}
        for name, more in BOXES.items()
    ]
    fleet = {"controllers": boxes}
    with Lab(from_mapping(fleet), state_dir=tmp_path_factory.mktemp("install")) as lab:
        yield lab


class At:
    """A driver on one box that is opened anew where its session ended."""

    def __init__(self, lab: Lab, name: str) -> None:
        found = load_inventory(lab.inventory_path).get(name)
        assert found is not None
        self.controller, self.box = found, lab.box(name)
        self.secrets = SecretResolver(lab.inventory_path.parent)
        self.driver = self.open()

    def open(self) -> IosXeDriver:
        return IosXeDriver.open(self.controller, self.secrets, SystemClock())

    def send(self, change) -> None:
        self.driver.change(change, timeout_s=TIMEOUT_S)

    def order(self, verb, **about) -> str:
        order = InstallOrder(verb, str(uuid4()), **about)
        self.send(order)
        return order.uuid

    def look(self) -> ControllerView:
        return self.driver.read(TOPICS, timeout_s=TIMEOUT_S)

    def until(self, holds: Callable[[ControllerView], bool]) -> ControllerView:
        """The look that holds; a session that ended is opened anew."""
        found: list[ControllerView] = []

        def seen() -> bool:
            with suppress(DeviceError):
                if not self.driver.alive:
                    self.driver = self.open()
                found[:] = [self.look()]
                return holds(found[0])
            return False

        until(seen)
        return found[0]


@pytest.fixture
def at(lab) -> Iterator[Callable[[str], At]]:
    opened: list[At] = []

    def one(name: str) -> At:
        opened.append(At(lab, name))
        return opened[-1]

    yield one
    for each in opened:
        each.driver.close()


def ended(uuid: str) -> Callable[[ControllerView], bool]:
    """That an operation succeeded, by the list."""

    def holds(view: ControllerView) -> bool:
        fates = {one.uuid: one.fate for one in view.operations or ()}
        assert fates.get(uuid) is not Fate.FAILED, view.operations
        return fates.get(uuid) is Fate.SUCCEEDED

    return holds


def test_a_release_is_fetched_added_loaded_by_aps_activated_and_committed(at, files):
    on, data = at("listed"), make(BASE)
    on.send(FetchFile(BASE, f"{files}{BASE}", len(data)))
    found = on.until(lambda view: view.storage.size_of(BASE) == len(data))
    assert found.storage is not None
    assert found.storage.free_bytes == 8_000_000_000 - len(data)
    right = CheckFile(BASE, "", hashlib.md5(data, usedforsecurity=False).hexdigest())
    on.send(right)
    with pytest.raises(ChangeRefused, match="it has to be"):
        on.send(replace(right, md5="0" * 32))
    on.until(ended(on.order("add", file=BASE)))
    view = on.look()  # the books are read before the list of operations, and may be older
    assert view.install is not None
    (added,) = [v for v in view.install.versions if v.source == BASE]
    assert added.state in (VersionState.PRESENT, VersionState.IN_PROGRESS)
    on.send(PredownloadAll(str(uuid4())))
    on.until(lambda view: view.aps[0].predownload == "pre-dwnld-complete")
    on.order("activate", version=added.version, abort_after_min=30)
    view = on.until(lambda view: view.release == "17.9.4")
    assert view.install is not None
    assert view.install.abort_timer_active
    assert view.install.abort_at is not None
    on.until(ended(on.order("commit")))
    view = on.look()
    assert view.install is not None
    assert (view.install.version, view.install.uncommitted) == (added.version, ())
    assert not view.install.abort_timer_active


def test_17_3_tells_by_its_books_alone_what_became_of_a_patch(at):
    on = at("blind")
    assert on.look().operations is None

    def is_in(state: PackageState | None) -> Callable[[ControllerView], bool]:
        return lambda view: {p.name: p.state for p in view.install.packages}.get(APSP) is state

    on.order("add", file=APSP)
    on.until(is_in(PackageState.ADDED))
    on.order("activate", file=APSP, abort_after_min=30)
    on.until(is_in(PackageState.ACTIVATED))
    on.order("abort")
    on.until(is_in(PackageState.ADDED))
    on.order("remove", file=APSP)
    view = on.until(is_in(None))
    assert view.install is not None
    assert view.install.boot_mode is None


def test_a_file_that_is_not_there_is_refused_at_once_and_leaves_nothing(at, files):
    on = at("blind")
    with pytest.raises(ChangeRefused, match="copy"):
        on.send(FetchFile("none.bin", f"{files}none.bin", 1))
    assert on.look().storage.size_of("none.bin") is None


def test_a_password_is_in_no_error_and_no_payload_that_is_shown(at):
    on = at("blind")
    password = (on.secrets.folder / "password").read_text()
    fetch = FetchFile("x.bin", "https://127.0.0.1:9/x.bin", 1, "files", "file:password")
    assert "files:***@" in on.driver.render(fetch)[0]
    with pytest.raises(ChangeRefused) as refused:
        on.send(fetch)
    assert password not in str(refused.value)


def test_a_file_that_is_gone_is_not_deleted_again(at):
    on = at("blind")
    with pytest.raises(ChangeRefused):
        on.send(DeleteFile("never.bin"))


def test_without_a_command_line_files_and_hashes_are_not_known(at):
    on = at("unnamed")
    view = on.look()
    assert view.storage is None
    assert "names no ssh" in view.unknown[Topic.STORAGE]
    with pytest.raises(ChangeRefused, match="names no ssh"):
        on.send(CheckFile("x.bin", "", ""))
