"""Filters of the stream: RFC 8040's own examples in our words, and what is refused."""

from contextlib import suppress

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from service.api.restconf.filters import LONGEST, MOST_STEPS, filter_of
from service.api.restconf_errors import Refusal

RAISED = {
    "controller": "hq-1",
    "finding": "f1",
    "issue": "FN72524",
    "confidence": "probable",
    "access-points": 12,
}
ATTENTION = {"controller": "hq-1", "remediation": "r1", "left": ["ntp", "clock"], "mend": ["a b"]}


def raised(text):
    return filter_of(text).wants("finding-raised", RAISED)


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        ("/finding-raised/confidence='probable'", True),
        ("/aprejoin:finding-raised/aprejoin:confidence='confirmed'", False),
        ("/finding-raised/access-points<=4", False),
        ("/finding-raised/access-points > 4", True),
        ("/finding-cleared|/aprejoin:finding-raised", True),
        ("/finding-cleared|/plan-ready", False),
        ("/*/confidence!='suspected'", True),
        ("/*/issue[contains(.,'725')]", True),
        ("(/aprejoin:finding-raised/issue='FN72524' and /*/controller='hq-1')", True),
        ("(/aprejoin:*|/ietf-yang-library:*)", True),
        ("/ietf-yang-library:*", False),
        ("not(/finding-raised)", False),
        ("not(/aprejoin:plan-ready)", True),
        ("count(/*/*)=5", True),
        ("/*[local-name()='finding-raised' or (position()=7)]", True),
        ("/*/issue='aprejoin:finding'", False),
        ("'text'", True),
        ("''", False),
        ("0", False),
        ("descendant::confidence", True),
    ],
)
def test_a_notification_is_wanted_where_the_expression_is_true(text, wanted):
    assert raised(text) is wanted


def test_each_value_of_a_leaf_list_is_a_node_of_its_own_and_quoted_names_stay_as_they_are():
    assert filter_of("/needs-attention/left='clock'").wants("needs-attention", ATTENTION)
    assert filter_of("count(/*/left)=2").wants("needs-attention", ATTENTION)
    named = {**ATTENTION, "detail": "aprejoin:x"}
    assert filter_of("/*/detail='aprejoin:x'").wants("needs-attention", named)


@pytest.mark.parametrize(
    "text",
    [
        "",
        " ",
        "/finding-raised[",
        "/nobody:finding-raised",
        "$who",
        "re:test(/*/issue, 'FN')",
        "namespace-uri(/*)='x'",
        "document('/etc/passwd')",
        "current()",
        "count('x')",
        "/* | 3",
        "/*[*[*]]",
        "1) or (1",
        "\x1b",
        "/*" * (MOST_STEPS + 1),
        "'" + "x" * LONGEST + "'",
    ],
)
def test_what_is_no_expression_or_costs_too_much_is_refused(text):
    with pytest.raises(Refusal, match="filter: ") as refused:
        filter_of(text)
    assert (refused.value.status, refused.value.tag) == (400, "invalid-value")


PIECES = st.sampled_from(
    [
        *("/", "//", "*", "[", "]", "(", ")", "=", "'a'", "@", "..", ".", "|", "and", "or", "not("),
        *("count(", "aprejoin:", "finding-raised", "issue", "::", "self", "1", "-", "x:", '"', ","),
    ]
)


@settings(max_examples=300)
@given(st.one_of(st.lists(PIECES, max_size=12).map("".join), st.text(max_size=30)))
def test_whatever_is_sent_is_a_filter_or_refused(text):
    with suppress(Refusal):
        assert raised(text) in (True, False)
