"""Rows taken out of a reply as it arrives are those that a parser and a walk find in the whole."""

from hypothesis import given, settings
from hypothesis import strategies as st
from lxml import etree

from service.drivers.iosxe.documents import Record, Shape, WrongNamespaceError, records
from service.drivers.iosxe.rows import RowReader
from service.drivers.links.netconf import NC

URI, OTHER = "urn:a", "urn:b"


def steps(path: str) -> tuple[tuple[str, str], ...]:
    return tuple((URI, name) for name in path.split("/"))


INNER = Shape(steps("item"), {"id": steps("id")}, {})
LEAVES = {"mac": steps("mac"), "name": steps("about/name"), "at": steps("about/at")}
FLAT = Shape(steps("top/row"), LEAVES, {})
SHAPES = st.sampled_from([FLAT, Shape(steps("top/row"), LEAVES, {"items": INNER})])

PLAIN = st.text("abc \n\té無]>", max_size=6).map(lambda text: text.replace("]]>", ""))
SPECIAL = ["&amp;", "a&#13;b", "\r\n", "<!-- </row> -->", "<![CDATA[</row>]]>", "x<?p </row>?>y"]
TEXTS = st.one_of(PLAIN, PLAIN, PLAIN, st.sampled_from(SPECIAL))
EXTRA = [
    "\n  ",
    "<mac>2</mac>",
    "<row>inner</row>",
    '<x a="&gt; > /"/>',
    '<x xmlns="urn:b"><mac>9</mac></x>',
    "<about><name>late</name></about>",
    "<item><id>1</id></item><item/>",
    "<item><id>1</id><id>2</id></item>",
]
ABOUT = "<about><name>{1}</name><at>{2}</at></about>"


@st.composite
def forms(draw) -> str:
    """How some rows are written, with places for three texts; most are plain."""
    blank = draw(st.sampled_from(["", "", "\n "]))
    about = draw(st.sampled_from([ABOUT, ABOUT, ABOUT, "<about/>"]))
    extra = draw(st.one_of(st.just(""), st.just(""), st.sampled_from(EXTRA)))
    end = draw(st.sampled_from([*["</row>"] * 6, "</row >"]))
    return f"{blank}<row><mac>{{0}}</mac>{about}{extra}{end}"


BETWEEN = ["<row/>", "<other/>", "<!-- x -->", "</top><top>", '<row xmlns="urn:b"/>']


@st.composite
def replies(draw) -> str:
    """A reply in text, well-formed."""
    written = st.sampled_from(draw(st.lists(forms(), min_size=1, max_size=3)))
    between = st.one_of(*[st.just("")] * 4, st.sampled_from(BETWEEN))
    texts = st.tuples(TEXTS, TEXTS, TEXTS)
    some = draw(st.lists(st.tuples(written, texts, between), max_size=15))
    inside = "".join(form.format(*three) + after for form, three, after in some)
    start = draw(st.sampled_from(["", '<?xml version="1.0" encoding="UTF-8"?>\n']))
    table = f'<top xmlns="{draw(st.sampled_from([URI, URI, URI, OTHER]))}">{inside}</top>'
    return f'{start}<rpc-reply xmlns="{NC}" message-id="1"><data>{table}</data></rpc-reply>'


def whole(text: str, shape: Shape) -> list[Record] | str:
    """What the whole document gives, or the kind of error."""
    plain = etree.XMLParser(remove_comments=True, remove_pis=True)
    try:
        return list(records(etree.fromstring(text.encode(), plain)[0], shape))
    except (etree.XMLSyntaxError, WrongNamespaceError) as err:
        return type(err).__name__


def arriving(text: str, shape: Shape, lengths: list[int]) -> list[Record] | str:
    """What a reader makes of the same, piece by piece, or the kind of error."""
    reader, at = RowReader(shape, lambda record: record), 0
    try:
        for turn in range(len(text)):
            length = lengths[turn % len(lengths)]
            reader.feed(text[at : at + length])
            at += length
            if at >= len(text):
                break
        return reader.all(reader.close()[0])
    except (etree.XMLSyntaxError, WrongNamespaceError) as err:
        return type(err).__name__


LENGTHS = st.lists(st.integers(1, 400), min_size=1, max_size=4)


@given(replies(), SHAPES, LENGTHS)
@settings(max_examples=60)
def test_rows_are_the_same_however_the_reply_is_written_and_cut(text, shape, lengths):
    assert arriving(text, shape, lengths) == whole(text, shape)


@given(replies(), SHAPES, LENGTHS, st.randoms(use_true_random=False))
@settings(max_examples=60)
def test_a_reply_that_is_spoilt_is_refused_as_the_whole_of_it_would_be(
    text, shape, lengths, chance
):
    at = chance.randrange(text.index("<data>"), text.index("</data>"))
    length = chance.randrange(3)
    spoilt = (
        text[:at] + chance.choice(["", "<", ">", "&", "]]>", "\x01", "/"]) + text[at + length :]
    )
    assert arriving(spoilt, shape, lengths) == whole(spoilt, shape)


def test_rows_that_are_written_alike_are_parsed_twice_and_then_known():
    row = "<row><mac>{0}</mac><about><name>n{0}</name><at>{0}é</at></about></row>"
    many = "".join(row.format(number) for number in range(500))
    text = f'<rpc-reply xmlns="{NC}"><data><top xmlns="{URI}">{many}</top></data></rpc-reply>'
    reader = RowReader(FLAT, lambda record: record.get("name"))
    for at in range(0, len(text), 1000):
        reader.feed(text[at : at + 1000])
    left = reader.close()
    assert reader.all(left[0]) == [f"n{number}" for number in range(500)]
    assert reader.parsed == 3  # the first one stands behind the table's beginning
    assert len(left[0][0]) == 0


def test_nothing_of_its_rows_is_left_in_a_reply():
    row = "<row><mac>{0}</mac>" + "<x/>" * 100 + "</row>"
    reader = RowReader(FLAT, lambda _: None)
    reader.feed(f'<rpc-reply xmlns="{NC}"><data><top xmlns="{URI}">')
    for number in range(1000):
        reader.feed(row.format(number))
    reader.feed("</top></data></rpc-reply>")
    assert len(etree.tostring(reader.close())) < 200
