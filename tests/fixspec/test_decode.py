"""One frame to a message: what is proved, what is garbled, data fields, and agreement with a second codec."""

from __future__ import annotations

import pytest
import simplefix
from hypothesis import given
from hypothesis import strategies as st

from fixspec.codec import DATA_TAG_OF_LENGTH_TAG, Garbled, checksum, decode, encode
from fixspec.dictionary import own_dictionary
from fixspec.message import Message
from tests.fixspec.stream import ORDER_BODY, wire

GOOD = encode(b"FIX.4.4", ORDER_BODY)
HEARTBEAT = wire("35=0|34=2|49=A|52=20261121-10:11:12|56=B")


def good(raw: bytes) -> Message:
    message = decode(raw)
    assert isinstance(message, Message), message
    return message


def resealed(raw: bytes) -> bytes:
    """The same message with BodyLength and CheckSum made right again."""
    begin_string, _, rest = raw.split(b"\x01", 2)
    return encode(begin_string[2:], rest[:-7])


def test_fields_pairs_and_type() -> None:
    message = good(HEARTBEAT)
    assert message.raw == HEARTBEAT
    assert message.msg_type == b"0"
    assert message.field_count == 8
    assert message.pairs == [
        (b"8", b"FIX.4.4"), (b"9", b"41"), (b"35", b"0"), (b"34", b"2"), (b"49", b"A"),
        (b"52", b"20261121-10:11:12"), (b"56", b"B"), (b"10", HEARTBEAT[-4:-1]),
    ]  # fmt: skip
    assert message.fields == dict(message.pairs)
    assert message.get(b"49") == b"A"
    assert message.get(b"50") is None
    assert message.groups == {}


def test_of_a_repeated_tag_the_count_tells() -> None:
    message = good(wire("35=0|34=2|34=3"))
    assert message.field_count == len(message.fields) + 1


@pytest.mark.parametrize("tag", ["0", "-1", "abc", "", "007", "999999999999999999999"])
def test_odd_tags_are_not_the_codecs_business(tag: str) -> None:
    assert good(wire(f"35=0|34=2|{tag}=x")).get(tag.encode()) == b"x"


def test_values_may_be_empty_or_hold_an_equals_sign() -> None:
    message = good(wire("35=0|58=a=b==c=|56="))
    assert message.get(b"58") == b"a=b==c="
    assert message.get(b"56") == b""
    assert (b"58", b"a=b==c=") in message.pairs


def test_a_body_length_with_leading_zeros_is_a_number() -> None:
    raw = HEARTBEAT.replace(b"\x019=41\x01", b"\x019=0041\x01")
    raw = raw[:-7] + b"10=%03d\x01" % checksum(raw[:-7])
    assert good(raw).get(b"9") == b"0041"
    assert good(resealed(raw)).get(b"9") == b"41"


FIRST_THREE = "BeginString(8), BodyLength(9), MsgType(35) are not the first three fields"
LAST = "CheckSum(10) is not the last field or not three digits"


@pytest.mark.parametrize(
    ("raw", "reason"),
    [
        (b"", LAST),
        (b"\x01", LAST),
        (b"8=FIX.4.4\x019=5\x0135=0\x01", LAST),
        (HEARTBEAT[:-1], LAST),
        (HEARTBEAT + b"58=x\x01", LAST),
        (HEARTBEAT[:-4] + b"0\x01", LAST),
        (HEARTBEAT[:-4] + b"0%b\x01" % HEARTBEAT[-4:-1], LAST),
        (HEARTBEAT[:-4] + b"256\x01", "CheckSum(10) is wrong"),
        (HEARTBEAT.replace(b"49=A", b"49=B"), "CheckSum(10) is wrong"),
        (resealed(HEARTBEAT.replace(b"35=0\x0134=2", b"34=2\x0135=0")), FIRST_THREE),
        (resealed(HEARTBEAT.replace(b"35=0\x01", b"")), FIRST_THREE),
        (wire("34=2"), FIRST_THREE),
        (encode(b"FIX.4.4", b""), FIRST_THREE),
        (wire("35=0|garbage|34=2"), "a field has no '='"),
        (wire("35=0||34=2"), "a field has no '='"),
        (wire("35=0|garbage|34=2=3"), "a field has no '='"),
        (wire("35=0" + "|58=x" * 997), "more than 1000 fields"),
    ],
)
def test_garbled(raw: bytes, reason: str) -> None:
    assert decode(raw) == Garbled(raw, reason)


