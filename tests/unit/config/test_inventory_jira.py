"""The key `itsm` of kind `jira`: what is taken, and what is refused."""

import re
from pathlib import Path

import pytest

from service.config.inventory import InvalidFile, parse_inventory

GUIDE = (Path(__file__).parents[3] / "docs" / "itsm.md").read_text()
(EXAMPLE,) = re.findall(r"```yaml\n(itsm:\n  kind: jira\n.*?)```", GUIDE, re.DOTALL)
HEAD = """controllers:
  - {name: hq-1, platform: iosxe, host: 192.0.2.10, credentials: jira}
"""


def read(text):
    return parse_inventory(f"{HEAD}{text}".encode(), Path("/etc/fleet/inventory.yaml")).itsm


def test_the_example_of_the_guide_loads():
    found = read(EXAMPLE)
    assert (found.kind, found.jira.project, found.auth) == ("jira", "CHG", "basic")
    assert found.jira.approved == ("Awaiting implementation", "Implementing")
    assert found.change == {"customfield_10010": "it/rfc"}


@pytest.mark.parametrize(
    ("old", "new", "words"),
    [
        ("project: CHG", 'project: "C\\" OR 1"', "itsm.project: "),
        ("start: customfield_10008", "start: Planned start", "such as customfield_10008"),
        ("approved: [Awaiting implementation, Implementing]", "approved: []", "at least one"),
        ("  begun: Implementing", "  ", "the key 'begun'"),
        ("  begun: Implementing", "  auth: oauth", "unknown key 'auth'"),
        ("https://example.atlassian.net", "http://example.atlassian.net", "itsm.url"),
    ],
)
def test_what_is_wrong_is_named_with_its_line_and_what_was_expected(old, new, words):
    assert old in EXAMPLE
    with pytest.raises(InvalidFile) as refused:
        read(EXAMPLE.replace(old, new))
    assert "inventory.yaml:" in str(refused.value)
    assert words in str(refused.value)
