"""The command line: `fixgate run`, `exchange`, `demo`, `client`, `config`, `session`, `reload`, `verify`, `log` ..."""

from __future__ import annotations

import gc
import json
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from gateway.certify.command import certify_app
from gateway.drill.command import drill_app
from gateway.early_stop import heed_sigterm
from gateway.operators.config_commands import config_app
from gateway.operators.door_client import EXIT_REFUSED, answer_of, login_name, refuse
from gateway.operators.kill_switch_cli import kill_app
from gateway.operators.limits_cli import limits_app
from gateway.operators.monitor_cli import monitor
from gateway.operators.order_cli import order_app
from gateway.operators.position_cli import position_app, rate_app
from gateway.operators.risk_cli import risk_app
from gateway.operators.session_cli import reload, session_app

if TYPE_CHECKING:
    from config.model import GatewayConfig, Listen
    from gateway.app import Serving

app = typer.Typer(
    name="fixgate",
    help="A FIX order gateway: nothing is said before it is durable.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
)
app.add_typer(config_app, name="config")
app.add_typer(certify_app, name="certify")
app.add_typer(session_app, name="session")
app.add_typer(order_app, name="order")
app.add_typer(kill_app, name="kill")
app.add_typer(limits_app, name="limits")
app.add_typer(position_app, name="position")
app.add_typer(rate_app, name="rate")
app.add_typer(risk_app, name="risk")
app.add_typer(drill_app, name="drill")
app.command()(reload)
app.command()(monitor)

EXCHANGE_START_S = 10.0
DEMO_GATEWAY = Path("config/demo.yaml")
DEMO_EXCHANGE = Path("config/exchange.yaml")

ConfigFile = Annotated[Path, typer.Argument(help="YAML file")]
Init = Annotated[bool, typer.Option("--init", help="create the journal if there is none yet: for the very first start")]


@app.command()
def run(config: ConfigFile = DEMO_GATEWAY, init: Init = False) -> None:
    """Run the gateway until SIGTERM or Ctrl-C."""
    gc.disable()  # until the log has been read: nothing that a start makes is garbage
    from config.load import load_gateway
    from gateway.app import run_gateway

    def announce(serving: Serving) -> None:
        print(_gateway_banner(load_gateway(config), serving), flush=True)

    _serve(lambda: run_gateway(config, create=init, announce=announce))


@app.command()
def exchange(
    config: ConfigFile = DEMO_EXCHANGE,
    init: Init = False,
    attached: Annotated[bool, typer.Option("--attached", help="end when standard input is closed")] = False,
) -> None:
    """Run the simulated exchange, a FIX venue with a price-time matching engine, until SIGTERM or Ctrl-C."""
    from gateway.app import run_exchange

    def announce(serving: Serving) -> None:
        print(f"exchange up on {serving.listen}:{serving.port} ({config})", flush=True)

    _serve(lambda: run_exchange(config, create=init, attached=attached, announce=announce))


@app.command()
def demo(
    gateway: Annotated[Path, typer.Option(help="the gateway's YAML")] = DEMO_GATEWAY,
    exchange: Annotated[Path, typer.Option(help="the exchange's YAML")] = DEMO_EXCHANGE,
) -> None:
    """Run the gateway and the bundled exchange together: what `make run` does."""
    from config.load import load_exchange, load_gateway
    from gateway.app import run_gateway

    def announce(serving: Serving) -> None:
        print(_gateway_banner(load_gateway(gateway), serving), flush=True)

    def both() -> int:
        listen = load_exchange(exchange).listen[0]
        # Its standard input is ours to hold: when this process ends, however it ends, so does the exchange.
        command = [sys.executable, "-m", "gateway", "exchange", str(exchange), "--init", "--attached"]
        venue = subprocess.Popen(command, stdin=subprocess.PIPE)
        try:
            _wait_until_it_listens(venue, listen)
            return run_gateway(gateway, create=True, announce=announce)
        finally:
            venue.send_signal(signal.SIGTERM)
            venue.wait(timeout=10)

    _serve(both)


