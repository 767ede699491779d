"""`fixgate certify orders`: Appendix D against any gateway that lets us be its client and its venue."""

from __future__ import annotations

import sys
import time
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from gateway.certify.spelling import VERSIONS, split

if TYPE_CHECKING:
    from gateway.certify.certification import Order
    from gateway.certify.sockets import Target

EXIT_FAILED, EXIT_NOT_CONNECTED = 1, 2
_COLOURS = {"passed": "green", "failed": "bold red", "skipped": "yellow", "other way": "cyan"}

certify_app = typer.Typer(help="Certify an order gateway, ours or any other.", no_args_is_help=True)


@certify_app.command("list")
def list_scenarios() -> None:
    """The scenarios, and what each is about."""
    from gateway.certify.suite import suite

    for scenario in suite():
        print(f"{scenario.name}\n    {scenario.intent[0].removeprefix('# ') if scenario.intent else ''}")


@certify_app.command("orders")
def orders(
    port: Annotated[int, typer.Option(help="where the gateway listens for its client")],
    sender_comp_id: Annotated[str, typer.Option(help="SenderCompID(49) of the client")],
    target_comp_id: Annotated[str, typer.Option(help="TargetCompID(56) of the client: the gateway")],
    venue_port: Annotated[int, typer.Option(help="where the gateway finds its venue: we listen here")],
    host: Annotated[str, typer.Option(help="the gateway's host")] = "127.0.0.1",
    version: Annotated[str, typer.Option(help=f"one of {', '.join(VERSIONS)}")] = "FIX.4.4",
    venue_host: Annotated[str, typer.Option(help="address to listen on for the gateway")] = "127.0.0.1",
    only: Annotated[list[str] | None, typer.Option(help="a row group (A.1.a) or group (B); may be repeated")] = None,
    symbol: Annotated[str, typer.Option(help="an instrument of the gateway, priced near 50000")] = "BTC-USD",
    field: Annotated[list[str] | None, typer.Option(help="a further field of each order: 1=ACCOUNT")] = None,
    username: Annotated[str, typer.Option(help="Username(553) of the client's Logon")] = "",
    password_file: Annotated[Path | None, typer.Option(help="file with its Password(554)")] = None,
    reset: Annotated[bool, typer.Option(help="ask for ResetSeqNumFlag(141)=Y at the first Logon")] = True,
    timeout_s: Annotated[float, typer.Option("--timeout", help="seconds an answer may take")] = 5.0,
    venue_timeout_s: Annotated[
        float, typer.Option("--venue-timeout", help="seconds until the gateway has called the venue")
    ] = 60.0,
    configured: Annotated[bool, typer.Option(help="also play what needs settings; the gateway has them")] = False,
    report: Annotated[Path | None, typer.Option(help="write the result: .json, else Markdown")] = None,
) -> None:
    """Play FIX Appendix D against a running gateway. Exit status 0 when nothing failed."""
    from gateway.certify.certification import Order
    from gateway.certify.sockets import Target

    if version not in VERSIONS:
        raise typer.BadParameter(f"--version: {version}: one of {', '.join(VERSIONS)}")
    password = password_file.read_text().strip() if password_file else ""
    credentials = "".join(f"{tag}={value}\x01" for tag, value in ((553, username), (554, password)) if value)
    target = Target(
        host, port, version, sender_comp_id, target_comp_id, venue_port, venue_host, credentials.encode(), reset,
        timeout_s, venue_timeout_s,
    )  # fmt: skip
    order = Order(tuple(only or ()), symbol, dict(split("|".join(field or []))), configured)
    raise typer.Exit(run(target, order, report))


def run(target: Target, order: Order, report: Path | None = None) -> int:
    """Play, print, write. The exit status."""
    from rich.console import Console
    from rich.text import Text

    from gateway.certify.certification import certify
    from gateway.certify.sockets import NotConnected, SocketStage
    from gateway.certify.verdicts import FAILED, OTHERWISE, SKIPPED, as_json, as_markdown, counted, weighed

    console = Console(highlight=False)
    stage = SocketStage(target)
    try:
        stage.connect()
        played = []
        for scenario, verdict in certify(stage, order, _run_name()):
            played.append((scenario, verdict))
            kind = OTHERWISE if verdict.verdict == FAILED and scenario.other_ways else verdict.verdict
            why = f"  ({verdict.reason})" if verdict.verdict == SKIPPED else "?" if kind == OTHERWISE else ""
            console.print(Text(f"{kind:10}", _COLOURS[kind]), Text(verdict.scenario + why), soft_wrap=True)
    except NotConnected as why:
        print(f"fixgate: {why}", file=sys.stderr)
        return EXIT_NOT_CONNECTED
    finally:
        stage.close()
    verdicts = weighed([scenario for scenario, _ in played], [verdict for _, verdict in played])
    failed = [verdict for verdict in verdicts if verdict.verdict == FAILED]
    for verdict in failed:
        console.print(Text(f"\n{verdict.scenario}", "bold red"))
        console.print(Text(verdict.reason))
    console.print(f"\n{counted(verdicts)}")
    about = {
        "gateway": f"{target.host}:{target.port} {target.target_comp_id}",
        "version": target.version,
        "at": time.strftime("%Y-%m-%d %H:%M:%SZ", time.gmtime()),
    }
    if report is not None:
        text = as_json(verdicts, about) if report.suffix == ".json" else as_markdown(verdicts, about)
        report.write_text(text)
    return EXIT_FAILED if failed else 0


def _run_name() -> str:
    """Short, and never the same again: seconds since 2020 in base 36."""
    number, name = int(time.time()) - 1_577_836_800, ""
    while number:
        number, digit = divmod(number, 36)
        name = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ"[digit] + name
    return name + "."
