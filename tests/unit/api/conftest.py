from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.support.api_examples import story
from tests.support.api_service import Service, crew_service


@pytest.fixture
def service(tmp_path: Path) -> Iterator[Service]:
    with crew_service(tmp_path) as made:
        yield made


@pytest.fixture(scope="session")
def told(tmp_path_factory):
    """A service of which every call was made once, and what each was answered."""
    with crew_service(tmp_path_factory.mktemp("story")) as made:
        yield made, story(made)
