from dataclasses import replace

from service.domain.ntp import NtpConfig, NtpEntry
from tests.support.builders import NO_NTP, NTP, ONE, THEIRS, TWO


def test_an_entry_is_known_by_role_vrf_form_and_host_whatever_its_options():
    assert ONE.identity == replace(ONE, leaves=()).identity
    for other in (
        replace(ONE, role="peer"),
        replace(ONE, vrf="Mgmt-intf"),
        replace(ONE, form="ip"),
        replace(ONE, host="192.0.2.3"),
    ):
        assert other.identity != ONE.identity


def test_labels_are_what_a_person_would_type():
    assert ONE.label == "server 192.0.2.1"
    assert TWO.label == "peer vrf Mgmt-intf 192.0.2.2"
    assert NtpEntry("server", "ipv6", "ntp.example.org").label == "server ipv6 ntp.example.org"


def test_the_order_of_leaves_and_entries_says_nothing():
    both = replace(ONE, leaves=(("prefer", ""), ("key", "7")))
    turned = replace(ONE, leaves=(("key", "7"), ("prefer", "")))
    assert both.same_as(turned)
    assert NtpConfig((TWO, both)).same_as(NtpConfig((turned, TWO)))


def test_a_missing_added_or_altered_entry_is_another_configuration():
    for other in (
        NtpConfig((ONE,)),
        NtpConfig((ONE, TWO, THEIRS)),
        NtpConfig((replace(ONE, leaves=()), TWO)),
        NO_NTP,
    ):
        assert not NTP.same_as(other)
        assert not other.same_as(NTP)


def test_what_is_missing_goes_by_identity():
    assert NTP.without(NtpConfig((replace(ONE, leaves=()),))) == NtpConfig((TWO,))
    assert NTP.without(NTP) == NO_NTP


def test_altered_entries_are_given_as_ours_and_theirs():
    theirs = replace(ONE, leaves=(("key", "9"),))
    assert NTP.altered_in(NtpConfig((theirs, THEIRS))) == ((ONE, theirs),)
    assert NTP.altered_in(NtpConfig((THEIRS,))) == ()
