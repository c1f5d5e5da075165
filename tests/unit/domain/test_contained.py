"""What a person put in force by hand, and what takes it back."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from service.domain.contained import (
    KINDS,
    Contained,
    demand,
    interface_in,
    is_readable,
    keeps_away,
    read_kind,
)
from service.domain.containment import LIST_NAME
from tests.support.builders import OPENED


def applied(kind: str = "switch-port", place: str = "access-1 Gi1/0/7") -> Contained:
    return Contained("c1", "hq-1", kind, place, "", "ann", OPENED)


@pytest.mark.parametrize(
    ("said", "kind", "place"),
    [
        ("capwap-filter", "capwap-filter", ""),
        ("switch-port:access-1 Gi1/0/7", "switch-port", "access-1 Gi1/0/7"),
        ("switch-port:  access-1:Gi1/0/7 ", "switch-port", "access-1:Gi1/0/7"),
        ("capwap-filter-v6:core Vlan10", "capwap-filter-v6", "core Vlan10"),
    ],
)
def test_a_kind_is_read_with_its_place(said, kind, place):
    assert read_kind(said) == (kind, place)


@pytest.mark.parametrize("said", ["", "prayer", "Capwap-Filter", ":x", "switch-port:" + "x" * 201])
def test_what_is_no_kind_or_no_place_is_refused(said):
    with pytest.raises(ValueError, match=r"no kind|has to be printable"):
        read_kind(said)


@pytest.mark.parametrize(
    ("place", "interface"),
    [
        ("access-1 Gi1/0/7", "Gi1/0/7"),
        ("access-1:TenGigabitEthernet1/1/4", "TenGigabitEthernet1/1/4"),
        ("Vlan10", "Vlan10"),
        ("access-1", ""),
        ("the core, uplink", ""),
        ("", ""),
    ],
)
def test_the_interface_is_the_last_word_if_it_looks_like_one(place, interface):
    assert interface_in(place) == interface


def test_the_undo_names_the_interface_where_it_is_known():
    assert applied().undo == ("interface Gi1/0/7", " no shutdown")
    assert applied(place="").undo[0] == "interface PORT"
    undo = applied("capwap-filter", "core").undo
    assert undo[0] == "interface INTERFACE"
    assert undo[-1] == f"no ip access-list extended {LIST_NAME}"


def test_the_demand_says_what_to_type_and_how_to_note_it():
    told = demand(applied())
    assert "applied 2026-11-21 20:00 UTC by ann" in told
    assert "interface Gi1/0/7; no shutdown" in told
    assert "aprejoin contain hq-1 -i INVENTORY --lifted switch-port" in told
    assert "joins nothing until it is lifted" in keeps_away(applied())


@given(st.sampled_from(KINDS), st.text(max_size=60))
def test_no_word_of_a_person_becomes_a_line_of_its_own(kind, place):
    try:
        read = read_kind(f"{kind}:{place}")
    except ValueError:
        assert not is_readable(" ".join(place.split()))
        return
    for line in applied(*read).undo:
        assert line.isprintable()
        assert line.startswith(("interface ", " no ", "no "))
