"""Verdicts: the conformance cases 14a to 14k, 2q, 15, 21 by table, the order of checks, options, and groups."""

from __future__ import annotations

import os
import re
from pathlib import Path

import pytest

from fixspec.codec import Garbled, decode, encode
from fixspec.dictionary import Dictionary, join_dictionaries, load_dictionary, own_dictionary
from fixspec.message import Message
from fixspec.rulebook import BusinessFault, Fault, Rulebook, ValidationOptions

BESIDE = Path(__file__).parents[2].parent / "shared" / "reference" / "data"
STOCK = Path(os.environ.get("FIXGATE_REFERENCE_DATA", BESIDE)) / "fix-dictionaries"


def stock(name: str) -> list[Dictionary]:
    """The stock dictionary if it lies beside the checkout."""
    path = STOCK / f"{name}.xml"
    return [load_dictionary(path)] if path.exists() else []


FIX42 = [own_dictionary("FIX42"), *stock("FIX42")]
FIX44 = [own_dictionary("FIX44"), *stock("FIX44")]

HEADER = "34=2|49=TW|52=20261121-10:11:12|56=ISLD"
ORDER = "11=ID|21=1|40=1|54=1|38=002000.00|55=INTC|60=20261121-10:11:12"
NEW_ORDER = f"35=D|{HEADER}|{ORDER}"


def read(text: str, begin_string: bytes = b"FIX.4.2") -> Message:
    message = decode(encode(begin_string, text.encode("latin-1").replace(b"|", b"\x01") + b"\x01"))
    assert isinstance(message, Message), message
    return message


def verdict(rulebook: Rulebook, text: str) -> tuple[int, str | None] | None:
    """(reason, tag) of a session-level fault."""
    fault = rulebook.validate(read(text))
    if fault is None:
        return None
    assert isinstance(fault, Fault), fault
    return fault.reason, fault.ref_tag_id.decode() if fault.ref_tag_id is not None else None


CONFORMANCE = [
    ("14a unknown tag", f"35=0|{HEADER}|999=HI", (0, "999")),
    ("14a tag zero", f"35=0|{HEADER}|0=HI", (0, "0")),
    ("14a negative tag", f"35=0|{HEADER}|-1=HI", (0, "-1")),
    ("14a user-defined tag", f"35=0|{HEADER}|5000=HI", (0, "5000")),
    ("14a no number at all", f"35=0|{HEADER}|4garbled9=HI", (0, None)),
    ("14a empty tag", f"35=0|{HEADER}|=HI", (0, None)),
    ("14a leading zero", f"35=0|{HEADER}|0112=HI", (0, "0112")),
    ("14a a tag too long to echo", f"35=0|{HEADER}|{'9' * 60}=HI", (0, None)),
    ("14b header field", "35=0|34=2|49=TW|52=20261121-10:11:12", (1, "56")),
    ("14b body field", f"35=D|{HEADER}|{ORDER.replace('|55=INTC', '')}", (1, "55")),
    ("14c", f"35=0|{HEADER}|55=MSFT", (2, "55")),
    ("14d header", "35=0|34=2|49=TW|52=20261121-10:11:12|56=", (4, "56")),
    ("14d body", NEW_ORDER.replace("55=INTC", "55="), (4, "55")),
    ("14e char", NEW_ORDER.replace("21=1", "21=4"), (5, "21")),
    ("14e string", f"{NEW_ORDER}|167=BOO", (5, "167")),
    ("14e right", f"{NEW_ORDER}|167=FUT", None),
    ("14f", NEW_ORDER.replace("38=002000.00", "38=+200.00"), (6, "38")),
    ("14f time", NEW_ORDER.replace("60=2026", "60=26"), (6, "60")),
    ("14f header", NEW_ORDER.replace("34=2|", "34=two|"), (6, "34")),
    ("14g body first", f"35=D|{ORDER}|{HEADER}", (14, "34")),
    ("14g one body field first", f"35=D|55=MSFT|{HEADER}|{ORDER.replace('|55=INTC', '')}", (14, "34")),
    ("14g trailer in the middle", f"35=D|{HEADER}|93=3|89=abc|{ORDER}", (14, "11")),
    ("14h", NEW_ORDER.replace("40=1|", "40=1|40=2|"), (13, "40")),
    ("14h header", NEW_ORDER.replace("34=2|", "34=2|34=2|"), (13, "34")),
    ("14i", f"{NEW_ORDER}|386=3|336=PRE-OPEN|336=AFTER-HOURS", (16, "386")),
    ("14i none follows", f"{NEW_ORDER}|386=1", (16, "386")),
    ("14i right", f"{NEW_ORDER}|386=2|336=PRE-OPEN|336=AFTER-HOURS", None),
    ("2q", f"35=*|{HEADER}", (11, None)),
    ("15 any order", "35=D|56=X|52=20261121-10:11:12|34=3|49=T|40=1|55=X|60=20261121-10:11:12|54=1|21=3|11=id", None),
    ("21 empty groups", f"{NEW_ORDER}|386=0|78=0", None),
    ("heartbeat", f"35=0|{HEADER}", None),
    ("order", NEW_ORDER, None),
]  # fmt: skip


