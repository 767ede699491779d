"""What changes when a person tells what an account held at the start of the day: the ledger, what counts in limits, and
where its result is counted from. A cost that was not known before is neither earned nor lost."""

from __future__ import annotations

from decimal import Decimal
from typing import Final

from oms.events import StartOfDayPositionSet
from oms.exact import ZERO, add, multiply, part_for_display, subtract
from oms.exposure import Exposures
from oms.positions import Positions
from oms.results import Results
from oms.surroundings import Surroundings

_ONE: Final = Decimal(1)


def open_position(
    event: StartOfDayPositionSet, positions: Positions, exposures: Exposures, results: Results, around: Surroundings
) -> None:
    account, symbol = event.account, event.symbol
    qty, value = _opening(positions, account, symbol)
    exposures.opened(positions.opened(event))
    after, cost = _opening(positions, account, symbol)
    gained, reference = None, around.market.reference(symbol)
    if reference is not None:
        gained = subtract(multiply(subtract(after, qty), reference.price), subtract(cost, value))
        gained = part_for_display(gained, around.value_factor(around.instruments.get(symbol)), _ONE)
    results.told(account, around.groups.get(account, ""), gained)


def _opening(positions: Positions, account: str, symbol: str) -> tuple[Decimal, Decimal]:
    """Quantity and cost, at all venues together."""
    qty = value = ZERO
    for _, position in positions.of_account(account, symbol):
        qty, value = add(qty, position.opening_qty), add(value, position.opening_value)
    return qty, value
