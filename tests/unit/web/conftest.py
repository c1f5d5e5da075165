from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.support.api_service import Service, crew_service
from tests.support.page_house import House
from tests.support.pages import Browser, pages


@pytest.fixture
def service(tmp_path: Path) -> Iterator[Service]:
    with crew_service(tmp_path) as made:
        yield made


@pytest.fixture
def app(service):
    return pages(service.api.app.state.front)


@pytest.fixture
def vera(service, app) -> Browser:
    """A viewer who is signed in."""
    made = Browser(app)
    assert made.sign_in(service.api.clear["vera"]).status_code == 303
    return made


@pytest.fixture
def house(service) -> House:
    """The pages, and browsers of everybody."""
    return House(service)
