"""`fixgate drill ...`: rehearsals of what must work on the day when it is needed."""

from __future__ import annotations

import tempfile
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated

import typer

from gateway.operators.door_client import login_name, refuse

drill_app = typer.Typer(help="Rehearse, on processes of its own, what must work when it is needed.")

EXIT_FAILED = 1


@drill_app.callback()
def _drill() -> None:
    """Keeps `kill-switch` a name while it is the only drill."""


@drill_app.command("kill-switch")
def kill_switch(
    report: Annotated[Path, typer.Option(help="directory for the report")] = Path("run/drill"),
    resting: Annotated[int, typer.Option(min=1, max=100_000, help="orders at the exchange before")] = 2_000,
    rate: Annotated[int, typer.Option(min=1, max=20_000, help="new orders a second meanwhile")] = 1_000,
    scope: Annotated[str, typer.Option(help="global, account=DRILL, session=CLIENT, ...")] = "global",
    operator: Annotated[str, typer.Option(help="who engages; the login name by default")] = "",
    approver: Annotated[str, typer.Option(help="the second person of the release")] = "second-person",
    deadline_s: Annotated[float, typer.Option(min=1, max=600, help="everything is canceled by then")] = 30.0,
) -> None:
    """Stop a gateway under load, on a temporary journal and an exchange of its own; write kill-switch.json and .md.
    Exit code 1 when something was not as it must be."""
    from gateway.drill.kill_switch import Plan, Rehearsal
    from gateway.drill.report import as_json, as_markdown
    from gateway.drill.stage import StageFailed, stage

    plan = Plan(resting, rate, scope, login_name(operator), approver, deadline_s)
    at = datetime.now(UTC).strftime("%Y-%m-%d %H:%M:%S UTC")
    try:
        with tempfile.TemporaryDirectory(prefix="fixgate-drill-") as name:
            with stage(Path(name)) as scene:
                rehearsal = Rehearsal(scene, plan)
                rehearsal.play()
            result = rehearsal.result(at)
    except (StageFailed, OSError) as failure:
        refuse(f"the drill could not be held: {failure}")
    report.mkdir(parents=True, exist_ok=True)
    (report / "kill-switch.json").write_bytes(as_json(result))
    (report / "kill-switch.md").write_text(as_markdown(result))
    print(as_markdown(result), end="")
    raise typer.Exit(EXIT_FAILED if result.findings else 0)