@pytest.mark.parametrize("length", [b"40", b"42", b"", b"-41", b"+41", b"4_1", b" 41", b"41 ", b"9" * 400])
@pytest.mark.parametrize("body", [b"", b"58=a=b\x01"])
def test_a_wrong_body_length_is_garbled(length: bytes, body: bytes) -> None:
    raw = HEARTBEAT[:-7].replace(b"\x019=41\x01", b"\x019=%b\x01" % length) + body
    raw += b"10=%03d\x01" % checksum(raw)
    assert decode(raw) == Garbled(raw, "BodyLength(9) is wrong")


def test_a_thousand_fields_are_allowed() -> None:
    assert good(wire("35=0" + "|58=x" * 996)).field_count == 1000
    assert good(wire("35=0|58=a=b" + "|58=x" * 995)).field_count == 1000


class TestDataFields:
    def test_data_may_hold_soh_and_equals(self) -> None:
        message = good(wire("35=B|95=7|96=a|10=b||58=x"))
        assert message.get(b"96") == b"a\x0110=b\x01"
        assert message.get(b"58") == b"x"
        assert message.pairs[-2] == (b"58", b"x")
        assert message.field_count == 7

    def test_signature_has_its_length_far_from_it(self) -> None:
        message = good(wire("35=B|93=3|58=x|89=a|b"))
        assert message.get(b"89") == b"a\x01b"

    @pytest.mark.parametrize("length", ["2", "4", "5", "40", "9999999"])
    def test_a_lying_length_is_garbled(self, length: str) -> None:
        answer = decode(wire(f"35=B|95={length}|96=a|b|58=x"))
        assert isinstance(answer, Garbled)

    def test_data_may_not_cover_the_trailer(self) -> None:
        raw = wire("35=B|95=5|96=abc")
        raw = wire(f"35=B|95={len(raw) - raw.index(b'96=') - 4}|96=abc")
        answer = decode(raw)
        assert isinstance(answer, Garbled)
        assert answer.reason == "a data field covers CheckSum(10)"

    @pytest.mark.parametrize("length", ["abc", "-1", "", "1_0", "99999999"])
    def test_a_length_that_is_no_length_is_left_to_the_rulebook(self, length: str) -> None:
        message = good(wire(f"35=B|95={length}|96=abc"))
        assert message.get(b"95") == length.encode()
        assert message.get(b"96") == b"abc"

    def test_empty_data(self) -> None:
        assert good(wire("35=B|95=0|96=|58=x")).get(b"96") == b""

    def test_data_in_a_repeating_group(self) -> None:
        message = good(wire("35=B|33=2|58=a|354=3|355=x|y|58=b|354=1|355=|"))
        assert [value for tag, value in message.pairs if tag == b"355"] == [b"x\x01y", b"\x01"]

    @pytest.mark.parametrize("name", ["FIX42", "FIX44", "FIX50SP2", "FIXT11"])
    def test_the_table_agrees_with_the_dictionaries(self, name: str) -> None:
        fields = own_dictionary(name).fields
        tags = {field.name: tag for tag, field in fields.items()}
        data = {tag: field.name for tag, field in fields.items() if field.type in ("DATA", "XMLDATA")}
        assert data
        for tag, data_name in data.items():
            candidates = {data_name + "Len", data_name + "Length", data_name.replace("SecurityDesc", "SecDesc") + "Len"}
            lengths = {tags[candidate] for candidate in candidates if candidate in tags}
            assert [DATA_TAG_OF_LENGTH_TAG[length] for length in lengths] == [tag], data_name


