"""All that the tables of limits say of the orders of one place, side by side: who asks of an order looks up one thing.

Made by `oms.risk.within_slices`, kept by the blotter until limits, instruments or rates change."""

from __future__ import annotations

from decimal import Decimal

from oms.holdings import Exposure, Holding


class PositionLimit:
    """Of one slice."""

    __slots__ = ("holding", "long_max", "short_max")

    def __init__(self, holding: Holding, long_max: Decimal | None, short_max: Decimal | None) -> None:
        self.holding = holding
        self.long_max = long_max
        self.short_max = short_max


class ValueLimit:
    """Of one slice, in the base currency."""

    __slots__ = ("credit_max", "exposure", "gross_max", "holding", "net_max")

    def __init__(
        self,
        exposure: Exposure,
        holding: Holding,
        gross_max: Decimal | None,
        net_max: Decimal | None,
        credit_max: Decimal | None,
    ) -> None:
        self.exposure = exposure
        self.holding = holding
        self.gross_max = gross_max
        self.net_max = net_max
        self.credit_max = credit_max


class PlaceLimits:
    """Of one order the narrowest limits of all its slices; of what accumulates the limit of each."""

    __slots__ = (
        "factor",
        "needs_rate",
        "order_notional_max",
        "order_qty_max",
        "positions",
        "price_band",
        "values",
    )

    def __init__(self, factor: Decimal | None, *, needs_rate: bool) -> None:
        self.needs_rate = needs_rate
        """Values are told by a conversion rate, which may have become too old."""
        self.factor = factor
        """From quantity x price to the base currency; None for 1."""
        self.order_qty_max: Decimal | None = None
        self.order_notional_max: Decimal | None = None
        self.price_band: Decimal | None = None
        self.positions: list[PositionLimit] = []
        self.values: list[ValueLimit] = []


def narrower(one: Decimal | None, other: Decimal | None) -> Decimal | None:
    """None limits nothing."""
    if one is None or other is None:
        return other if one is None else one
    return min(one, other)
