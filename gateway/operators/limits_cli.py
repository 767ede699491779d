"""`fixgate limits ...`: the limits of slices that hold now, and changes of them while the gateway runs."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Any, cast

import typer

from gateway.operators.door_client import answer_of, login_name

DEFAULT_CONFIG = Path("config/demo.yaml")

limits_app = typer.Typer(help="Limits of accounts, symbols, traders and so on, while it runs.", no_args_is_help=True)

Words = Annotated[
    list[str], typer.Argument(metavar="KEY=VALUE...", help="as in the configuration: account=A1 symbol=*")
]
Config = Annotated[Path, typer.Option("--config", help="YAML file that the gateway runs on")]
Reason = Annotated[str, typer.Option(help="why; it is written into the journal")]
Operator = Annotated[str, typer.Option(help="who; the login name by default")]
Approver = Annotated[str, typer.Option(help="the second person, where a limit gets weaker")]


@limits_app.command("show")
def show(config: Config = DEFAULT_CONFIG) -> None:
    """The tables as they stand: of each the first row that fits holds."""
    _print(answer_of(config, "GET", "/limits"))


@limits_app.command("set")
def set_row(
    row: Words, reason: Reason, approver: Approver = "", operator: Operator = "", config: Config = DEFAULT_CONFIG
) -> None:
    """Put a row in place of the one for the same slices, whole: `account=A1 symbol=* long_qty_max=10`. It lasts until
    the configuration's own rows are others."""
    _change("set", row, reason, approver, operator, config)


@limits_app.command("remove")
def remove_row(
    row: Words, reason: Reason, approver: Approver = "", operator: Operator = "", config: Config = DEFAULT_CONFIG
) -> None:
    """Take a row away: a more general one of its table holds then, or none. Name its slices only: `account=A1`."""
    _change("remove", row, reason, approver, operator, config)


@limits_app.command("resume")
def resume_slice(
    of_slice: Annotated[list[str], typer.Argument(metavar="KEY=VALUE...", help="as it was told: account=A1")],
    reason: Reason,
    operator: Operator = "",
    config: Config = DEFAULT_CONFIG,
) -> None:
    """Let a slice go on that was stopped for too many executions, or halted by the monitor: see `fixgate monitor`."""
    body = {"slice": " ".join(of_slice), "reason": reason, "operator": login_name(operator)}
    answer = cast("dict[str, Any]", answer_of(config, "POST", "/slice-resume", body))
    print(f"stopped: {', '.join(answer['stopped_slices']) or 'nothing'}")


def _change(what: str, row: list[str], reason: str, approver: str, operator: str, config: Path) -> None:
    body = {"row": " ".join(row), "reason": reason, "operator": login_name(operator), "approver": approver}
    _print(answer_of(config, "POST", f"/limits/{what}", body))


def _print(answer: object) -> None:
    told = cast("dict[str, Any]", answer)
    if not told.get("changed", True):
        print("it stands so already")
    for line in told["lines"]:
        print(line)
    if not told["lines"]:
        print("no limits of slices: only those for everybody hold")
    if told["raises_need_approval"]:
        print("a limit is only made weaker with --approver")
