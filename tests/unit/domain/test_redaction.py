"""Secrets in device lines, payloads, addresses and headers: replaced, whatever they are."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from service.domain.evidence.plain import plain
from service.domain.redaction import REDACTED, redacted
from tests.support.canaries import leaks

SECRETS = st.text("abcdefghijkmnpqrstuvwxyz23456789", min_size=9, max_size=16).map(
    lambda text: f"Zq{text}"
)
FORMS = [
    "username admin privilege 15 secret 9 {}",
    "username admin password 7 {}",
    "enable secret 5 {}",
    "snmp-server community {} RO",
    "snmp community create {}",
    "radius server x key: key-string {}",
    "ntp authentication-key 7 md5 {} 7",
    "config time ntp key-auth add 1 md5 ascii-key {}",
    "transfer download password {}",
    "tacacs shared-secret ascii {}",
    "<password>{}</password>",
    '<snmp:community-string xmlns:snmp="x">{}</snmp:community-string>',
    '{{"password": "{}"}}',
    '{{"snmp_community" : "{}"}}',
    "copy scp://me:{}@192.0.2.5/image.bin flash:",
    "postgresql://aprejoin:{}@db/aprejoin",
    "Authorization: Bearer {}",
    "aprejoin_{}",
    "-----BEGIN RSA PRIVATE KEY-----\n{}\n-----END RSA PRIVATE KEY-----",
]

ONLY_SO_WRITTEN = ("aprejoin_{}", FORMS[-1])
LONG_S = "\u017f"


@given(SECRETS, st.sampled_from(FORMS), st.text("abc \n", max_size=20))
def test_a_secret_is_replaced_wherever_the_forms_that_we_know_have_one(secret, form, around):
    text = redacted(f"{around}\n{form.format(secret)}\n{around}")
    assert secret not in text
    assert REDACTED in text
    assert redacted(text) == text


@pytest.mark.parametrize("written", [str.upper, str.title, lambda form: form.replace("s", LONG_S)])
@pytest.mark.parametrize("form", [form for form in FORMS if form not in ONLY_SO_WRITTEN])
def test_however_its_letters_are_written(form, written):
    assert "Zq23456789" not in redacted(written(form).format("Zq23456789"))


@pytest.mark.parametrize(
    "text",
    [
        "remove-ntp: about to remove server 192.0.2.1 (session 21)",
        "FN72524 on AP-1 (84:3d:c6:00:00:01)",
        "https://192.0.2.5:8443/image.bin",
        "<ntp><server-list><ip-address>192.0.2.1</ip-address></server-list></ntp>",
    ],
)
def test_what_is_no_secret_stays_as_it_is(text):
    assert redacted(text) == text


def test_a_field_that_is_called_like_a_secret_is_one_whatever_it_says():
    assert plain({"password": "x", "deep": [{"snmp_community": "y"}]}) == {
        "password": REDACTED,
        "deep": [{"snmp_community": REDACTED}],
    }


@pytest.mark.parametrize(
    "form",
    [b"Kanarie-12345", b"4b616e617269652d3132333435", b"S2FuYXJpZS0xMjM0NQ==", b"x Kanarie-12345"],
)
def test_a_canary_is_found_plain_and_encoded(form):
    assert leaks({"it": "Kanarie-12345"}, {"there": b"..." + form, "here": b"Kanarie"}) == [
        "it in there"
    ]


@pytest.mark.parametrize(
    "told",
    ["token cc358fd645d8", "this takes an approver; the token has the role viewer", "token is bad"],
)
def test_which_token_did_something_is_told(told):
    assert redacted(told) == told


@pytest.mark.parametrize("secret", ["cc358fd645d8a", "CC358FD645D8x", "issue", "hash9"])
def test_what_only_begins_like_our_own_words_of_a_token_is_replaced(secret):
    assert secret not in redacted(f"license smart trust token {secret}")
