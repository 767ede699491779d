"""Plays every order scenario on each version of client and venue that it names."""

from __future__ import annotations

from pathlib import Path

import pytest

from gateway.certify.scenario import Scenario, read_scenarios
from gateway.certify.suite import suite
from tests.scenario import play
from tests.world import World, memory_directory

FOLDERS = ("orders", "risk", "venue", "dropcopy")
OURS = [
    scenario
    for folder in FOLDERS
    for path in sorted((Path(__file__).parent / "scenarios" / folder).glob("*.txt"))
    for scenario in read_scenarios(path.name, path.read_text())
]
CERTIFIED = [scenario for scenario in suite() if not scenario.not_ours]
SCENARIOS = [*CERTIFIED, *OURS]
PAIRS = [
    (scenario, client, venue) for scenario in SCENARIOS for client in scenario.clients for venue in scenario.venues
]
# Appendix D, unless a row says something that only a newer venue can say, by an old venue to a new client
PAIRS += [(scenario, "FIX.5.0SP2", "FIX.4.2") for scenario in CERTIFIED if scenario.venues == ["FIX.4.4"]]
CASES = [
    pytest.param(scenario, client, venue, id=f"{scenario.name}-{client}-{venue}") for scenario, client, venue in PAIRS
]


@pytest.mark.parametrize(("scenario", "client", "venue"), CASES)
def test_scenario(scenario: Scenario, client: str, venue: str) -> None:
    with memory_directory() as directory:
        world = World(directory, client, venue, scenario.changes)
        try:
            left_out = play(world, scenario).left_out
        finally:
            world.close()
    # what the standard lets a gateway leave out we say, but for PendingNew, which a session must wish for
    assert not [row for row in left_out if "| A A |" not in row]


def test_every_scenario_says_what_it_is_about() -> None:
    assert not [scenario.name for scenario in SCENARIOS if not scenario.intent]


@pytest.mark.parametrize(
    ("lines", "told"),
    [
        ("client sends 35=D|11=X|38=10", "at its end: venue also got: 8=FIX.4.4"),
        ("client expects 35=8", "line 1: client expects 35=8\nclient got nothing"),
        (
            "P0\nclient sends 35=H|11=X\nclient expects 35=8|39=2|11=X",
            "39 OrdStatus             2                        0",
        ),
        (
            "P0\nclient sends 35=H|11=X\nclient expects 35=8|39=<none>",
            "39 OrdStatus             <none>                   0",
        ),
        (
            "P0\nclient sends 35=H|11=X\nclient expects 35=8|58=<any>",
            "58 Text                  <any>                    <none>",
        ),
        ("P0\nclient sends 35=H|11=X\nclient expects 35=8|37=@x", "37 OrderID               TESTA"),
        ("P0\nclient sends 35=H|11=X\nclient expects exactly 35=8|11=X", "client also got 37=TESTA-"),
        ("client sends 35=D|11=X|38=10\nclient sends 35=H|11=X", "line 2: client sends 35=H|11=X\nvenue also got"),
        ("venue sends 35=8|150=0|11=NOBODY", "put aside: ReportQuarantined"),
        ("operator halts\nlogged OrderFilled", "TradingStateChanged(seq="),
        ("client whistles", "cannot read this line"),
        ("sing", "cannot read this line"),
    ],
)
def test_a_scenario_that_does_not_hold_says_where_and_what(lines: str, told: str) -> None:
    (scenario,) = read_scenarios("scenario.txt", lines)
    with memory_directory() as directory:
        world = World(directory)
        with pytest.raises(AssertionError) as failed:
            play(world, scenario)
        world.close()
    assert told in str(failed.value)
    assert "scenario.txt" in str(failed.value)
