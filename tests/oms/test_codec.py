"""Every event survives its encoding, the bytes of this schema are fixed, and what is not readable says why."""

from __future__ import annotations

import os
import types
import typing
from decimal import Decimal
from pathlib import Path

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from oms import (
    copy_events,
    events,
    group_events,
    kill_switch_events,
    limit_events,
    market_events,
    monitor_events,
    override_events,
    permission_events,
    position_events,
    presence_events,
    venue_reports,
)
from oms.codec import SCHEMA, UnreadableEvent, decode_event, encode_event
from oms.events import EVENT_TYPES, Event, OrderAccepted
from oms.types import OrdType, Side, TimeInForce
from oms.venue_reports import AnyVenueReport
from tests.oms.world import BTC, LIMITS, START_NS

GOLDEN = Path(__file__).with_name(f"schema_{SCHEMA}.txt")


def concrete(module: types.ModuleType, abstract: set[str]) -> list[type[msgspec.Struct]]:
    return [
        kind
        for name, kind in vars(module).items()
        if isinstance(kind, type)
        and issubclass(kind, msgspec.Struct)
        and kind.__module__ == module.__name__
        and name not in abstract
    ]


REPORT_TYPES = concrete(venue_reports, {"VenueReport", "OrderReport"})


def test_the_lists_of_kinds_are_complete() -> None:
    assert set(EVENT_TYPES) == {
        kind
        for module in (
            events,
            group_events,
            kill_switch_events,
            market_events,
            monitor_events,
            limit_events,
            override_events,
            permission_events,
            position_events,
            presence_events,
            copy_events,
        )
        for kind in concrete(module, set())
    }
    assert set(typing.get_args(AnyVenueReport)) == set(REPORT_TYPES)


def sample(kind: type[msgspec.Struct]) -> msgspec.Struct:
    """One of each, the same every time, with every field set."""
    values: dict[str, object] = {
        "seq": 17,
        "at_ns": START_NS,
        "order_seq": 12,
        "instrument": BTC,
        "limits": LIMITS,
        "before": [[["account", "A1"]], ["1.50"]],
        "after": [[["account", "A1"], ["symbol", "*"]], [None, None, None, "1.50", None, None, None, None, [10, 20]]],
        "side": Side.SELL,
        "ord_type": OrdType.LIMIT,
        "time_in_force": TimeInForce.GOOD_TILL_CANCEL,
        "transact_time_ns": START_NS - 1,
        "state": "HALTED",
        "connected": True,
        "is_restricted": True,
        "symbols": ["symbol é"],
        "start_ns": START_NS,
        "end_ns": START_NS + 1,
        "in_good_order": True,
        "cancel_at_ns": START_NS + 1,
        "orders": 3,
        "special": [
            "1.50",
            START_NS + 2,
            "1.50",
            ["PARTICIPATE_DONT_INITIATE"],
            "1.50",
            "1.50",
            [["ref_id é", "symbol é", "SELL", "1.50", "2.50"]],
            "leg_ref_id é",
        ],
        "parent_seq": 11,
        "list_seq": 10,
        "children": [13, 15],
        "quantities": ["1.50", "2.50"],
        "venues": ["XSIM", "XALT"],
        "contingency": "ONE_CANCELS_THE_OTHER",
        "waits": True,
        "cancel": True,
        "definite": True,
        "cl_ord_ids": ["A é", "B é"],
        "ref_seq": 13,
        "details": ["last_mkt é", "1.50", "commission_currency é", "2"],
        "why": "STOP_PRICE",
        "status": "HALTED",
        "capabilities": [["LIMIT"], ["DAY"], [], True, True, ["BTC-USD"]],
        "entitlement": [["symbol é"], ["BUY"], ["LIMIT"]],
        "terms": ["dialect é", "firm é", ["A*"], ["session é"], ["symbol é"], False, [["venue é", "XMIC"]]],
        "reporting": ["comp_id é", ["cancel"]],
        "rate": [50, 60],
        "values": ["value é"],
        "messages": [10, 20],
        "cancels": [30, 40],
        "also": ("B: b=2",),
        "used": "1.50",
        "limit": "1.50",
        "halts": True,
        "age_ms": 60,
        "max_ms": 50,
        "is_on": True,
        "is_reference": True,
        "as_of_ns": START_NS - 1,
        "given_up": True,
        "numbers": [13, 15],
        "result": "1.50",
        "start": "1.50",
        "part_ns": 60,
        "codes": ["PRICE_BAND"],
        "refusals": ["B: b=2"],
        "until_ns": START_NS + 60,
        "granted_seq": 9,
        "received_seq": 12,
        "flags": ("OVERFILL", "AFTER_END"),
        "ord_status": "PARTIALLY_FILLED",
        "exec_ref_id": "exec_ref_id é",
        "raw": b"35=8\x01\xff",
        "report": ["VenueFilled", "XSIM", "GATE7", "V1", "E1", "1.50", "100", None, None, None],
    }
    numbers = dict.fromkeys(
        ("price", "order_qty", "last_qty", "last_px", "cum_qty", "leaves_qty", "avg_px", "qty_max"), Decimal("1.50")
    )
    content: list[object] = [kind.__name__]
    for field in kind.__struct_fields__:
        hint = str(typing.get_type_hints(kind)[field])
        if field == "reason":
            content.append("because" if hint == "<class 'str'>" else "NEW" if "WorkReason" in hint else "OTHER")
        elif "KillScope" in hint:
            content.append("account")
        elif field == "why" and hint == "<class 'str'>":
            content.append("why é")
        elif hint == "<class 'decimal.Decimal'>":
            content.append("1.50")
        elif field == "orders" and "tuple" in hint:
            content.append([12, 14])
        else:
            content.append({**values, **numbers}.get(field, f"{field} é"))
    return msgspec.json.decode(msgspec.json.encode(content), type=kind)


