"""Where a base release stands, by the words of the installer's books."""

from types import SimpleNamespace

import pytest

from service.domain.installation import InstalledVersion, PackageState, VersionState
from service.domain.software_files import FileKind
from service.domain.steps.installing import rests_added, state_of

STAGE = SimpleNamespace(kind=FileKind.BASE, release="17.9.4")


@pytest.mark.parametrize(
    ("told", "stands"),
    [
        (VersionState.IN_PROGRESS, PackageState.ADDED),
        (VersionState.ADDED, PackageState.ADDED),
        (VersionState.PRESENT, PackageState.ADDED),
        (VersionState.INVALID, PackageState.UNKNOWN),
        (VersionState.UNCOMMITTED, PackageState.ACTIVATED),
        (VersionState.COMMITTED, PackageState.COMMITTED),
    ],
)
def test_an_added_release_rests_as_in_progress_and_one_that_is_unpacked_is_no_use_yet(told, stands):
    books = SimpleNamespace(versions=(InstalledVersion("17.09.04.0.3895", told),), packages=())
    assert state_of(STAGE, SimpleNamespace(install=books)) is stands


@pytest.mark.parametrize("told", VersionState)
def test_files_that_merely_lie_there_count_for_no_added_release(told):
    books = SimpleNamespace(versions=(InstalledVersion("17.09.04.0.3895", told),), packages=())
    added = told in (VersionState.ADDED, VersionState.IN_PROGRESS)
    assert rests_added(STAGE, SimpleNamespace(install=books)) is added
