"""The header checks and the short cut before them: what it calls plain, no check refuses."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from fixspec.message import Message
from fixspec.numbers import format_utc_timestamp
from gateway.instant import NS_PER_S, Instant
from gateway.session.checks import HEADER_CHECKS, is_plain
from gateway.session.settings import SessionSettings
from tests.gateway.session.host import NOON_NS
from tests.gateway.session.messages import ORDER, PEER, US, decoded, message, settings

NOW = Instant(NOON_NS, 0)
VALUES: dict[bytes, list[bytes | None]] = {
    b"8": [b"FIX.4.4", b"FIX.4.2"],
    b"34": [None, b"2", b"02", b"", b"-2", b"+2", b"2.0", b"1" * 18, b"1" * 19],
    b"43": [None, b"Y", b"N", b""],
    b"49": [None, PEER, US, b""],
    b"52": [
        None,
        b"",
        b"noon",
        *(format_utc_timestamp(NOON_NS + seconds * NS_PER_S) for seconds in (-121, -120, 0, 120, 121)),
    ],
    b"56": [None, US, PEER, b""],
    b"122": [None, b"", format_utc_timestamp(NOON_NS), format_utc_timestamp(NOON_NS + NS_PER_S)],
}


@st.composite
def headers(draw: st.DrawFn) -> dict[bytes, bytes]:
    """The right value nearly everywhere."""
    fields = dict(decoded(message(b"D", 2, ORDER)).fields)
    for tag in draw(st.lists(st.sampled_from(sorted(VALUES)), max_size=3)):
        value = draw(st.sampled_from(VALUES[tag]))
        if value is None:
            fields.pop(tag, None)
        else:
            fields[tag] = value
    return fields


OTHERS = (settings(), settings(check_latency=False), settings(check_comp_id=False, max_latency_s=1))


@given(headers(), st.sampled_from(OTHERS))
def test_a_plain_header_is_refused_by_no_check(fields: dict[bytes, bytes], of: SessionSettings) -> None:
    if is_plain(fields, of, NOW):
        assert [check(Message(b"", b"D", fields, len(fields)), of, NOW) for check in HEADER_CHECKS] == [None] * 6


def test_the_usual_header_is_plain() -> None:
    assert is_plain(decoded(message(b"D", 2, ORDER)).fields, settings(), NOW)
