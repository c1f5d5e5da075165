import pytest
from hypothesis import given
from hypothesis import strategies as st

from service.drivers.links.snmp_message import Ask, body_of, message, pdu, reply_of
from service.drivers.links.snmp_pace import Pace
from service.drivers.links.snmp_usm import Moment, Security, decrypted, encrypted, localized
from service.transcripts import ber

ENGINE = bytes.fromhex("000000000000000000000002")
numbers = st.integers(min_value=-(2**63), max_value=2**63)
oids = st.lists(st.integers(0, 2**32), min_size=1, max_size=20).map(lambda rest: (1, 3, *rest))


@given(numbers)
def test_whole_numbers_come_back(number):
    assert ber.number_of(ber.inside(ber.integer(number), ber.INTEGER)) == number


@given(oids)
def test_object_identifiers_come_back(oid):
    assert ber.dotted(ber.oid_content(oid)) == ".".join(map(str, oid))


@given(st.binary(max_size=70000))
def test_octets_of_any_length_come_back(octets):
    assert ber.inside(ber.encoded(ber.OCTETS, octets), ber.OCTETS) == octets


@given(st.binary(max_size=60))
def test_whatever_arrives_is_read_or_refused_as_malformed(octets):
    try:
        reply_of(body_of(octets))
    except ber.MalformedError:
        return
    assert octets


@given(st.integers(1, 200))
def test_a_message_that_is_cut_anywhere_is_malformed(cut):
    whole = message(b"public", pdu(Ask.GET_BULK, 7, [(1, 3, 6, 1)], repetitions=10))
    with pytest.raises(ber.MalformedError):
        reply_of(body_of(whole[: min(cut, len(whole) - 1)]))


def test_keys_are_localized_as_rfc_3414_shows():
    assert localized("md5", "maplesyrup", ENGINE).hex() == "526f5eed9fcce26f8964c2930787d82b"
    sha = localized("sha1", "maplesyrup", ENGINE)
    assert sha.hex() == "6695febc9288e36282235fc7151f128497b38f3f"


@pytest.mark.parametrize("secrecy", ["aes", "des"])
@given(data=st.binary(min_size=1, max_size=300), salt=st.integers(0, 2**62))
def test_what_was_encrypted_comes_back(secrecy, data, salt):
    security = Security("u", "sha1", secrecy, "authsecret1", "privsecret1")
    hidden, parameters = encrypted(security, ENGINE, Moment(3, 77), salt, data)
    shown = decrypted(security, ENGINE, Moment(3, 77), parameters, hidden)
    assert shown[: len(data)] == data
    assert len(parameters) == 8


def test_no_secret_shows_in_what_may_be_logged():
    assert "authsecret1" not in repr(Security("u", "sha1", "aes", "authsecret1", "privsecret1"))


@given(st.lists(st.sampled_from(["answered", "too_big", "lost"]), max_size=200))
def test_a_request_is_never_empty_nor_beyond_what_the_agent_said(events):
    pace = Pace()
    said_too_big = 1000
    for event in events:
        if event == "too_big" and pace.size > 1:
            said_too_big = min(said_too_big, pace.size)
            pace.too_big()
        elif event == "answered":
            pace.answered()
        elif event == "lost":
            pace.lost()
        assert 1 <= pace.size <= pace.ceiling
        assert pace.size < said_too_big