@pytest.mark.parametrize("dictionary", FIX42, ids=["own", "stock"][: len(FIX42)])
@pytest.mark.parametrize(
    ("text", "expected"), [case[1:] for case in CONFORMANCE], ids=[case[0] for case in CONFORMANCE]
)
def test_conformance(dictionary: Dictionary, text: str, expected: tuple[int, str | None] | None) -> None:
    rulebook = Rulebook(dictionary)
    assert verdict(rulebook, text) == expected
    for good in (NEW_ORDER, f"35=0|{HEADER}"):
        assert verdict(rulebook, good) is None
    assert verdict(rulebook, text) == expected  # and again, when its shape or one like it is known


def test_texts_are_quickfix_s_and_name_no_tag() -> None:
    rulebook = Rulebook(own_dictionary("FIX42"))
    assert rulebook.validate(read(f"35=0|{HEADER}|999=HI")) == Fault(0, b"999", "Invalid tag number")
    assert rulebook.validate(read(f"35=*|{HEADER}")) == Fault(11, None, "Invalid MsgType")


def test_knows_the_messages_of_the_protocol() -> None:
    rulebook = Rulebook(own_dictionary("FIX42"))
    assert rulebook.knows(b"8")
    assert not rulebook.knows(b"*")


# Each message has every fault from its own on; the first one in the order of checks is the verdict.
ORDER_OF_CHECKS = [
    ("35=*|34=2|58=x|49=TW|56=|56=", (14, "49")),
    (f"35=*|{HEADER}|999=", (11, None)),
    ("35=D|34=2|49=TW|52=20261121-10:11:12|11=|11=", (1, "56")),  # header before body
    (f"35=D|{HEADER}|11=|38=x|999=1", (1, "21")),  # ascending
    (f"{NEW_ORDER}|999=|11=".replace("34=2", "34=x"), (6, "34")),  # header first, then ascending
    (f"{NEW_ORDER}|93=x|89=y".replace("11=ID", "11="), (6, "93")),  # trailer before body
    (f"{NEW_ORDER}|59=9|99=|99=x|999=1", (5, "59")),
    (f"{NEW_ORDER}|99=|99=x|999=1", (4, "99")),
    (f"{NEW_ORDER}|99=1|99=x|999=1", (13, "99")),
    (f"{NEW_ORDER}|99=x|999=1", (6, "99")),
    (f"{NEW_ORDER}|150=?|999=1", (5, "150")),  # the value is judged before the tag's place in the message
    (f"{NEW_ORDER}|150=0|999=1", (2, "150")),
    (f"{NEW_ORDER}|386=2|336=A|999=1", (16, "386")),
    (f"{NEW_ORDER}|78=1|80=x|999=1", (0, "999")),  # what is inside a group comes last
    (f"{NEW_ORDER}|78=1|80=1", (15, "80")),
]


@pytest.mark.parametrize(("text", "expected"), ORDER_OF_CHECKS)
def test_order_of_checks(text: str, expected: tuple[int, str | None]) -> None:
    assert verdict(Rulebook(own_dictionary("FIX42")), text) == expected


PARTIES = "453=2|448=A|447=D|452=1|802=2|523=x|803=1|523=y|448=B|447=D|452=3"


