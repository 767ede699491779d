"""What holds for every message: a remembered shape changes no verdict, nothing raises, memory is bounded."""

from __future__ import annotations

from itertools import islice, permutations

from hypothesis import given
from hypothesis import strategies as st

from fixspec.codec import decode, encode
from fixspec.dictionary import own_dictionary
from fixspec.formats import FORMATS
from fixspec.message import Message
from fixspec.numbers import is_decimal, is_utc_timestamp, parse_decimal, parse_int, parse_utc_timestamp
from fixspec.recognizer import SHAPES_MAX
from fixspec.rulebook import Condition, Fault, MessageTerms, Rulebook, RulesOfEngagement, ValidationOptions
from tests.fixspec.stream import ORDER_BODY

FIX44 = own_dictionary("FIX44")
BODY = ORDER_BODY[:-1].split(b"\x01")[5:]
HEADER = ORDER_BODY[:-1].split(b"\x01")[:5]


def message(fields: list[bytes]) -> Message | None:
    """None for fields that make no message (a SOH or a data length in the wrong place)."""
    answer = decode(encode(b"FIX.4.4", b"".join(field + b"\x01" for field in fields)))
    return answer if isinstance(answer, Message) else None


# Mostly good values, so that shapes are remembered; some that are wrong in every way.
VALUES = st.sampled_from(
    [
        b"",
        b"1",
        b"2",
        b"+1",
        b"x",
        b"Y",
        b"D",
        b"1.5",
        b"20261121-10:11:12",
        b"20260230-10:11:12",
        b"20261121",
        b"A B",
        b"=",
    ]
)
EXTRA = st.sampled_from(
    [b"99", b"18", b"58", b"77", b"126", b"432", b"529", b"15", b"528", b"200", b"150", b"453", b"448", b"447", b"452",
     b"802", b"523", b"803", b"78", b"79", b"80", b"999", b"5000", b"0", b"x", b"34", b"93", b"89", b"43"]
)  # fmt: skip
FIELDS = st.tuples(EXTRA, VALUES).map(b"=".join)
GOOD_EXTRA = st.sampled_from(
    [[b"58=text"], [b"18=1 2 G"], [b"432=20261121"], [b"15=USD"], [b"99=1.5"], [b"453=1", b"448=A", b"447=D"],
     [b"453=0"], [b"453=2", b"448=A", b"802=1", b"523=x", b"448=B"],
     [b"78=1", b"79=A", b"80=1"], [b"126=20261121-10:11:12"]]
)  # fmt: skip


def order(body: list[bytes], good: list[list[bytes]], odd: list[bytes]) -> list[bytes]:
    return HEADER + body + [field for fields in good for field in fields] + odd


ORDERS = st.builds(
    order,
    st.permutations(BODY),
    st.lists(GOOD_EXTRA, max_size=4, unique_by=lambda fields: fields[0][:3]),
    st.one_of(st.just([]), st.lists(FIELDS, max_size=3)),
)
OPTIONS = st.builds(
    ValidationOptions,
    fields_out_of_order=st.booleans(),
    fields_have_values=st.booleans(),
    user_defined_fields=st.booleans(),
    unknown_msg_fields=st.booleans(),
    unknown_enum_values=st.booleans(),
    unordered_group_fields=st.booleans(),
    first_field_in_group_is_delimiter=st.booleans(),
    length_and_checksum=st.booleans(),
    fields_max=st.integers(10, 40),
    group_entries_max=st.integers(0, 3),
)


def altered(fields: list[bytes], changes: list[tuple[int, bytes]]) -> list[bytes]:
    """The same tags with other values: the same shape."""
    fields = list(fields)
    for place, value in changes:
        place = 1 + place % (len(fields) - 1)
        fields[place] = fields[place].split(b"=")[0] + b"=" + value
    return fields


@given(OPTIONS, ORDERS, st.lists(st.tuples(st.integers(0, 30), VALUES), max_size=3))
def test_a_remembered_shape_changes_no_verdict(
    options: ValidationOptions, fields: list[bytes], changes: list[tuple[int, bytes]]
) -> None:
    warm = Rulebook(FIX44, options)
    for candidate in (fields, fields, altered(fields, changes)):
        first, second = message(candidate), message(candidate)
        if first is None or second is None:
            return
        fresh = Rulebook(FIX44, options)
        assert warm.validate(first) == fresh.validate(second)
        assert first.fields == second.fields
        assert first.groups.keys() == second.groups.keys()
        assert warm.validate(first) == fresh.validate(second)  # judging is repeatable


