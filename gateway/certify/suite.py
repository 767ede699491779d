"""The suite: the files of `gateway/certify/orders`, Appendix D's row groups and the races behind it."""

from __future__ import annotations

from functools import cache
from importlib.resources import files

from gateway.certify.scenario import Scenario, read_scenarios


@cache
def suite() -> tuple[Scenario, ...]:
    """Every section of every file, in the order of the standard."""
    folder = files("gateway.certify") / "orders"
    names = sorted(entry.name for entry in folder.iterdir() if entry.name.endswith(".txt"))
    return tuple(scenario for name in names for scenario in read_scenarios(name, (folder / name).read_text()))