class TestGroups:
    rulebook = Rulebook(own_dictionary("FIX44"))

    @pytest.mark.parametrize("repeat", [1, 2])
    def test_groups_are_split_off(self, repeat: int) -> None:
        message = read(f"{NEW_ORDER}|{PARTIES}|58=t", b"FIX.4.4")
        for _ in range(repeat):
            assert self.rulebook.validate(message) is None
        assert message.get(b"453") == b"2"
        assert message.get(b"58") == b"t"
        assert message.get(b"448") is None
        first, second = message.groups[b"453"]
        assert first.fields == {b"448": b"A", b"447": b"D", b"452": b"1", b"802": b"2"}
        assert [entry.fields for entry in first.groups[b"802"]] == [{b"523": b"x", b"803": b"1"}, {b"523": b"y"}]
        assert second.fields == {b"448": b"B", b"447": b"D", b"452": b"3"}
        assert second.groups == {}
        assert dict(message.pairs).keys() > message.fields.keys()

    def test_a_single_entry_is_split_off_too(self) -> None:
        for party in (b"A", b"B"):
            message = read(f"{NEW_ORDER}|453=1|448={party.decode()}|447=D|452=1", b"FIX.4.4")
            assert self.rulebook.validate(message) is None
            assert message.groups[b"453"][0].fields[b"448"] == party
            assert b"448" not in message.fields

    def test_groups_of_a_faulty_message_are_split_off_too(self) -> None:
        """A venue's fill is booked whatever its dictionary says."""
        message = read(f"{NEW_ORDER}|{PARTIES}|999=x", b"FIX.4.4")
        assert self.rulebook.validate(message) == Fault(0, b"999", "Invalid tag number")
        assert len(message.groups[b"453"]) == 2

    def test_an_empty_group_has_no_entries(self) -> None:
        message = read(f"{NEW_ORDER}|453=0", b"FIX.4.4")
        assert self.rulebook.validate(message) is None
        assert message.groups == {b"453": []}

    def test_a_group_in_the_header(self) -> None:
        message = read(f"35=0|{HEADER}|627=1|628=HUB|630=7|112=x", b"FIX.4.4")
        assert self.rulebook.validate(message) is None
        assert message.groups[b"627"][0].fields == {b"628": b"HUB", b"630": b"7"}

    @pytest.mark.parametrize(
        ("parties", "expected"),
        [
            ("453=2|448=A", (16, "453")),
            ("453=1|448=A|448=B", (16, "453")),
            ("453=0|448=A", (16, "453")),
            ("453=x|448=A", (6, "453")),
            ("453=|448=A", (4, "453")),
            ("453=-1|448=A", (6, "453")),
            ("453=1|447=D|448=A", (16, "453")),
            ("453=1|447=D|452=1", (15, "447")),
            ("453=1|448=A|452=1|447=D", (15, "447")),
            ("453=1|448=A|447=", (4, "447")),
            ("453=1|448=A|447=?", (5, "447")),
            ("453=1|448=A|452=x", (6, "452")),
            ("453=1|448=A|802=2|523=x", (16, "802")),
            ("453=1|448=A|802=x|523=x", (6, "802")),
            ("453=1|448=A|802=1|803=1", (15, "803")),
            ("453=1|448=A|802=1|523=x|447=D", (15, "447")),
            ("448=A|447=D", (2, "447")),
            ("453=1|448=A|20000=x|447=D", (2, "447")),
        ],
    )
    def test_faults(self, parties: str, expected: tuple[int, str]) -> None:
        fault = self.rulebook.validate(read(f"{NEW_ORDER}|{parties}", b"FIX.4.4"))
        assert isinstance(fault, Fault)
        assert (fault.reason, fault.ref_tag_id) == (expected[0], expected[1].encode())

    def test_required_inside_an_entry(self) -> None:
        book = f"35=W|{HEADER}|55=X|268=2|269=0|270=1|269=1|270=2"
        assert verdict(self.rulebook, book) is None
        assert verdict(self.rulebook, book.replace("|269=0", "")) == (1, "269")
        position = f"35=AP|{HEADER}|1=x|721=x|710=x|724=0|581=1|728=0|715=20261121|702=1|703=TQ|730=1|731=1|734=1|711=2"
        position += "|311=A|732=1|733=1|311=B|732=1"
        assert verdict(self.rulebook, position) == (1, "733")
        assert verdict(self.rulebook, f"{position}|733=1") is None

    def test_entries_are_limited(self) -> None:
        def with_parties(count: int) -> str:
            return f"{NEW_ORDER}|453={count}" + "|448=A" * count

        assert verdict(self.rulebook, with_parties(100)) is None
        assert verdict(self.rulebook, with_parties(101)) == (5, "453")
        assert verdict(self.rulebook, f"{NEW_ORDER}|453=999999999999999999|448=A") == (5, "453")
        small = Rulebook(own_dictionary("FIX44"), ValidationOptions(group_entries_max=2))
        assert verdict(small, with_parties(2)) is None
        assert verdict(small, with_parties(3)) == (5, "453")


