"""What the installer, the file system and APs are told, held against each release's own modules.

By the lab's schemas, which are made from the vendor's modules: yanglint judges one of them, with
the other documents.
"""

import pytest

from service.domain.releases import Release
from service.domain.software_changes import (
    AddSite,
    ApplySites,
    CheckFile,
    ClearSites,
    DeleteFile,
    FetchFile,
    InstallOrder,
    PredownloadAll,
    SoftwareChange,
    StopPredownload,
)
from service.drivers.iosxe.documents import text_of
from service.drivers.iosxe.software_orders import hiding, software_order
from service.drivers.paths import contract
from service.lab.errors import RpcRefusedError
from service.lab.yang.check import Checker
from service.lab.yang.judge import operation, parse
from service.lab.yang.schema import of_release
from tests.support.facts import RELEASES

UUID, PASSWORD = "6f1c1c1e-8f2b-4b9a-9a5e-0d8f6b6f3a10", "p@s/s:"
PATCH = "C9800-universalk9_wlc.17.03.06.CSCwe10047.SPA.apsp.bin"
SCP = f"scp://192.0.2.5/{PATCH}"
ORDERS: dict[str, SoftwareChange] = {
    "add": InstallOrder("add", UUID, PATCH),
    "activate": InstallOrder("activate", UUID, PATCH, abort_after_min=30),
    "activate-release": InstallOrder("activate", UUID, "", "17.03.06.0.3895", 1200),
    "commit": InstallOrder("commit", UUID),
    "abort": InstallOrder("abort", UUID),
    "rollback": InstallOrder("rollback", UUID),
    "remove": InstallOrder("remove", UUID, PATCH),
    "remove-release": InstallOrder("remove", UUID, version="17.03.06.0.3895"),
    "fetch": FetchFile(PATCH, SCP, 1, "files", "env:FILES"),
    "fetch-by-https": FetchFile(PATCH, f"https://192.0.2.5:8443/{PATCH}", 1),
    "delete": DeleteFile(PATCH),
}
TO_ALL: dict[str, SoftwareChange] = {
    "predownload": PredownloadAll(UUID),
    "stop": StopPredownload(UUID),
}
TO_SITES: dict[str, SoftwareChange] = {
    "add": AddSite(PATCH, "branch-7"),
    "apply": ApplySites(PATCH, UUID),
    "clear": ClearSites(PATCH, UUID),
}


def judged(release: str, change: SoftwareChange) -> str:
    order = software_order(contract("iosxe"), Release.parse(release), change, password=PASSWORD)
    document = parse(text_of(order).encode())
    operation(Checker(of_release(release)), document)
    return text_of(order)


@pytest.mark.parametrize("name", list(ORDERS))
@pytest.mark.parametrize("release", list(RELEASES))
def test_every_order_is_valid_in_every_release(release, name):
    judged(release, ORDERS[name])


@pytest.mark.parametrize("name", list(TO_ALL))
@pytest.mark.parametrize("release", [one for one in RELEASES if one != "17.3"])
def test_what_is_told_to_all_aps_is_valid_from_17_6_on(release, name):
    judged(release, TO_ALL[name])


@pytest.mark.parametrize("name", list(TO_SITES))
@pytest.mark.parametrize("release", ["17.9", "17.12"])
def test_what_lets_a_patch_reach_some_sites_first_is_valid_from_17_9_on(release, name):
    judged(release, TO_SITES[name])


@pytest.mark.parametrize("name", list(TO_ALL))
def test_17_3_tells_nothing_to_all_aps(name):
    with pytest.raises(ValueError, match="it came with"):
        judged("17.3", TO_ALL[name])


def test_a_timer_out_of_range_would_be_refused_by_the_models():
    with pytest.raises(RpcRefusedError):
        judged("17.12", InstallOrder("activate", UUID, PATCH, abort_after_min=29))


def test_user_and_password_are_written_into_the_address_so_that_no_sign_breaks_it():
    assert f"scp://files:p%40s%2Fs%3A@192.0.2.5/{PATCH}" in judged("17.12", ORDERS["fetch"])


def test_nothing_that_is_shown_has_the_password_in_it():
    shown = software_order(contract("iosxe"), Release.parse("17.12"), ORDERS["fetch"])
    assert f"scp://files:***@192.0.2.5/{PATCH}" in text_of(shown)


@pytest.mark.parametrize("echoed", [PASSWORD, "p%40s%2Fs%3A"])
def test_a_controller_that_repeats_the_address_tells_nobody_the_password(echoed):
    said = f"%Error opening scp://files:{echoed}@192.0.2.5/{PATCH} (No such file)"
    assert hiding(said, PASSWORD) == said.replace(echoed, "***")


def test_a_hash_is_no_rpc():
    with pytest.raises(ValueError, match="command line"):
        judged("17.12", CheckFile(PATCH, "", ""))