@app.command()
def client(
    session: Annotated[str, typer.Option(help="a client session of the gateway's YAML")] = "CLIENT44",
    config: Annotated[Path, typer.Option(help="the gateway's YAML")] = DEMO_GATEWAY,
    script: Annotated[Path | None, typer.Option(help="run the commands of this file and end")] = None,
    host: Annotated[str, typer.Option(help="connect here instead of where the YAML says")] = "",
    port: Annotated[int, typer.Option(help="connect here instead of where the YAML says")] = 0,
    begin_string: Annotated[str, typer.Option(help="BeginString(8), for a session that stands in no YAML")] = "",
    sender: Annotated[str, typer.Option(help="our SenderCompID(49), for a session that stands in no YAML")] = "",
    target: Annotated[str, typer.Option(help="its TargetCompID(56), for a session that stands in no YAML")] = "",
    reset: Annotated[bool, typer.Option("--reset", help="start both sequence numbers at 1 (141=Y)")] = False,
    show_admin: Annotated[bool, typer.Option("--admin/--no-admin", help="show heartbeats and the like")] = True,
) -> None:
    """An interactive trading client: buy 1.5 BTC-USD @ 50000. With --script it runs a file and says what failed."""
    from gateway.client.main import run_client
    from gateway.client.target import ClientOptions

    options = ClientOptions(session, config, script, host, port, begin_string, sender, target, reset, show_admin)
    raise typer.Exit(run_client(options))


@app.command()
def password() -> None:
    """Read a client's password (asked for on a terminal, else a line of standard input) and print its hash: the one
    line of the file that password_hash names."""
    from gateway.operators.password_entry import print_password_hash

    try:
        raise typer.Exit(print_password_hash())
    except ValueError as error:
        refuse(str(error))


@app.command()
def verify(
    directory: Annotated[Path, typer.Argument(help="journal directory of a stopped gateway or exchange")],
    copies: Annotated[bool, typer.Option("--copies", help="of a gateway: also what was sent to drop copies")] = False,
) -> None:
    """Check every record and the chain of a journal, and say what is in it. Changes nothing."""
    from gateway.store.inspect import verify_journal

    _serve(lambda: verify_journal(directory, copies=copies))


@app.command()
def snapshot(
    directory: Annotated[Path, typer.Argument(help="journal directory of a gateway, running or not")],
    map_size_gb: Annotated[int, typer.Option(help="as in the gateway's YAML")] = 64,
    background: Annotated[bool, typer.Option("--background", help="at the lowest priority")] = False,
) -> None:
    """Write down what the journal has come to, so that the next start need not read all of it."""
    from gateway.store.inspect import take_and_tell

    _serve(lambda: take_and_tell(directory, map_size_gb, background))


@app.command()
def log(
    directory: Annotated[Path, typer.Argument(help="journal directory of a stopped gateway or exchange")],
    session: Annotated[str, typer.Option(help="only this session")] = "",
) -> None:
    """Print a journal: messages in and out, facts, sequence numbers, turns."""
    from gateway.store.inspect import print_journal

    _serve(lambda: print_journal(directory, session))


@app.command()
def status(config: ConfigFile = DEMO_GATEWAY) -> None:
    """What a running gateway is doing: sessions, open orders, trading state."""
    print(json.dumps(answer_of(config, "GET", "/status"), indent=2))


@app.command()
def halt(
    reason: Annotated[str, typer.Option(help="why; it is written into the journal")],
    operator: Annotated[str, typer.Option(help="who; the login name by default")] = "",
    symbol: Annotated[str, typer.Option(help="this symbol only: its orders are suspended")] = "",
    config: ConfigFile = DEMO_GATEWAY,
) -> None:
    """Refuse new orders and replaces from the next message on. Cancels always pass."""
    _set_trading_state(config, "HALTED", operator, reason, symbol)


