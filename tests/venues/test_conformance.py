"""Runs the conformance cases over every adapter."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from tests.venues.conformance import CASES, Case
from tests.venues.desk_in_memory import Counterparty, Desk, FixExchange, Simulated

COUNTERPARTIES: dict[str, Callable[[], Counterparty]] = {
    "simulated": Simulated,
    "fix_standard FIX.4.2": lambda: FixExchange("FIX.4.2"),
    "fix_standard FIX.4.4": lambda: FixExchange("FIX.4.4"),
    "fix_standard FIX.5.0SP2": lambda: FixExchange("FIX.5.0SP2"),
}
RUNS = [
    pytest.param(make, case, id=f"{name} {case.number} {case.run.__name__}")
    for name, make in COUNTERPARTIES.items()
    for case in CASES
    if case.needs(make().capabilities)
]


@pytest.mark.parametrize(("make", "case"), RUNS)
def test_case(make: Callable[[], Counterparty], case: Case) -> None:
    desk = Desk(make())
    case.run(desk)
    assert not desk.quarantined