ALL = [typing.cast("Event", sample(kind)) for kind in EVENT_TYPES]


def test_the_bytes_of_this_schema_never_change() -> None:
    """GOLDEN=write writes the file anew; a schema that was released must stay as it is."""
    lines = b"".join(encode_event(event) + b"\n" for event in ALL)
    if os.environ.get("GOLDEN") == "write":
        GOLDEN.write_bytes(lines)
    assert lines == GOLDEN.read_bytes()
    assert [decode_event(line) for line in GOLDEN.read_bytes().splitlines()] == ALL


@pytest.mark.parametrize("schema", range(1, SCHEMA + 1))
def test_what_older_versions_wrote_can_be_read(schema: int) -> None:
    """In their order, kind by kind; a field that has come since has its default."""
    newest = {type(event): event for event in ALL}
    for line in Path(__file__).with_name(f"schema_{schema}.txt").read_bytes().splitlines():
        older = decode_event(line)
        written = len(msgspec.json.decode(line[1:])) - 1
        kind = type(older)
        since = dict(zip(reversed(kind.__struct_fields__), reversed(kind.__struct_defaults__), strict=False))
        newer = {name: since[name] for name in kind.__struct_fields__[written:]}
        assert older == msgspec.structs.replace(newest[kind], **newer)


@pytest.mark.parametrize("event", ALL, ids=lambda event: type(event).__name__)
def test_round_trip(event: Event) -> None:
    decoded = decode_event(encode_event(event))
    assert decoded == event
    assert type(decoded) is type(event)
    assert encode_event(decoded) == encode_event(event)


@pytest.mark.parametrize("report", REPORT_TYPES, ids=lambda kind: kind.__name__)
def test_every_report_fits_into_quarantine(report: type[msgspec.Struct]) -> None:
    event = events.ReportQuarantined(1, 2, "XSIM", "UNSUPPORTED", None, sample(report))  # type: ignore[arg-type]
    assert decode_event(encode_event(event)) == event


@given(st.decimals(allow_nan=False, allow_infinity=False), st.text(st.characters(exclude_categories=["Cs"])))
def test_numbers_keep_every_digit_and_texts_every_character(number: Decimal, text: str) -> None:
    event = events.OrderFilled(1, 2, 3, text, text, number, number)
    decoded = decode_event(encode_event(event))
    assert isinstance(decoded, events.OrderFilled)
    assert decoded.last_qty.as_tuple() == number.as_tuple()
    assert decoded.exec_id == text


def test_a_newer_schema_is_refused_with_the_cure() -> None:
    payload = encode_event(OrderAccepted(1, 2, 3, "V"))
    newer = b"%d" % (SCHEMA + 1) + payload[len(b"%d" % SCHEMA) :]
    with pytest.raises(
        UnreadableEvent, match=f"schema {SCHEMA + 1} is newer than {SCHEMA}.*Start the version that wrote the log"
    ):
        decode_event(newer)


@pytest.mark.parametrize(
    "payload",
    [
        b"",
        b"1",
        b"1[",
        b"1[]",
        b'1["OrderAccepted"]',
        b'1["Nonsense",1,2]',
        b"0[]",
        b"x",
        b"[1]",
        b"9" * 5000 + b"[",
        b'1["OrderAccepted",1,2,3,"\xff"]',
        b'1["OrderAccepted",1,2,3,"V"]x',
        b'1["OrderAccepted","1",2,3,"V"]',
    ],
)
def test_damaged_bytes_are_refused(payload: bytes) -> None:
    with pytest.raises(UnreadableEvent, match="event"):
        decode_event(payload)


@given(st.binary(max_size=60), st.integers(0, 200))
def test_any_bytes_are_an_event_or_refused(noise: bytes, place: int) -> None:
    good = encode_event(ALL[place % len(ALL)])
    cut = place % len(good)
    for payload in (noise, good[:cut] + noise + good[cut + len(noise) :]):
        try:
            decoded = decode_event(payload)
        except UnreadableEvent:
            continue
        assert isinstance(decoded, Event)
