"""The overlay on a dictionary: messages accepted, fields required by agreement, values agreed."""

from __future__ import annotations

import pytest

from fixspec.dictionary import own_dictionary
from fixspec.rulebook import BusinessFault, Condition, Fault, MessageTerms, Rulebook, RulesOfEngagement
from tests.fixspec.test_rulebook import HEADER, NEW_ORDER, read

FIX44 = own_dictionary("FIX44")
LIMIT = Condition(tag=b"44", when_tag=b"40", when_values=frozenset((b"2", b"4")))
TERMS = MessageTerms(
    required=frozenset((b"1", b"15")),
    conditions=(LIMIT,),
    values={b"40": frozenset((b"1", b"2")), b"59": frozenset((b"0", b"Z"))},
)
RULEBOOK = Rulebook(FIX44, roe=RulesOfEngagement({b"D": TERMS, b"F": MessageTerms()}))
AGREED = f"{NEW_ORDER}|1=ACC|15=USD"


def verdicts(text: str) -> tuple[Fault | BusinessFault | None, Fault | BusinessFault | None]:
    """Twice: the second time the shape may be known."""
    return RULEBOOK.validate(read(text, b"FIX.4.4")), RULEBOOK.validate(read(text, b"FIX.4.4"))


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (AGREED, None),
        (f"{AGREED}|59=Z", None),  # agreed beyond the standard
        (AGREED.replace("40=1", "40=2") + "|44=1.5", None),
        (NEW_ORDER, BusinessFault(5, b"1", "Conditionally Required Field Missing")),
        (f"{NEW_ORDER}|1=ACC", BusinessFault(5, b"15", "Conditionally Required Field Missing")),
        (AGREED.replace("40=1", "40=2"), BusinessFault(5, b"44", "Conditionally Required Field Missing")),
        (AGREED.replace("40=1", "40=4"), Fault(5, b"40", "Value is incorrect (out of range) for this tag")),
        (f"{AGREED}|59=1", Fault(5, b"59", "Value is incorrect (out of range) for this tag")),
        (f"{NEW_ORDER}|999=x", Fault(0, b"999", "Invalid tag number")),  # faults come before terms
        (f"35=0|{HEADER}", None),  # session messages need no agreement
        (f"35=H|{HEADER}|11=x|55=X|54=1", BusinessFault(3, None, "Unsupported Message Type")),
        (f"35=H|{HEADER}|11=x|55=X|54=?", Fault(5, b"54", "Value is incorrect (out of range) for this tag")),
        (f"35=*|{HEADER}", Fault(11, None, "Invalid MsgType")),
    ],
)
def test_verdicts(text: str, expected: Fault | BusinessFault | None) -> None:
    assert verdicts(text) == (expected, expected)


@pytest.mark.parametrize(
    ("messages", "error"),
    [
        ({b"*": MessageTerms()}, r"MsgType\(35\) b'\*' is not in the dictionary"),
        ({b"D": MessageTerms(required=frozenset((b"150",)))}, "tag b'150' is not in message NewOrderSingle"),
        ({b"D": MessageTerms(values={b"999": frozenset()})}, "tag b'999' is not in message NewOrderSingle"),
        ({b"F": MessageTerms(conditions=(LIMIT,))}, "tag b'40' is not in message OrderCancelRequest"),
    ],
)
def test_terms_must_fit_the_dictionary(messages: dict[bytes, MessageTerms], error: str) -> None:
    with pytest.raises(ValueError, match=error):
        Rulebook(FIX44, roe=RulesOfEngagement(messages))