@app.command()
def resume(
    reason: Annotated[str, typer.Option(help="why; it is written into the journal")],
    operator: Annotated[str, typer.Option(help="who; the login name by default")] = "",
    symbol: Annotated[str, typer.Option(help="this symbol only: its orders go on")] = "",
    config: ConfigFile = DEMO_GATEWAY,
) -> None:
    """Take orders again after a halt."""
    _set_trading_state(config, "ACTIVE", operator, reason, symbol)


@app.command()
def restrict(
    symbol: Annotated[str, typer.Argument(help="Symbol(55)")],
    reason: Annotated[str, typer.Option(help="why; it is written into the journal")],
    operator: Annotated[str, typer.Option(help="who; the login name by default")] = "",
    lift: Annotated[bool, typer.Option("--lift", help="let new orders in again")] = False,
    config: ConfigFile = DEMO_GATEWAY,
) -> None:
    """Put a symbol on the restricted list: no new orders in it; cancels, and replaces that only lower, still pass."""
    body = {"symbol": symbol, "restricted": not lift, "operator": login_name(operator), "reason": reason}
    print(json.dumps(answer_of(config, "POST", "/restriction", body)))


def _set_trading_state(config: Path, state: str, operator: str, reason: str, symbol: str) -> None:
    body = {"operator": login_name(operator), "reason": reason}
    if symbol:
        status = "TRADING" if state == "ACTIVE" else state
        print(json.dumps(answer_of(config, "POST", "/symbol-status", {**body, "symbol": symbol, "status": status})))
    else:
        print(json.dumps(answer_of(config, "POST", "/trading-state", {**body, "state": state})))


def _wait_until_it_listens(process: subprocess.Popen[bytes], listen: Listen) -> None:
    """The gateway's first call should find the exchange. One that has ended has said why."""
    end = time.monotonic() + EXCHANGE_START_S
    while process.poll() is None and time.monotonic() < end:
        try:
            socket.create_connection((listen.host, listen.port), timeout=1).close()
            return
        except OSError:
            time.sleep(0.02)


def _gateway_banner(config: GatewayConfig, serving: Serving) -> str:
    """What a person needs to connect, and to find things again."""
    lines = [
        f"{config.name} is up after {serving.seconds:.2f} s; {serving.recovered.facts} facts read from the journal",
        f"  FIX clients connect to {serving.listen}:{serving.port}:",
    ]
    for session in config.sessions:
        version = f"{session.begin_string} {session.default_appl_ver_id}".strip()
        ids = f"SenderCompID(49)={session.target_comp_id} TargetCompID(56)={session.sender_comp_id}"
        if session.kind == "client":
            lines.append(f"    {session.name:10} {version:20} {ids}")
        elif session.kind == "drop_copy":
            lines.append(f"    {session.name:10} {version:20} {ids} (listens only)")
    for venue in config.venues:
        symbols = ", ".join(i.symbol for i in config.instruments if i.venue == venue.name)
        lines.append(f"  venue {venue.name}: {symbols}")
    lines += [
        f"  journal {config.journal.directory}, logs {config.logs.directory}",
        "  a first order: fixgate client --session CLIENT44, then: buy 1.5 BTC-USD @ 50000",
        "  stop with Ctrl-C",
    ]
    return "\n".join(lines)


def _serve(process: Callable[[], int]) -> None:
    """Run a process to its end; what refuses to start says why in one line and exits with EXIT_REFUSED."""
    from config.load import ConfigRefused
    from gateway.net.tls import TlsRefused
    from gateway.store.store_files import JournalRefused

    try:
        code = process()
    except (ConfigRefused, JournalRefused, TlsRefused) as refused:
        refuse(str(refused))
    except OSError as error:
        refuse(f"{error}")
    raise typer.Exit(code)


def main() -> None:
    if not __debug__:
        print("fixgate: refuses to run under python -O: its assertions guard your orders", file=sys.stderr)
        sys.exit(EXIT_REFUSED)
    heed_sigterm(sys.argv[1:])
    app()