@given(ORDERS)
def test_splitting_loses_nothing(fields: list[bytes]) -> None:
    read = message(fields)
    if read is None or Rulebook(FIX44).validate(read) is not None:
        return
    values = list(read.fields.values())
    pending = [entry for entries in read.groups.values() for entry in entries]
    while pending:
        entry = pending.pop()
        values += entry.fields.values()
        pending += [inner for entries in entry.groups.values() for inner in entries]
    assert sorted(values) == sorted(value for _, value in read.pairs)


@given(OPTIONS, st.sampled_from([b"D", b"8", b"W", b"A", b"0", b"*", b""]), st.lists(FIELDS, max_size=12))
def test_nothing_raises(options: ValidationOptions, msg_type: bytes, fields: list[bytes]) -> None:
    read = message([b"35=" + msg_type, *fields])
    if read is not None:
        fault = Rulebook(FIX44, options).validate(read)
        assert isinstance(fault, Fault)  # MsgSeqNum(34) or another header field is missing or misplaced


@given(st.text(st.sampled_from("0123456789.-:+_ eN"), max_size=28).map(str.encode))
def test_what_passes_the_formats_can_be_parsed(value: bytes) -> None:
    for kind in ("INT", "LENGTH", "SEQNUM", "NUMINGROUP"):
        check = FORMATS[kind]
        assert check is not None
        assert not check(value) or parse_int(value) is not None
    assert bool(is_decimal(value)) == (parse_decimal(value) is not None)
    assert is_utc_timestamp(value) == (parse_utc_timestamp(value) is not None)


def test_shapes_are_remembered_and_forgotten() -> None:
    """A peer that permutes its fields makes new valid shapes without end."""
    rulebook = Rulebook(FIX44)
    for body in islice(permutations(BODY), SHAPES_MAX + 50):
        read = message(HEADER + list(body))
        assert read is not None
        assert rulebook.validate(read) is None
        assert rulebook.recognizer.recognise(read.raw) is not None
    assert len(rulebook.recognizer) == SHAPES_MAX
    first = message(HEADER + BODY)
    assert first is not None
    assert rulebook.recognizer.recognise(first.raw) is None


def test_faulty_and_endless_shapes_are_not_remembered() -> None:
    rulebook = Rulebook(FIX44, ValidationOptions(user_defined_fields=False))
    for extra in ([b"999=x"], [b"453=1", b"448=A"], [b"%d=x" % tag for tag in range(5000, 5100)]):
        read = message(HEADER + BODY + extra)
        assert read is not None
        rulebook.validate(read)
    assert len(rulebook.recognizer) == 0


PRICED = Condition(b"44", b"40", frozenset({b"2"}))
TERMS = RulesOfEngagement({b"D": MessageTerms(required=frozenset({b"38"}), conditions=(PRICED,))})
WITHOUT_PRICE = [field for field in BODY if not field.startswith(b"44=")]
TAILS = st.sampled_from([b"", b"\x01", b"10=000\x01", b"x"])


@given(ORDERS, ORDERS, st.integers(0, 400), st.binary(max_size=2), TAILS)
def test_reading_by_a_known_shape_is_decoding_and_judging(
    model: list[bytes], fields: list[bytes], place: int, noise: bytes, tail: bytes
) -> None:
    """Whatever was learnt, and whatever is done to the bytes: the same message, or the same fault."""
    warm = Rulebook(FIX44, ValidationOptions(), TERMS)
    for learnt in (model, HEADER + BODY, [*HEADER, *WITHOUT_PRICE, b"40=1"]):
        read = message(learnt)
        if read is not None:
            warm.validate(read)
    good = encode(b"FIX.4.4", b"".join(field + b"\x01" for field in fields))
    for raw in (good, good[:place] + noise + good[place + len(noise) :], good[:-7] + tail):
        slow = decode(raw)
        fast = warm.read(raw)
        if not isinstance(slow, Message):
            assert fast == slow
            continue
        assert isinstance(fast, Message)
        assert (fast.msg_type, fast.fields, fast.pairs) == (slow.msg_type, slow.fields, slow.pairs)
        assert warm.validate(fast) == Rulebook(FIX44, ValidationOptions(), TERMS).validate(slow)


def test_a_shape_without_price_is_not_taken_for_a_limit_order() -> None:
    rulebook = Rulebook(FIX44, ValidationOptions(), TERMS)
    body = [field for field in WITHOUT_PRICE if not field.startswith(b"40=")]
    market, limit = message([*HEADER, *body, b"40=1"]), message([*HEADER, *body, b"40=2"])
    assert market is not None
    assert limit is not None
    assert rulebook.validate(market) is None
    again, other = rulebook.read(market.raw), rulebook.read(limit.raw)
    assert isinstance(again, Message)
    assert isinstance(other, Message)
    assert again.valid_by is rulebook
    assert other.valid_by is None
    assert rulebook.validate(other) is not None
