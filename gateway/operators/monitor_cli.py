"""`fixgate monitor`: what each slice uses of its limits, what is halted, what is stale."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Annotated, Any, cast

import typer

from gateway.operators.door_client import answer_of

DEFAULT_CONFIG = Path("config/demo.yaml")


def monitor(
    above: Annotated[int, typer.Option(min=0, max=100, help="only limits of which so many percent are used")] = 0,
    as_json: Annotated[bool, typer.Option("--json", help="the whole answer, for a program")] = False,
    config: Annotated[Path, typer.Option("--config", help="YAML file that the gateway runs on")] = DEFAULT_CONFIG,
) -> None:
    """Limits by their use, the highest first; slices that are halted; prices and rates that are stale. Changes
    nothing."""
    answer = cast("dict[str, Any]", answer_of(config, "GET", "/monitor"))
    print(json.dumps(answer, indent=2) if as_json else "\n".join(lines(answer, above)))


def lines(answer: dict[str, Any], above: int = 0) -> Iterator[str]:
    """The answer for people."""
    for halt in answer["halted"]:
        why = f"{halt['bound']} {halt['used']} of {halt['limit']}"
        yield f"HALTED   {halt['slice']}: {why}, {halt['halted_s_ago']} s ago; fixgate limits resume {halt['slice']}"
    for name in answer["stopped"]:
        yield f"STOPPED  {name}: too many executions; fixgate limits resume {name}"
    for stale in answer["stale"]:
        age = "never told" if stale["age_s"] is None else f"{stale['age_s']} s old"
        yield f"STALE    {stale['source']} {stale['name']}: {age}"
    shown = [row for row in answer["limits"] if float(row["percent"]) >= above]
    if shown:
        yield f"{'percent':>8} {'level':<9} {'bound':<20} {'used':>18} {'limit':>18}  slice"
    for row in shown:
        level = "" if row["level"] == "OK" else row["level"]
        yield (
            f"{row['percent']:>8} {level:<9} {row['bound']:<20} {row['used']:>18} {row['limit']:>18}  {row['slice']}"
        )
    if not shown:
        yield "no slice uses a limit" + (f" to {above}%" if above else "")
    if not answer["is_whole"]:
        yield f"only the first {answer['looked_at']} slices were looked at"
    if answer["undelivered"]:
        yield f"{answer['undelivered']} alerts are still to be delivered"
