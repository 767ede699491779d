"""The keys of who may do what beside trading: operators, and those who approve of what they do."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Annotated, Literal

from msgspec import Meta

from config.convert import Fault
from config.records import Record
from config.session_checks import at
from oms.persons import person

if TYPE_CHECKING:
    from config.model import GatewayConfig

Area = Literal["limits", "kill_switch", "overrides", "positions", "trading", "orders"]
PersonName = Annotated[str, Meta(pattern=r"^[\x21-\x7e](?:[\x20-\x7e]*[\x21-\x7e])?$", max_length=64)]


class PersonConfig(Record, frozen=True, kw_only=True):
    """An operator. Who stops something, by a kill switch, a halt or a restriction, needs no right for that."""

    name: Annotated[PersonName, Meta(description="as --operator and --approver say it; case and spaces do not matter")]
    may: Annotated[tuple[Area, ...], Meta(description="what he may ask for")] = ()
    approves: Annotated[tuple[Area, ...], Meta(description="where he may be the second person")] = ()


def people_faults(config: GatewayConfig) -> Iterator[Fault]:
    """One person twice; an approval that nobody could ever get."""
    people = config.people
    names = [person(one.name) for one in people]
    for i, name in enumerate(names):
        if name in names[:i]:
            yield at(f"people[{i}].name", f"'{people[i].name}' is already people[{names.index(name)}]")
    wanted = {"overrides"}
    wanted |= {"kill_switch"} if config.kill_switch.second_person else set()
    wanted |= {"limits"} if config.limits.raises_need_approval else set()
    for area in sorted(wanted):
        asks = [one.name for one in people if area in one.may]
        if asks and not any(area in one.approves and [one.name] != asks for one in people):
            yield at("people", f"{', '.join(asks)} may ask for {area}, which a second person approves, and nobody may")
