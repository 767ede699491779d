"""What the venue of a certification does besides its scenarios, as any exchange would: it answers questions about
orders that it does not know, tells prices to those who ask, and refuses requests that no scenario has waited for."""

from __future__ import annotations

from gateway.certify.spelling import Pairs

REFERENCE_PX = "50000"
_OF_SCENARIOS = frozenset({"D", "E", "F", "G", "AB", "AC", "K", "L", "M", "N", "q", "Q", "3", "j"})
"""MsgTypes(35) that scenarios are about; the rest is answered here, or ignored."""


class Courtesies:
    """`known` are the ClOrdIDs that the venue was given orders and requests under."""

    def __init__(self) -> None:
        self.known: set[str] = set()
        self._prices: dict[tuple[str, str], None] = {}

    def is_of_a_scenario(self, message: Pairs) -> bool:
        fields = dict(reversed(message))
        if fields["35"] in ("D", "F", "G"):
            self.known.add(fields["11"])
        return fields["35"] in _OF_SCENARIOS

    def answers(self, message: Pairs) -> list[Pairs]:
        """What the venue says to a message that no scenario is about."""
        fields = dict(reversed(message))
        if fields["35"] == "H" and fields.get("11", "") not in self.known:
            return [_unknown(fields)]
        if fields["35"] == "V" and "262" in fields:
            asked = {(fields["262"], value): None for tag, value in message if tag == "55"}
            if fields.get("263") == "1":
                self._prices |= asked
            return [_price(*one) for one in asked]
        return []

    def prices(self) -> list[Pairs]:
        """Those that were subscribed to, once more: an old price is none to many a gateway."""
        return [_price(*one) for one in self._prices]

    def refusal(self, message: Pairs) -> Pairs | None:
        """OrderCancelReject(9) to a request that came too late for its scenario."""
        fields = dict(reversed(message))
        if fields["35"] not in ("F", "G"):
            return None
        response_to = "1" if fields["35"] == "F" else "2"
        return [("35", "9"), ("37", "NONE"), ("11", fields["11"]), ("41", fields.get("41", "")), ("39", "8"),
                ("434", response_to), ("102", "1")]  # fmt: skip


def _unknown(fields: dict[str, str]) -> Pairs:
    """ExecutionReport(8): the order is not known here, for certain."""
    named = [("11", fields.get("11", "")), ("55", fields.get("55", "[N/A]")), ("54", fields.get("54", "1"))]
    named += [("790", fields["790"])] if "790" in fields else []
    figures = [("151", "0"), ("14", "0"), ("6", "0"), ("103", "5")]
    return [("35", "8"), ("37", "NONE"), ("17", "<new>"), ("150", "I"), ("39", "8"), *named, *figures]


def _price(md_req_id: str, symbol: str) -> Pairs:
    """MarketDataSnapshotFullRefresh(W): the last trade."""
    return [("35", "W"), ("262", md_req_id), ("55", symbol), ("268", "1"), ("269", "2"), ("270", REFERENCE_PX),
            ("271", "1")]  # fmt: skip
