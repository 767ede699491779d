"""The fields of an order that few orders have, as a FIX venue reads them: stop price, expiry, displayed quantity,
instructions, peg. What the gateway does in the venue's place is not said to the venue.

FIX 5.0 SP2 calls DisplayQty(1138) what was MaxFloor(111) before, and says by PegPriceType(1094) what ExecInst(18) said
of pegs; PegOffsetValue(211) is PegDifference(211) in FIX 4.2.
"""

from __future__ import annotations

from typing import Final

from fixspec import tags
from fixspec.numbers import format_decimal, format_utc_timestamp
from oms.special_terms import SpecialTerms
from oms.types import ExecInst, OrdType, TimeInForce
from oms.venue_capabilities import VenueCapabilities

EXEC_INSTS: Final[dict[ExecInst, bytes]] = {name: getattr(tags.ExecInst, name.name) for name in ExecInst}

PEG_PRICE_TYPES: Final = {
    ExecInst.MID_PRICE_PEG: tags.PegPriceType.MID_PRICE_PEG,
    ExecInst.MARKET_PEG: tags.PegPriceType.MARKET_PEG,
    ExecInst.PRIMARY_PEG: tags.PegPriceType.PRIMARY_PEG,
}

_STOPS: Final = frozenset({OrdType.STOP, OrdType.STOP_LIMIT})


class SpecialFields:
    """For one venue: `application_version` as in `venues.fix_standard.FixStandardSettings`."""

    def __init__(self, application_version: str, supports: VenueCapabilities) -> None:
        self._peg_price_types = PEG_PRICE_TYPES if application_version == "FIX.5.0SP2" else {}
        self._display_qty = tags.DISPLAY_QTY if application_version == "FIX.5.0SP2" else tags.MAX_FLOOR
        self._supports = supports

    def of(self, ord_type: OrdType, time_in_force: TimeInForce, special: SpecialTerms) -> bytes:
        """Encoded fields, in the order of their tags, of an order on these terms of its client's."""
        supports, pegs = self._supports, self._peg_price_types
        fields: list[tuple[bytes, bytes]] = []
        passed_on = [exec_inst for exec_inst in special.exec_inst if exec_inst in supports.exec_insts]
        words = [EXEC_INSTS[exec_inst] for exec_inst in passed_on if exec_inst not in pegs]
        if words:
            fields.append((tags.EXEC_INST, b" ".join(words)))
        if special.stop_px is not None and ord_type in _STOPS and ord_type in supports.ord_types:
            fields.append((tags.STOP_PX, format_decimal(special.stop_px)))
        if special.display_qty is not None and supports.display_qty:
            fields.append((self._display_qty, format_decimal(special.display_qty)))
        if special.expire_time_ns is not None and time_in_force in supports.times_in_force:
            fields.append((tags.EXPIRE_TIME, format_utc_timestamp(special.expire_time_ns)))
        if special.peg_offset is not None and ord_type is OrdType.PEGGED:
            fields.append((tags.PEG_OFFSET_VALUE, format_decimal(special.peg_offset)))
        fields += [(tags.PEG_PRICE_TYPE, pegs[exec_inst]) for exec_inst in passed_on if exec_inst in pegs]
        return b"".join([b"%b=%b\x01" % field for field in fields])
