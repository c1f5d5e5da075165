"""Tables that are cut, shifted or strange: used for what they show, and told."""

import pytest

from service.offline.recognize import recognize

SUMMARY = """Number of APs.................................... {count}

AP Name             Slots  AP Model              Ethernet MAC       Location          Country     IP Address       Clients   DSE Location
------------------  -----  --------------------  -----------------  ----------------  ----------  ---------------  --------  --------------
AP1231-3702e         2     AIR-CAP3702E-E-K9     7c:ad:74:ff:61:86  2143 MEO-Arena    DE          10.130.0.33        0       [0 ,0 ,0 ]
{rows}
"""  # noqa: E501
JOINS = """Number of APs.............................................. {count}

Base Mac             AP EthernetMac       AP Name                 IP Address         Status

00:3a:99:12:ab:cd    58:8d:09:03:12:34   ap01          Not Joined
{rows}
"""
STATUS = """Total number of APs.............................. {count}
Total AP's Downloading........................... 1
AP Name            Primary Image  Download Status
------------------ -------------- ----------------
CAP3702E.4CD4      17.3.6.76      Downloading
{rows}
"""


def only(text):
    (part,) = recognize(text.encode())
    return part


@pytest.mark.parametrize("page", [SUMMARY, JOINS, STATUS])
def test_a_table_with_as_many_rows_as_it_counts_is_in_no_doubt(page):
    assert only(page.format(count=1, rows="")).reason is None


@pytest.mark.parametrize("page", [SUMMARY, JOINS, STATUS])
def test_a_table_with_fewer_rows_than_it_counts_says_so(page):
    part = only(page.format(count=4, rows=""))
    assert "counts 4 APs and shows 1" in part.reason
    assert len(part.aps) == 1


@pytest.mark.parametrize(
    ("page", "row"),
    [
        (SUMMARY, "AP1240-3702e         2     AIR-CAP3702E-E-K9     7c:ad:74"),
        (SUMMARY, "AP1240-3702e  2 AIR-CAP3702E-E-K97c:ad:74:ff:67:ceRegistration DE"),
        (JOINS, "00:3a:99:12:ab:ce    58:8d:09:03:12:35   ap02          No"),
        (STATUS, "CAP3702E.4CD5      17.3"),
    ],
)
def test_a_row_that_was_cut_or_glued_is_told_by_its_line(page, row):
    part = only(page.format(count=1, rows=row))
    assert "is no row" in part.reason
    assert len(part.aps) == 1


@pytest.mark.parametrize("name", ["Küche 無線", "Ünïcode", "first floor 2", "АП-1"])
def test_names_of_any_alphabet_are_rows(name):
    row = f"{name}   2   AIR-CAP3702E-E-K9   7c:ad:74:ff:67:ce  Büro 3   DE   10.130.0.21   0   [0]"
    part = only(SUMMARY.format(count=2, rows=row))
    assert part.reason is None
    assert part.aps[1].name == name


def test_a_status_that_nobody_knows_is_kept_and_told():
    part = only(STATUS.format(count=2, rows="lobby              8.10.182.0     Quarantined"))
    assert "unknown status 'Quarantined'" in part.reason
    assert part.aps[1].says["raw_state"] == "Quarantined"
    assert "state" not in part.aps[1].says


def test_saved_join_details_belong_to_the_ap_of_the_command():
    text = (
        "(WLC) >show ap join stats detailed 00:3a:99:12:ab:cd\n"
        "Discovery phase statistics\n"
        "- Discovery requests received........................ 12\n"
        "Join phase statistics\n"
        "- Join requests received............................. 0\n"
        "Last join error summary\n"
        "- Type of error that occurred last................... DTLS handshake\n"
        "- Reason for error that occurred last................ Certificate verify failed\n"
    )
    (ap,) = only(text).aps
    assert str(ap.mac) == "00:3a:99:12:ab:cd"
    assert (ap.says["discovery_requests"], ap.says["failure_phase"].value) == (12, "dtls")
