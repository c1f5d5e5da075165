"""Which form of a report a caller takes."""

import pytest

from service.api.mending import takes_archive


@pytest.mark.parametrize(
    "accept",
    ["application/zip", "Application/Zip;q=0.1", "text/html, application/zip; v=1; q=1.0"],
)
def test_an_archive_is_given_to_who_names_it(accept):
    assert takes_archive(accept)


@pytest.mark.parametrize(
    "accept",
    ["", "*/*", "application/json", "application/zip;q=0", "application/zip; q=0.000", "zip"],
)
def test_and_to_nobody_else(accept):
    assert not takes_archive(accept)
