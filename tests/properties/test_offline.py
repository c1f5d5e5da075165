"""Whatever a file holds, reading it gives parts and never an exception."""

from hypothesis import given
from hypothesis import strategies as st

from service.offline.recognize import recognize

ANCHORS = [
    "WLC#show ap summary\n",
    "(Cisco Controller) >show time\n",
    "AP Name  Slots  AP Model  Ethernet MAC  Radio MAC  Location  Country  IP Address  State\n",
    "AP2702E  2  2702E  0081.c4fb.2e74  843d.c673.10d0  x  UK  10.0.0.1  Downloading\n",
    "Time............................................. Fri Dec  2 00:00:02 2022\n",
    "Time............................................. Fri Dec 99 77:88:99 2022\n",
    "*99:99:99.999 UTC Thu Aug 99 2025\n",
    "*Feb 30 21:35:24.327: %PKI-3-CERTIFICATE_INVALID_EXPIRED: x\n",
    "[*99/99/2035 12:34:50.0099] Cert Verification FAILED\n",
    "    end   date: 25:61:61 UTC Feb 31 2029\n",
    "Certificate\n  Status: Available\n",
    "[ R0 ] Installed Package(s) Information:\nIMG   C    17.x\n",
    '<data xmlns="urn:x"><capwap-data><wtp-mac>zz</wtp-mac></capwap-data></data>',
    "<current-time>2026-99-99T99:99:99Z</current-time>",
    '{"a:capwap-data": [null, 3, {"wtp-mac": {}}], "ntp": []}',
    "Base Mac   AP EthernetMac   AP Name   IP Address   Status\n",
    "00:3a:99:12:ab:cd ",
    "]]>]]>",
    "\n#12\n",
    "\0",
]
texts = st.lists(st.one_of(st.sampled_from(ANCHORS), st.text(max_size=20)), max_size=12).map(
    "".join
)


@given(st.one_of(texts.map(str.encode), st.binary(max_size=300)))
def test_no_content_stops_the_reading(content):
    parts = recognize(content)
    assert parts
    assert all(part.as_ is not None or part.reason for part in parts)
    assert parts == recognize(content)
