"""Any content is read or refused, never a crash; what is read is what was written."""

import json
from pathlib import Path

from celery.schedules import crontab
from hypothesis import example, given
from hypothesis import strategies as st

from service.config.cron_text import checked_cron
from service.config.inventory import parse_inventory
from service.domain.policy import Policy
from service.errors import InvalidInput

HERE = Path("/fleet.yaml")

words = st.sampled_from(
    ["name", "platform", "host", "credentials", "policy", "netconf", "tags", "hq", "iosxe", "<<"]
)
scalars = st.one_of(
    words, st.none(), st.booleans(), st.integers(), st.floats(), st.text(max_size=8)
)
trees = st.recursive(
    scalars,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(words, inner, max_size=4),
    max_leaves=8,
)
tops = st.sampled_from(
    ["controllers", "credentials", "sites", "policy", "tag_policies", "schedules", "freezes"]
)


def refusal(data: bytes, *, keep_going: bool) -> list[str]:
    """The lines of the refusal, none if the content is an inventory."""
    try:
        parse_inventory(data, HERE, keep_going=keep_going)
    except InvalidInput as err:
        return str(err).split("\n")
    return []


@given(st.binary(max_size=200), st.booleans())
@example(data=b"{a: &a [*a]}", keep_going=True)
def test_any_bytes_are_read_or_refused(data, keep_going):
    refused = refusal(data, keep_going=keep_going)
    assert all(line.startswith("/fleet.yaml") for line in refused)


@given(st.dictionaries(tops, trees), st.booleans())
def test_any_tree_is_read_or_refused(tree, keep_going):
    refused = refusal(json.dumps(tree).encode(), keep_going=keep_going)
    assert all(line.startswith("/fleet.yaml") and "; expected " in line for line in refused)


@given(
    st.integers(1, 65_535),
    st.floats(min_value=0.001, max_value=1e7),
    st.lists(st.sampled_from(["required", "four-eyes", "none"]), min_size=3, max_size=3),
)
def test_the_innermost_layer_that_states_a_key_wins(port, wait, approvals):
    tree = {
        "policy": {"wait_for_aps_s": wait, "approval": approvals[0]},
        "tag_policies": {"lab": {"approval": approvals[1]}},
        "credentials": {"hq": {"username": "admin", "password": "env:HQ"}},
        "controllers": [
            {"name": name, "platform": "iosxe", "host": "wlc", "credentials": "hq"} | more
            for name, more in (
                ("plain", {"netconf": {"port": port}}),
                ("tagged", {"tags": ["lab"]}),
                ("own", {"tags": ["lab"], "policy": {"approval": approvals[2]}}),
            )
        ],
    }
    found = parse_inventory(json.dumps(tree).encode(), HERE).controllers
    assert [c.policy.approval for c in found] == approvals
    assert {c.policy.wait_for_aps_s for c in found} == {wait}
    assert {c.policy.poll_every_s for c in found} == {Policy().poll_every_s}
    assert found[0].netconf.port == port


numbers = st.integers(0, 62).map(str)
fields = st.one_of(
    st.just("*"),
    numbers,
    st.tuples(numbers, numbers).map("-".join),
    st.tuples(st.just("*"), numbers).map("/".join),
    st.tuples(numbers, numbers, numbers).map(lambda n: f"{n[0]}-{n[1]}/{n[2]}"),
    st.lists(numbers, min_size=1, max_size=3).map(",".join),
    st.sampled_from(["mon", "sun-sat", "jan", "dec-feb", "", "x", "5/5", "-", "1-"]),
)


@given(st.lists(fields, min_size=5, max_size=5).map(" ".join))
def test_a_cron_line_that_we_take_is_one_that_the_scheduler_takes(line):
    try:
        taken = checked_cron(line)
    except ValueError:
        return
    assert crontab.from_string(taken).minute
