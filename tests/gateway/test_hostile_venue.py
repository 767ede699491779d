"""A venue that says strange things: whatever it says, the process lives, the laws hold, and no fill is invented."""

from __future__ import annotations

from decimal import Decimal

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.peer import Peer
from tests.world import World, memory_directory, split

SAMPLES = [
    "35=8|150=0|39=0|11=@x|151=10",
    "35=8|150=F|39=1|11=@x|17=E1|32=2|31=50000|14=2|38=10|151=8",
    "35=8|150=F|39=2|11=@x|17=E2|32=10|31=50000|14=10|38=10|151=0",
    "35=8|150=4|39=4|11=@x|151=0",
    "35=8|150=4|39=4|11=@f|41=@x|151=0",
    "35=8|150=5|39=0|11=@g|41=@x|38=12|44=50001|151=12",
    "35=8|150=8|39=8|11=@x|103=5|58=no",
    "35=8|150=C|39=C|11=@x|151=0",
    "35=8|150=I|39=0|11=@x|38=10|14=0|151=10",
    "35=8|150=I|39=8|11=@x|37=NONE|103=5",
    "35=8|150=H|39=0|11=@x|19=E1|14=0|151=10",
    "35=8|150=D|39=0|11=@x|38=9|151=9",
    "35=9|11=@f|41=@x|39=0|434=1|102=0",
    "35=9|11=@g|41=@x|39=0|434=2|102=99",
    "35=j|45=2|372=D|379=@x|380=0|58=no",
    "35=W|55=BTC-USD|268=1|269=2|270=50000",
    "35=B|148=News|33=1|58=news",
]
VALUES = st.sampled_from(
    "|0|-1|1e5|NaN|1_0|@x|@f|@g|NONE|F|8|4|I|Z|BTC-USD|SIM-USD|999999999999999|0.000000000001|0.0|\xff|\x00| ".split(
        "|"
    )
)
TAGS = st.sampled_from("11 41 37 17 150 39 32 31 14 151 38 44 54 55 103 102 58 60 20 6 434 5000 268 270".split())


def begun(world: World) -> dict[str, str]:
    """An order with a cancel behind a replace on it, all unanswered: their names at the venue."""
    world.send(world.client, "35=D|11=X|38=10")
    names = {"@x": world.expect(world.venue, "35=D")["11"]}
    world.send(world.client, "35=G|11=Y|41=X|38=12|44=50001")
    names["@g"] = world.expect(world.venue, "35=G")["11"]
    world.send(world.client, "35=F|11=Z|41=Y")
    names["@f"] = world.expect(world.venue, "35=F")["11"]
    return names


def say(venue: Peer, world: World, names: dict[str, str], fields: list[tuple[str, str]]) -> None:
    text = "|".join(f"{tag}={names.get(value, value)}" for tag, value in fields)
    if venue.wire is not None:
        world.send(venue, text)


@st.composite
def strange(draw: st.DrawFn) -> list[tuple[str, str]]:
    """A report of which up to two fields are not as they should be."""
    fields = split(draw(st.sampled_from(SAMPLES)))
    for _ in range(draw(st.integers(0, 2))):
        tag = draw(TAGS)
        value = draw(VALUES)
        fields = [(t, v) for t, v in fields if t != tag] + ([(tag, value)] if value else [(tag, "<none>")])
    return fields


@pytest.mark.parametrize("version", ["FIX.4.2", "FIX.4.4", "FIX.5.0SP2"])
@pytest.mark.parametrize("strict", [True, False])
def test_no_report_ends_the_process_or_invents_a_fill(version: str, strict: bool) -> None:
    @settings(max_examples=25)
    @given(reports=st.lists(strange(), max_size=8))
    def days(reports: list[list[tuple[str, str]]]) -> None:
        with memory_directory() as directory:
            world = World(directory, venue_version=version, changes={"venue_session.reject_invalid_message": strict})
            world.log_on(world.client, world.venue)
            names = begun(world)
            for report in reports:
                say(world.venue, world, names, report)
            (order,) = world.desk.blotter.orders.values()
            asked = [report for report in reports if ("150", "F") in report or version == "FIX.4.2"]
            assert asked or order.cum_qty == Decimal(0)
            world.kill()
            world.log_on(world.client)
            world.send(world.client, "35=H|11=X")
            world.close()

    days()
