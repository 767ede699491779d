"""`fixgate kill ...`: stop a slice of trading at once, see what became of it, let it go on."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Any, cast

import typer

from gateway.operators.door_client import answer_of, login_name

DEFAULT_CONFIG = Path("config/demo.yaml")

kill_app = typer.Typer(
    help="Kill switches: stop everything, or a venue, account, session, trader, symbol or algorithm.",
    no_args_is_help=True,
)

Scope = Annotated[str, typer.Option(help="global, or venue=, account=, session=, trader=, symbol=, algo= with a value")]
Config = Annotated[Path, typer.Option("--config", help="YAML file that the gateway runs on")]
Reason = Annotated[str, typer.Option(help="why; it is written into the journal")]
Operator = Annotated[str, typer.Option(help="who; the login name by default")]
Door = Annotated[str, typer.Option(help="the operators' socket, when there is no time for a configuration")]


@kill_app.command("engage")
def engage(
    scope: Scope,
    reason: Reason,
    operator: Operator = "",
    no_cancel: Annotated[bool, typer.Option("--no-cancel", help="open orders stay; only new ones are refused")] = False,
    config: Config = DEFAULT_CONFIG,
    door: Door = "",
) -> None:
    """Refuse new orders and replaces of the slice from the next message on, and cancel its open orders."""
    body = {"scope": scope, "operator": login_name(operator), "reason": reason, "cancel": not no_cancel}
    _print(answer_of(config, "POST", "/kill/engage", body, door))


@kill_app.command("release")
def release(
    scope: Scope,
    reason: Reason,
    approver: Annotated[str, typer.Option(help="the second person, who approves")] = "",
    operator: Operator = "",
    config: Config = DEFAULT_CONFIG,
) -> None:
    """Let the slice trade again. A second person approves, who neither engaged the switch nor asks for this."""
    body = {"scope": scope, "operator": login_name(operator), "reason": reason, "approver": approver}
    _print(answer_of(config, "POST", "/kill/release", body))


@kill_app.command("status")
def status(config: Config = DEFAULT_CONFIG, door: Door = "") -> None:
    """What is engaged, by whom and why, and what became of the cancels at each venue."""
    _print(answer_of(config, "GET", "/kill", None, door))


def _print(answer: object) -> None:
    told = cast("dict[str, Any]", answer)
    switches = told["kill_switches"]
    if not switches:
        print("no kill switch is engaged")
    for switch in switches:
        kept = "" if switch["cancel"] else ", open orders stay"
        print(
            f"{switch['slice']}: engaged {switch['engaged_s_ago']} s ago by {switch['operator']}: {switch['reason']}"
            f"{kept}"
        )
        for venue, counts in switch["venues"].items():
            print(f"  {venue}: " + ", ".join(f"{count} {name}" for name, count in counts.items()))
        if switch["cancel"] and not switch["venues"]:
            print("  no order was to be canceled")
    if told["to_be_looked_at"]:
        print(f"{told['to_be_looked_at']} open orders are still to be looked at")
