"""What a session may send: built-in rules of engagement, and those of a file."""

from __future__ import annotations

from pathlib import Path

import pytest

from config.engagement import BUILT_IN
from config.load import ConfigRefused
from fixspec.codec import decode, encode
from fixspec.dictionary import own_dictionary
from fixspec.message import Message
from fixspec.rulebook import BusinessFault, Fault, Rulebook, RulesOfEngagement
from gateway.from_config.rules_of_engagement import agreed
from gateway.translate.engagement import RULES_OF_ENGAGEMENT

HEADER = "34=2|49=A|52=20231115-12:00:00|56=B"
ORDER = f"35=D|{HEADER}|11=X|55=S|54=1|60=20231115-12:00:00|38=1|40=2|44=5"
STATUS = f"35=H|{HEADER}|11=X|55=S|54=1"
NOT_AUTHORIZED, NOT_SUPPORTED, MISSING = 6, 3, 5

ONLY_LIMIT_ORDERS = """
messages:
  - msg_type: D
    required: Account
    forbidden: [MaxFloor, 453]
    allowed:
      - {field: OrdType, values: ["2"]}
      - {field: 18, values: ["6", "1"]}
  - msg_type: F
"""


def rules(tmp_path: Path, text: str) -> RulesOfEngagement:
    path = tmp_path / "fund.yaml"
    path.write_text(text)
    return agreed(str(path), RULES_OF_ENGAGEMENT)


def verdict(terms: RulesOfEngagement, text: str, dictionary: str = "FIX44") -> tuple[int, bytes | None] | None:
    """BusinessRejectReason(380) and the tag; twice, for the second time the shape may be known."""
    own = own_dictionary(dictionary)
    rulebook = Rulebook(own, roe=terms.within(own))
    faults: list[Fault | BusinessFault | None] = []
    for _ in range(2):
        message = rulebook.read(encode(b"FIX.4.4", text.replace("|", "\x01").encode() + b"\x01"))
        assert isinstance(message, Message)
        faults.append(rulebook.validate(message))
    assert faults[0] == faults[1]
    fault = faults[0]
    assert fault is None or isinstance(fault, BusinessFault), fault
    return None if fault is None else (fault.reason, fault.ref_tag_id)


def test_without_a_word_everything_is_taken() -> None:
    assert agreed("", RULES_OF_ENGAGEMENT) is RULES_OF_ENGAGEMENT
    assert agreed("standard", RULES_OF_ENGAGEMENT) is RULES_OF_ENGAGEMENT
    assert verdict(RULES_OF_ENGAGEMENT, ORDER) is None


@pytest.mark.parametrize(
    ("name", "text", "expected"),
    [
        ("single_orders", ORDER, None),
        ("single_orders", f"35=K|{HEADER}|66=L|60=20231115-12:00:00", (NOT_AUTHORIZED, None)),
        ("questions", STATUS, None),
        ("questions", ORDER, (NOT_AUTHORIZED, None)),
        ("questions", f"35=V|{HEADER}|262=1|263=0|264=1|267=1|269=0|146=1|55=S", (NOT_SUPPORTED, None)),
    ],
)
def test_built_in(name: str, text: str, expected: tuple[int, bytes | None] | None) -> None:
    assert name in BUILT_IN
    assert verdict(agreed(name, RULES_OF_ENGAGEMENT), text) == expected


@pytest.mark.parametrize(
    ("more", "expected"),
    [
        ("|1=ACC", None),
        ("|1=ACC|18=1 6", None),
        ("", (MISSING, b"1")),
        ("|1=ACC|111=1", (NOT_AUTHORIZED, b"111")),
        ("|1=ACC|453=1|448=P|447=D|452=1", (NOT_AUTHORIZED, b"453")),
        ("|1=ACC|18=6 2", (NOT_AUTHORIZED, b"18")),
    ],
)
def test_a_file(tmp_path: Path, more: str, expected: tuple[int, bytes | None] | None) -> None:
    assert verdict(rules(tmp_path, ONLY_LIMIT_ORDERS), ORDER + more) == expected


def test_a_file_narrows_values_and_messages(tmp_path: Path) -> None:
    terms = rules(tmp_path, ONLY_LIMIT_ORDERS)
    market = ORDER.replace("|40=2|44=5", "|40=1|1=ACC")
    assert verdict(terms, market) == (NOT_AUTHORIZED, b"40")
    assert verdict(terms, STATUS) == (NOT_AUTHORIZED, None)
    assert verdict(terms, f"35=j|{HEADER}|372=8|380=0|45=1") is None, "who hears rejects may send them"
    assert verdict(terms, ORDER.replace("|44=5", "|1=ACC")) == (MISSING, b"44"), "our own terms stay"


def test_a_recognised_shape_is_held_to_the_values(tmp_path: Path) -> None:
    """The first order teaches the shape; the next one has another value."""
    own = own_dictionary("FIX44")
    rulebook = Rulebook(own, roe=rules(tmp_path, ONLY_LIMIT_ORDERS).within(own))
    faults = []
    for text in (f"{ORDER}|1=ACC|18=6", f"{ORDER}|1=ACC|18=2", f"{ORDER}|1=ACC|18=1"):
        message = rulebook.read(encode(b"FIX.4.4", text.replace("|", "\x01").encode() + b"\x01"))
        assert isinstance(message, Message)
        fault = rulebook.validate(message)
        faults.append(fault and fault.reason)
    assert len(rulebook.recognizer) == 1
    assert faults == [None, NOT_AUTHORIZED, None]


def test_a_version_without_the_message_does_not_support_it() -> None:
    assert verdict(RULES_OF_ENGAGEMENT, f"35=q|{HEADER}|11=M|530=7", "FIX42") == (NOT_SUPPORTED, None)
    raw = encode(b"FIX.4.2", f"35=zz|{HEADER}|".replace("|", "\x01").encode())
    own = own_dictionary("FIX42")
    message = decode(raw)
    assert isinstance(message, Message)
    assert isinstance(Rulebook(own, roe=RULES_OF_ENGAGEMENT.within(own)).validate(message), Fault)


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("messages: [{msg_type: V}]", r"messages\[0\]\.msg_type: 'V' is not one of"),
        ("messages: [{msg_type: D, required: Acount}]", "'Acount' is neither a field's name nor its tag"),
        ("messages: [{msg_type: D, forbidden: [Symbol]}]", r"forbidden: Symbol\(55\) is required"),
        ("messages: [{msg_type: D, allowed: [{field: OrdType, values: []}]}]", r"OrdType\(40\) has no value"),
        ("messages: [{msg_typ: D}]", "msg_typ"),
        ("- D", "mapping"),
    ],
)
def test_a_file_that_cannot_be_used_says_why(tmp_path: Path, text: str, told: str) -> None:
    with pytest.raises(ConfigRefused, match=told):
        rules(tmp_path, text)


def test_a_file_that_is_not_there() -> None:
    with pytest.raises(ConfigRefused, match=r"no/such\.yaml: cannot be read"):
        agreed("no/such.yaml", RULES_OF_ENGAGEMENT)