TAGS = st.sampled_from([b"34", b"49", b"52", b"56", b"58", b"11", b"5000", b"0", b"x"])
VALUES = st.binary(max_size=12).map(lambda value: value.replace(b"\x01", b""))
FIELDS = st.lists(st.tuples(TAGS, VALUES), max_size=20)


@given(FIELDS)
def test_what_is_encoded_decodes_to_itself(fields: list[tuple[bytes, bytes]]) -> None:
    content = b"35=D\x01" + b"".join(b"%b=%b\x01" % field for field in fields)
    message = good(encode(b"FIX.4.4", content))
    assert message.pairs[2:-1] == [(b"35", b"D"), *fields]
    assert message.fields == dict(message.pairs)
    assert message.field_count == len(message.pairs)


@given(st.lists(st.tuples(st.sampled_from(sorted(DATA_TAG_OF_LENGTH_TAG)), st.binary(max_size=30)), max_size=8))
def test_every_data_field_carries_any_bytes(fields: list[tuple[bytes, bytes]]) -> None:
    content = b"35=B\x01"
    for tag, value in fields:
        content += b"%b=%d\x01%b=%b\x01" % (tag, len(value), DATA_TAG_OF_LENGTH_TAG[tag], value)
    message = good(encode(b"FIX.4.4", content))
    assert message.pairs[4:-1:2] == [(DATA_TAG_OF_LENGTH_TAG[tag], value) for tag, value in fields]


@given(st.binary(max_size=200))
def test_arbitrary_bytes_never_raise(data: bytes) -> None:
    assert isinstance(decode(data), Garbled)


@given(st.binary(max_size=120))
def test_arbitrary_content_never_raises(content: bytes) -> None:
    """Sealed with a right length and sum, so that the checks behind those are reached."""
    answer = decode(encode(b"FIX.4.4", b"35=D\x01" + content + b"\x01"))
    if isinstance(answer, Message):
        rebuilt = b"".join(b"%b=%b\x01" % pair for pair in answer.pairs)
        assert rebuilt == answer.raw


@given(st.data())
def test_mutated_messages_never_raise(data: st.DataObject) -> None:
    raw = bytearray(data.draw(st.sampled_from([GOOD, HEARTBEAT, wire("35=B|95=3|96=a|b|58=x")])))
    for _ in range(data.draw(st.integers(1, 4))):
        at = data.draw(st.integers(0, len(raw) - 1))
        raw[at : at + data.draw(st.integers(0, 3))] = data.draw(
            st.sampled_from([b"", b"\x01", b"=", b"0", b"\xff", b"10="])
        )
        raw = raw or bytearray(b"8")
    for candidate in (bytes(raw), resealed(bytes(raw)) if raw.count(b"\x01") >= 2 else b""):
        answer = decode(candidate)
        assert isinstance(answer, Message) or answer.raw == candidate


@given(st.binary(max_size=2000))
def test_checksum_is_the_byte_sum(data: bytes) -> None:
    assert checksum(data) == sum(data) % 256


def test_checksum_of_the_heaviest_bytes() -> None:
    for length in (255, 256, 257, 512, 70_000):
        assert checksum(b"\xff" * length) == 255 * length % 256


SAFE_VALUES = st.text(st.characters(min_codepoint=33, max_codepoint=126), min_size=1, max_size=12).map(str.encode)


@given(st.lists(st.tuples(st.sampled_from([34, 49, 52, 56, 58, 11, 38, 44]), SAFE_VALUES), max_size=15))
def test_simplefix_reads_and_writes_the_same(fields: list[tuple[int, bytes]]) -> None:
    theirs = simplefix.FixMessage()
    theirs.append_pair(8, b"FIX.4.4")
    theirs.append_pair(35, b"D")
    for tag, value in fields:
        theirs.append_pair(tag, value)
    ours = encode(b"FIX.4.4", b"35=D\x01" + b"".join(b"%d=%b\x01" % field for field in fields))
    assert theirs.encode() == ours

    parser = simplefix.FixParser()
    parser.append_buffer(ours)
    assert parser.get_message().pairs == good(ours).pairs
