"""Events to bytes and back: the format of the log.

A record is the schema version in ASCII digits, directly followed by a JSON array: the event's name, then its fields in
order. `1["OrderAccepted",17,1700000000000000000,12,"V-99"]`. Decimals are strings, so nothing is rounded; a log can be
read by eye.

Any change of a field, also one that only adds a field with a default, takes a new schema version: an older program must
refuse what it does not know, and would otherwise drop the new field in silence. Every version that was ever released
stays readable: a log of each is in tests/oms/golden.

A new schema: raise SCHEMA and say in its docstring what is new; where the meaning of a field has changed, give the step
to UPCASTERS; write `schema_N.txt` and the golden log (tests/oms/test_codec.py, test_golden.py); and raise that of
snapshots (`oms.snapshot`) if an order may become another one by it.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, Final, Union, cast

import msgspec

from oms.events import EVENT_TYPES, Event

SCHEMA: Final = 3
"""1: the first. 2: CancelRequested has a cause; rates of sessions, arrivals and departures of clients.
3: special terms, parents, busts and corrections, restatements, marks, external and telephoned orders, mass cancels."""

Fields = list[Any]
"""An event as JSON has it: its name, then its fields."""
Upcaster = Callable[[Fields], Fields]
UPCASTERS: Final[Mapping[int, Upcaster]] = {}
"""Schema N -> a pure function from the fields of any of its events to those in schema N + 1, where their meaning has
changed. A field that was only added at the end, with a default, needs none."""

_PREFIX: Final = b"%d" % SCHEMA
_PREFIX_LENGTH: Final = 1
_READABLE: Final = frozenset(b"%d[" % schema for schema in range(1, SCHEMA + 1))
_AS_IT_IS: Final = frozenset(b"%d[" % schema for schema in range(max(UPCASTERS, default=0) + 1, SCHEMA + 1))
"""Beginnings of payloads that no upcaster has to see."""
_encode: Final = msgspec.json.Encoder().encode
_decode: Final = cast("msgspec.json.Decoder[Event]", msgspec.json.Decoder(Union[EVENT_TYPES])).decode  # noqa: UP007


class UnreadableEvent(ValueError):
    """The bytes are not an event that this version can read. The text says why and what to do."""


def encode_event(event: Event) -> bytes:
    return _PREFIX + _encode(event)


def decode_event(payload: bytes) -> Event:
    """The event in `payload`. Raises UnreadableEvent for a newer schema and for damaged bytes."""
    try:
        if payload[: _PREFIX_LENGTH + 1] not in _AS_IT_IS:
            payload = upcast(payload, UPCASTERS)
        return _decode(payload[_PREFIX_LENGTH:])
    except msgspec.MsgspecError as error:
        raise UnreadableEvent(f"event: {payload[:80]!r}: {error}") from error
    except UnicodeDecodeError as error:
        raise UnreadableEvent(f"event: {payload[:80]!r}: not UTF-8") from error


def upcast(payload: bytes, upcasters: Mapping[int, Upcaster]) -> bytes:
    """The event of any older schema in the newest. Raises UnreadableEvent for what is neither, MsgspecError for what is
    not JSON."""
    if payload[: _PREFIX_LENGTH + 1] not in _READABLE:
        raise UnreadableEvent(_why_not(payload))
    fields: Fields = msgspec.json.decode(payload[_PREFIX_LENGTH:])
    for schema in range(int(payload[:_PREFIX_LENGTH]), SCHEMA):
        if schema in upcasters:
            fields = upcasters[schema](fields)
    return _PREFIX + msgspec.json.encode(fields)


def _why_not(payload: bytes) -> str:
    digits = payload.partition(b"[")[0]
    if digits.isdigit() and len(digits) <= 9 and int(digits) > SCHEMA:
        return (
            f"event: schema {int(digits)} is newer than {SCHEMA}, the newest that this version of the program knows. "
            "Start the version that wrote the log, or a later one"
        )
    return f"event: {payload[:80]!r}: does not begin with a schema version"
