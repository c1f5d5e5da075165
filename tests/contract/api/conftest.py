import pytest

from tests.support.api_examples import story
from tests.support.api_service import crew_service


@pytest.fixture(scope="session")
def told(tmp_path_factory):
    """A service of which every call was made once, and what each was answered."""
    with crew_service(tmp_path_factory.mktemp("story")) as service:
        yield service, story(service)
