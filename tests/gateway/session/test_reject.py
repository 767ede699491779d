"""How refusals read, by version."""

from __future__ import annotations

import pytest

from fixspec.codec import encode
from fixspec.faults import BusinessFault, Fault
from fixspec.message import Message
from gateway.session.reject import refusal_of
from gateway.session.version import VERSIONS
from tests.gateway.session.messages import decoded

FAULT = Fault(1, b"56", "Required tag missing")


def refused(extra: bytes = b"", msg_type: bytes = b"D") -> Message:
    return decoded(encode(b"FIX.4.4", b"35=%b\x0134=007\x0149=A\x0156=B\x01%b" % (msg_type, extra)))


def refusal(begin_string: bytes, fault: Fault | BusinessFault, message: Message | None = None) -> bytes:
    msg_type, body = refusal_of(VERSIONS[begin_string], message or refused(), 7, fault)
    return msg_type + b": " + body.replace(b"\x01", b"|")


@pytest.mark.parametrize("begin_string", [b"FIX.4.0", b"FIX.4.1"])
def test_before_4_2_the_tag_stands_in_the_text(begin_string: bytes) -> None:
    assert refusal(begin_string, FAULT) == b"3: 45=7|58=Required tag missing (56)|"
    assert refusal(begin_string, Fault(9, None, "CompID problem")) == b"3: 45=7|58=CompID problem|"


@pytest.mark.parametrize("begin_string", [b"FIX.4.2", b"FIX.4.3", b"FIX.4.4", b"FIXT.1.1"])
def test_from_4_2_on_it_has_fields_of_its_own(begin_string: bytes) -> None:
    assert refusal(begin_string, FAULT) == b"3: 45=7|58=Required tag missing|371=56|372=D|373=1|"


def test_4_2_leaves_out_the_reasons_it_does_not_know() -> None:
    assert b"373=11" in refusal(b"FIX.4.2", Fault(11, None, "Invalid MsgType"))
    assert b"373" not in refusal(b"FIX.4.2", Fault(13, b"40", "Tag appears more than once"))
    assert b"373=13" in refusal(b"FIX.4.3", Fault(13, b"40", "Tag appears more than once"))


def test_business_faults_have_a_message_of_their_own_from_4_2_on() -> None:
    unsupported = BusinessFault(3, None, "Unsupported Message Type")
    missing = BusinessFault(5, b"44", "Conditionally Required Field Missing")
    assert refusal(b"FIX.4.1", unsupported) == b"3: 45=7|58=Unsupported message type|"
    assert refusal(b"FIX.4.1", missing) == b"3: 45=7|58=Conditionally Required Field Missing (44)|"
    assert refusal(b"FIX.4.2", unsupported) == b"j: 45=7|58=Unsupported Message Type|372=D|380=3|"
    assert refusal(b"FIX.4.4", missing) == b"j: 45=7|58=Conditionally Required Field Missing (44)|372=D|380=5|"


def test_route_is_reversed_and_empty_fields_are_left_out() -> None:
    message = refused(b"115=A\x01116=B\x01129=C\x01144=\x01145=D\x01")
    assert refusal(b"FIX.4.4", FAULT, message).startswith(b"3: 116=C|128=A|129=B|144=D|45=7|")
    assert refusal(b"FIX.4.0", FAULT, message).startswith(b"3: 116=C|128=A|129=B|45=7|")


def test_what_a_peer_makes_too_long_is_not_repeated() -> None:
    huge = b"9" * 5000
    fault = Fault(0, huge, "Invalid tag number")
    assert len(refusal(b"FIX.4.4", fault, refused(msg_type=huge))) < 100
    assert len(refusal(b"FIX.4.0", fault, refused(msg_type=huge))) < 100
    assert len(refusal(b"FIX.4.4", BusinessFault(3, huge, "x"), refused(msg_type=huge))) < 150
