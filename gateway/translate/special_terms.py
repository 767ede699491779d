"""Terms that few orders have, both ways: stop price, expiry, displayed quantity, ExecInst(18), amount of money, peg.

A client may say what the desk does not take; then it hears so, and nothing is left out in silence. What an order came
with is told back on each of its reports.
"""

from __future__ import annotations

from typing import Final

from fixspec import tags
from fixspec.numbers import format_decimal, format_utc_timestamp, parse_decimal, parse_utc_timestamp
from gateway.translate.dialect import Dialect
from oms.special_terms import SpecialTerms
from oms.types import ExecInst

TAGS: Final = frozenset(
    {
        tags.STOP_PX, tags.EXPIRE_TIME, tags.EXPIRE_DATE, tags.MAX_FLOOR, tags.DISPLAY_QTY, tags.EXEC_INST,
        tags.CASH_ORDER_QTY, tags.PEG_OFFSET_VALUE, tags.PEG_PRICE_TYPE,
    }
)  # fmt: skip
"""A request with none of them has no special terms."""

_NS_PER_DAY: Final = 86_400 * 1_000_000_000


def special_terms(fields: dict[bytes, bytes], dialect: Dialect) -> SpecialTerms | str:
    """The terms of a request that has some of TAGS; or, as `Name(tag)=value taken=values`, what is not taken.

    ExpireDate(432) lasts until the end of that day, UTC. MaxFloor(111) is read in every version."""
    get = fields.get
    exec_insts = _exec_insts(get(tags.EXEC_INST, b""), get(tags.PEG_PRICE_TYPE), dialect)
    if isinstance(exec_insts, str):
        return exec_insts
    stop_px, cash_order_qty, peg_offset = get(tags.STOP_PX), get(tags.CASH_ORDER_QTY), get(tags.PEG_OFFSET_VALUE)
    display_qty = get(tags.DISPLAY_QTY) or get(tags.MAX_FLOOR)
    expire_time, expire_date = get(tags.EXPIRE_TIME), get(tags.EXPIRE_DATE)
    expire_time_ns = None
    if expire_time is not None:
        expire_time_ns = parse_utc_timestamp(expire_time)
    elif expire_date is not None:
        start_ns = parse_utc_timestamp(expire_date + b"-00:00:00")
        assert start_ns is not None, "the rulebook checks formats"
        expire_time_ns = start_ns + _NS_PER_DAY
    return SpecialTerms(
        None if stop_px is None else parse_decimal(stop_px),
        expire_time_ns,
        None if display_qty is None else parse_decimal(display_qty),
        exec_insts,
        None if cash_order_qty is None else parse_decimal(cash_order_qty),
        None if peg_offset is None else parse_decimal(peg_offset),
    )


def _exec_insts(words: bytes, peg_price_type: bytes | None, dialect: Dialect) -> tuple[ExecInst, ...] | str:
    known = {value: name for name, value in dialect.exec_insts.items()}
    exec_insts = []
    for word in words.split():
        if word not in known:
            return _not_taken("ExecInst", tags.EXEC_INST, word, known)
        exec_insts.append(known[word])
    if peg_price_type is not None:
        pegs = {value: name for name, value in dialect.peg_price_types.items()}
        if peg_price_type not in pegs:
            return _not_taken("PegPriceType", tags.PEG_PRICE_TYPE, peg_price_type, pegs)
        if pegs[peg_price_type] not in exec_insts:
            exec_insts.append(pegs[peg_price_type])
    return tuple(exec_insts)


def _not_taken(name: str, tag: bytes, value: bytes, known: dict[bytes, ExecInst]) -> str:
    return f"{name}({tag.decode()})={value.decode('latin-1')} taken={','.join(sorted(v.decode() for v in known))}"


def special_fields(special: SpecialTerms, dialect: Dialect) -> bytes:
    """The fields of a report on an order that has special terms."""
    fields = []
    if special.stop_px is not None:
        fields.append(b"99=%b\x01" % format_decimal(special.stop_px))
    if special.expire_time_ns is not None:
        fields.append(b"126=%b\x01" % format_utc_timestamp(special.expire_time_ns))
    if special.display_qty is not None:
        fields.append(b"%b=%b\x01" % (dialect.display_qty, format_decimal(special.display_qty)))
    pegs = dialect.peg_price_types
    words = [dialect.exec_insts[name] for name in special.exec_inst if name in dialect.exec_insts and name not in pegs]
    if words:
        fields.append(b"18=%b\x01" % b" ".join(words))
    fields += [b"1094=%b\x01" % pegs[name] for name in special.exec_inst if name in pegs][:1]
    if special.cash_order_qty is not None:
        fields.append(b"152=%b\x01" % format_decimal(special.cash_order_qty))
    if special.peg_offset is not None:
        fields.append(b"211=%b\x01" % format_decimal(special.peg_offset))
    if special.legs:
        fields.append(b"442=3\x01")
    return b"".join(fields)
