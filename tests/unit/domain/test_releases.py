import pytest

from service.domain.releases import Release, fits, is_rule


@pytest.mark.parametrize(
    ("text", "printed"),
    [
        ("17.9.1", "17.9.1"),
        ("17.09.01", "17.9.1"),
        ("17.3.5a", "17.3.5a"),
        ("17.09.04a", "17.9.4a"),
        ("17.12.04.0.5766", "17.12.4.0.5766"),
        ("8.10.183.0", "8.10.183.0"),
        ("17.9.1prd8", "17.9.1"),
        (" 17.9 ", "17.9.0"),
        ("17.3.6.76", "17.3.6.76"),
    ],
)
def test_every_spelling_of_a_release_is_read(text, printed):
    assert str(Release.parse(text)) == printed


@pytest.mark.parametrize("text", ["", "Bengaluru", "17", "v17.9.1", "-1.2"])
def test_what_is_no_release_is_refused_by_name(text):
    with pytest.raises(ValueError, match="is not a release"):
        Release.parse(text)


def test_releases_are_ordered_as_cisco_counts():
    texts = ["8.5.182.7", "8.5.182.105", "8.10.183.0", "17.3.5", "17.3.5a", "17.3.6", "17.12.1"]
    releases = [Release.parse(text) for text in texts]
    shuffled = releases[3:] + releases[2::-1]
    assert sorted(shuffled) == releases


def test_comparing_with_something_else_is_a_type_error():
    with pytest.raises(TypeError):
        assert Release.parse("17.9.1") < "17.9.2"


@pytest.mark.parametrize(
    ("release", "rule", "holds"),
    [
        ("17.9.3", ">=17.9.3", True),
        ("17.9.4a", ">=17.9.3", True),
        ("17.9.2", ">=17.9.3", False),
        ("17.12.1", "~17.9, >=17.9.3", False),
        ("17.09.01", "==17.9.1", True),
        ("17.9.4a", "==17.9.4", False),
        ("17.3.6.0.3895", "==17.3.6", True),
        ("8.10.183.0", ">=8.10.183.0", True),
        ("8.10.183", ">=8.10.183.0", True),
        ("8.10.182.0", ">=8.10.183.0", False),
        ("8.5.182.7", "~8.5, >=8.5.182.7, <8.5.182.100", True),
        ("8.5.182.104", "~8.5, >=8.5.182.7, <8.5.182.100", False),
        ("8.5.182.0", "~8.5,>=8.5.182.7,<8.5.182.100", False),
        ("17.9.1", "<=17.9.1", True),
        ("17.9.2", ">17.9.1", True),
    ],
)
def test_a_rule_holds_when_all_of_its_parts_do(release, rule, holds):
    assert fits(Release.parse(release), rule) is holds


def test_a_rule_that_cannot_be_read_is_told_apart_even_behind_one_that_fails():
    assert is_rule("~17.3, >=17.3.7")
    assert not is_rule(">=99.9, roughly 17.3")
    assert not is_rule("")
