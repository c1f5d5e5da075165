"""The reference is what the code says today."""

from dataclasses import fields

from service.domain.policy import Policy
from tests.support.reference import FOLDER, pages


def test_the_reference_is_current():
    written = {path.name: path.read_text() for path in FOLDER.glob("*.md")}
    stale = [name for name, text in pages().items() if written.get(name) != text]
    assert stale == [], "run: make docs"
    assert set(written) == set(pages())


def test_every_key_of_the_policy_is_told_in_the_guide_of_the_inventory():
    guide = (FOLDER.parent / "inventory.md").read_text()
    assert [one.name for one in fields(Policy) if f"`{one.name}`" not in guide] == []