class TestOptions:
    def verdict(self, options: ValidationOptions, text: str) -> tuple[int, str | None] | None:
        rulebook = Rulebook(own_dictionary("FIX44"), options)
        first = verdict(rulebook, text)
        assert verdict(rulebook, text) == first
        return first

    def test_fields_out_of_order(self) -> None:
        off = ValidationOptions(fields_out_of_order=False)
        assert self.verdict(off, f"35=D|{ORDER}|{HEADER}") is None
        assert self.verdict(off, f"35=D|{ORDER}|34=x|{HEADER[5:]}") == (6, "34")

    def test_fields_have_values(self) -> None:
        off = ValidationOptions(fields_have_values=False)
        assert self.verdict(off, f"35=1|{HEADER}|112=") is None
        assert self.verdict(off, NEW_ORDER.replace("38=002000.00", "38=")) is None
        assert self.verdict(off, f"{NEW_ORDER}|453=1|448=") is None
        assert self.verdict(off, NEW_ORDER.replace("38=002000.00", "38=x")) == (6, "38")

    def test_user_defined_fields(self) -> None:
        off = ValidationOptions(user_defined_fields=False)
        assert self.verdict(off, f"{NEW_ORDER}|5000=x|20000=y") is None
        assert self.verdict(off, f"{NEW_ORDER}|4999=x") == (0, "4999")
        assert self.verdict(off, f"{NEW_ORDER}|05000=x") == (0, "05000")
        assert self.verdict(off, f"{NEW_ORDER}|5000=x|5000=x") == (13, "5000")
        assert self.verdict(off, f"{NEW_ORDER}|5000=") == (4, "5000")

    def test_user_defined_fields_within_a_group_belong_to_the_entry_before(self) -> None:
        rulebook = Rulebook(own_dictionary("FIX44"), ValidationOptions(user_defined_fields=False))
        message = read(f"{NEW_ORDER}|453=2|448=A|5001=x|5002=y|447=D|448=B|5003=z", b"FIX.4.4")
        assert rulebook.validate(message) is None
        assert [entry.fields for entry in message.groups[b"453"]] == [
            {b"448": b"A", b"5001": b"x", b"5002": b"y", b"447": b"D"},
            {b"448": b"B"},
        ]
        assert message.get(b"5003") == b"z"

    def test_unknown_msg_fields(self) -> None:
        on = ValidationOptions(unknown_msg_fields=True)
        assert self.verdict(on, f"{NEW_ORDER}|999=x|150=0") is None
        assert self.verdict(on, f"{NEW_ORDER}|150=?") == (5, "150")
        assert self.verdict(on, f"{NEW_ORDER}|5000=x") == (0, "5000")
        assert self.verdict(on, f"{NEW_ORDER}|0=x") == (0, "0")
        assert self.verdict(on, f"{NEW_ORDER}|453=2|448=A|999=x|448=B") is None
        assert self.verdict(on, f"{NEW_ORDER}|453=2|448=A|58=x|448=B") == (16, "453")  # 58 is of the message

    def test_unknown_enum_values(self) -> None:
        on = ValidationOptions(unknown_enum_values=True)
        assert self.verdict(on, NEW_ORDER.replace("21=1", "21=Z")) is None
        assert self.verdict(on, NEW_ORDER.replace("21=1", "21=ZZ")) == (6, "21")
        assert self.verdict(on, f"{NEW_ORDER}|18=? !") is None

    def test_unordered_group_fields(self) -> None:
        off = ValidationOptions(unordered_group_fields=False)
        rulebook = Rulebook(own_dictionary("FIX44"), off)
        message = read(f"{NEW_ORDER}|453=2|448=A|452=1|447=D|448=B|452=1", b"FIX.4.4")
        assert rulebook.validate(message) is None
        assert [entry.get(b"448") for entry in message.groups[b"453"]] == [b"A", b"B"]
        assert self.verdict(off, f"{NEW_ORDER}|453=1|447=D|452=1") == (15, "447")
        assert self.verdict(off, f"{NEW_ORDER}|453=2|448=A|447=D") == (16, "453")

    def test_first_field_in_group_is_delimiter(self) -> None:
        any_first = ValidationOptions(unordered_group_fields=False, first_field_in_group_is_delimiter=True)
        rulebook = Rulebook(own_dictionary("FIX44"), any_first)
        message = read(f"{NEW_ORDER}|453=2|447=D|452=1|448=A|447=D|448=B", b"FIX.4.4")
        assert rulebook.validate(message) is None
        assert [entry.get(b"448") for entry in message.groups[b"453"]] == [b"A", b"B"]
        assert self.verdict(any_first, f"{NEW_ORDER}|453=2|447=D|448=A") == (16, "453")
        ordered = ValidationOptions(first_field_in_group_is_delimiter=True)
        assert self.verdict(ordered, f"{NEW_ORDER}|453=1|447=D|452=1") == (15, "447")

    def test_fields_max(self) -> None:
        for text in (NEW_ORDER, f"{NEW_ORDER}|58=a=b"):
            message = read(text, b"FIX.4.4")
            for fields_max in range(10, 30):
                found = Rulebook(own_dictionary("FIX44"), ValidationOptions(fields_max=fields_max)).read(message.raw)
                assert isinstance(found, Garbled) is (fields_max < message.field_count)
                if isinstance(found, Garbled):
                    assert found.reason == f"more than {fields_max} fields"

    def test_length_and_checksum(self) -> None:
        frame = read(NEW_ORDER, b"FIX.4.4").raw
        wrong_sum = frame[:-4] + (b"000" if frame[-4:-1] != b"000" else b"001") + frame[-1:]
        wrong_length = re.sub(rb"\x019=\d+", b"\x019=5", frame)
        no_sum = frame[:-4] + b"1x2" + frame[-1:]
        strict = Rulebook(own_dictionary("FIX44"))
        lax = Rulebook(own_dictionary("FIX44"), ValidationOptions(length_and_checksum=False))
        for wrong in (wrong_sum, wrong_length):
            assert isinstance(strict.read(wrong), Garbled)
            message = lax.read(wrong)
            assert isinstance(message, Message)
            assert lax.validate(message) is None
        assert isinstance(lax.read(no_sum), Garbled)

    def test_use_data_dictionary(self) -> None:
        off = ValidationOptions(use_data_dictionary=False)
        assert self.verdict(off, f"{NEW_ORDER}|999=x|54=w") is None
        rulebook = Rulebook(own_dictionary("FIX44"), off)
        message = read(f"{NEW_ORDER}|453=1|448=A", b"FIX.4.4")
        assert rulebook.validate(message) is None
        assert message.groups[b"453"][0].get(b"448") == b"A"


