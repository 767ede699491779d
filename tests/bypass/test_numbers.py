"""Whatever a client writes for a number: none that is no right number there gets as far as a venue.

Every value of numbers.txt is sent in every field that takes a number, by every version that has the field; the answer
must be the one of the table, and nothing may have become of the order.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

import pytest

from tests.peer import fields_of
from tests.world import VERSIONS, World, memory_directory

LIMITS = {
    "limits.max_order_qty": "1000",
    "limits.max_notional": "1000000000",
    "limits.max_unhedged_qty": "10",
    "sim_instrument.venue": "VENUE",
}
NOT_IN_FIX42 = ("FIX.4.4", "FIX.5.0SP2")
LEGS = "555=2|600=BTC-USD|623={ratio}|624=1|566={price}|600=SIM-USD|623=2|624=2|566=100"


class Carrier(NamedTuple):
    """A message with a place for the number, and the column of the table that holds for it."""

    name: str
    message: str
    column: str = ""
    """'' where only what is no number at all can be told from a right one by this message alone."""
    versions: tuple[str, ...] = VERSIONS


CARRIERS = (
    Carrier("OrderQty of an order", "35=D|38=#", "quantity"),
    Carrier("OrderQty of a market order", "35=D|40=1|38=#", "quantity"),
    Carrier("OrderQty of a replace", "35=G|41=X|38=#", "quantity"),
    Carrier("OrderQty in a list", "35=E|66=@|394=3|68=1|73=1|11=@|67=1|55=BTC-USD|54=1|38=#|40=2|44=50000", "quantity"),
    Carrier("Price of an order", "35=D|38=10|44=#", "price"),
    Carrier("Price of a sell", "35=D|38=10|54=2|44=#", "price"),
    Carrier("Price of a replace", "35=G|41=X|38=10|44=#", "price"),
    Carrier("Price in a list", "35=E|66=@|394=3|68=1|73=1|11=@|67=1|55=BTC-USD|54=1|38=10|40=2|44=#", "price"),
    Carrier("StopPx", "35=D|38=10|40=4|44=50000|99=#", "stop"),
    Carrier("StopPx of a replace", "35=G|41=X|38=10|40=4|44=50000|99=#", "stop"),
    Carrier("MaxFloor", "35=D|38=10|111=#", "display", ("FIX.4.2", "FIX.4.4")),
    Carrier("DisplayQty", "35=D|38=10|1138=#", "display", ("FIX.5.0SP2",)),
    Carrier("CashOrderQty", "35=D|152=#|44=50000", "cash", NOT_IN_FIX42),
    Carrier("CashOrderQty of a market order", "35=D|152=#|40=1", "cash", NOT_IN_FIX42),
    Carrier("PegDifference", "35=D|38=10|40=P|18=R|211=#"),
    Carrier(
        "LegPrice", f"35=AB|{LEGS.format(ratio=1, price='#')}|54=1|60=<now>|38=30|40=2|44=49800", "", NOT_IN_FIX42
    ),
    Carrier(
        "LegRatioQty", f"35=AB|{LEGS.format(ratio='#', price=50000)}|54=1|60=<now>|38=30|40=2|44=49800", "",
        NOT_IN_FIX42,
    ),
    Carrier(
        "OrderQty of legs", f"35=AB|{LEGS.format(ratio=1, price=50000)}|54=1|60=<now>|38=#|40=2|44=49800", "",
        NOT_IN_FIX42,
    ),
)  # fmt: skip


class Case(NamedTuple):
    carrier: Carrier
    value: str
    answer: str


def cases() -> list[Case]:
    """The table, times the messages."""
    found: list[Case] = []
    columns: list[str] = []
    for line in (Path(__file__).parent / "numbers.txt").read_text().splitlines():
        cells = re.split(r" {2,}", line.rstrip())
        if not line.strip() or line.startswith("# ") or line == "#":
            continue
        if line.startswith("== "):
            columns = []
        elif not cells[0]:
            columns = cells[1:]
        elif not columns:
            found += [Case(carrier, cells[0], cells[1]) for carrier in CARRIERS]
        else:
            answers = dict(zip(columns, cells[1:], strict=True))
            found += [
                Case(carrier, cells[0], answers[carrier.column])
                for carrier in CARRIERS
                if answers.get(carrier.column, ".") != "."
            ]
    return found


CASES = cases()


def _world(version: str) -> Iterator[World]:
    with memory_directory() as directory:
        world = World(directory, version, "FIX.4.4", LIMITS)
        world.log_on(world.client, world.venue)
        world.send(world.client, "35=D|11=X|38=10")
        at_venue = fields_of(world.venue.unread.popleft())[b"11"].decode()
        world.send(world.venue, f"35=8|150=0|39=0|11={at_venue}|38=10|151=10")
        yield world
        world.close()


def _answers(world: World, case: Case, name: str) -> str:
    """What is wrong about the answer to this case; '' when it is the one of the table."""
    open_orders = len(world.desk.blotter.open_orders)
    value = case.value.replace("_", " ").replace("<empty>", "").encode().decode("latin-1")
    message = case.carrier.message.replace("@", name)
    text = message if "|11=" in message else f"{message}|11={name}"
    world.send(world.client, text.replace("#", value))
    answers = [fields_of(raw) for raw in world.client.unread]
    world.client.unread.clear()
    if world.venue.unread or len(world.desk.blotter.open_orders) != open_orders:
        return "it passed"
    if not answers:
        return "nothing was answered"
    got = answers[0]
    if got[b"35"] == b"3":
        said = f"3/{got[b'373'].decode()}"
    else:
        said = got.get(b"58", b"").partition(b":")[0].decode("latin-1")
    return "" if said == case.answer else f"was answered {said}"


@pytest.mark.parametrize("version", VERSIONS)
def test_no_number_that_is_none_passes(version: str) -> None:
    wrong: list[str] = []
    mine = [case for case in CASES if version in case.carrier.versions]
    for first in range(0, len(mine), 60):
        for world in _world(version):
            for number, case in enumerate(mine[first : first + 60]):
                world.client.unread.clear()
                if number % 40 == 39:
                    world.wait(2)  # a session may be told only so often that it is wrong
                said = _answers(world, case, f"N{number}")
                if said:
                    wrong.append(f"{case.carrier.name}: {case.value}: {said}, wanted {case.answer}")
    assert not wrong, "\n".join(wrong)


def test_the_corpus_is_as_large_as_it_should_be() -> None:
    assert len({(case.carrier.name, case.value) for case in CASES}) >= 300