def test_multiple_values_are_judged_one_by_one() -> None:
    rulebook = Rulebook(own_dictionary("FIX44"))
    assert verdict(rulebook, f"{NEW_ORDER}|18=1 2 G") is None
    assert verdict(rulebook, f"{NEW_ORDER}|18=1 ? G") == (5, "18")
    assert verdict(rulebook, f"{NEW_ORDER}|18=1  G") == (6, "18")


def test_fixt_judges_session_messages_by_the_transport_dictionary() -> None:
    rulebook = Rulebook(join_dictionaries(own_dictionary("FIXT11"), own_dictionary("FIX50SP2")))
    assert verdict(rulebook, f"35=0|{HEADER}|112=x") is None
    assert verdict(rulebook, f"35=0|{HEADER}|55=x") == (0, "55")  # no field of FIXT.1.1
    assert verdict(rulebook, f"35=0|{HEADER}|58=x") == (2, "58")
    assert verdict(rulebook, f"35=A|{HEADER}|98=0|108=30|1137=9") is None
    assert verdict(rulebook, f"35=A|{HEADER}|98=0|108=30") == (1, "1137")
    order = "11=ID|54=1|60=20261121-10:11:12|40=1|55=X|38=1"
    assert verdict(rulebook, f"35=D|{HEADER}|{order}") is None
    assert verdict(rulebook, f"35=D|{HEADER}|1128=9|{order}") is None
    assert verdict(rulebook, f"35=D|{HEADER}|{order}|39=0") == (2, "39")


def test_a_signed_message() -> None:
    """Signature(89) is data and belongs to the trailer; its length must be 3 to hold the SOH."""
    rulebook = Rulebook(own_dictionary("FIX44"))
    assert verdict(rulebook, f"{NEW_ORDER}|93=3|89=a|b") is None
    assert verdict(rulebook, f"{NEW_ORDER}|93=x|89=ab") == (6, "93")


@pytest.mark.parametrize("dictionary", FIX44, ids=["own", "stock"][: len(FIX44)])
def test_business_faults_need_an_agreement(dictionary: Dictionary) -> None:
    assert not isinstance(Rulebook(dictionary).validate(read(f"35=D|{HEADER}")), BusinessFault)
