"""The command line of configurations: `fixgate config check`, `diff`, `import`, `schema`."""

from __future__ import annotations

import sys
from enum import StrEnum
from pathlib import Path
from typing import Annotated, NoReturn

import typer

EXIT_FINE, EXIT_WARNED, EXIT_BAD = 0, 1, 2

config_app = typer.Typer(help="Look at a configuration without starting anything.", no_args_is_help=True)


class Process(StrEnum):
    """Which of the two files is meant."""

    GATEWAY = "gateway"
    EXCHANGE = "exchange"


@config_app.command("check")
def check(
    config: Annotated[Path, typer.Argument(help="YAML file")] = Path("config/demo.yaml"),
    exchange: Annotated[bool, typer.Option("--exchange", help="it is the file of an exchange")] = False,
    session: Annotated[str, typer.Option(help="show only this session")] = "",
    brief: Annotated[bool, typer.Option("--brief", help="leave out keys that have their default")] = False,
    strict: Annotated[bool, typer.Option("--strict", help="warnings end it with code 1")] = False,
    elsewhere: Annotated[
        bool, typer.Option("--elsewhere", help="this machine has not its secrets, dictionaries and certificates")
    ] = False,
) -> None:
    """Say whether the process would start on this file, what each session would be, when its numbers are reset next,
    and what somebody may regret. Exit code: 0 fine, 1 warnings (with --strict), 2 it would not start."""
    from datetime import UTC, datetime

    from config.load import ConfigRefused, inspect
    from config.risks import risks_of
    from gateway.clock import read_clock
    from gateway.from_config.start_checks import hours_faults, start_faults, tls_warnings
    from gateway.instant import NS_PER_S
    from gateway.operators.effective_table import table_of

    now = read_clock()
    try:
        loaded, origins = inspect(config, exchange=exchange, secrets=not elsewhere)
    except ConfigRefused as refused:
        _bad(refused.problems)
    faults = hours_faults(loaded) if elsewhere else start_faults(loaded)
    if faults:
        _bad([f"{config}: {fault}" for fault in faults])
    names = [known.name for known in loaded.sessions] + [known.name for known in loaded.session_templates]
    if session and session not in names:
        _bad([f"{config}: no session is called {session}; known are {', '.join(names) or 'none'}"])
    for line in table_of(loaded, origins, now.utc_ns, session, not brief):
        print(line)
    warnings = [f"{risk.path}: {risk.why}" for risk in risks_of(loaded, origins)]
    if not elsewhere:
        warnings += tls_warnings(loaded, datetime.fromtimestamp(now.utc_ns // NS_PER_S, UTC))
    print()
    for warning in warnings:
        print(f"warning: {warning}")
    print(f"{config} can be used, {len(warnings)} warning{'' if len(warnings) == 1 else 's'}")
    raise typer.Exit(EXIT_WARNED if warnings and strict else EXIT_FINE)


@config_app.command("diff")
def diff(
    old: Annotated[Path, typer.Argument(help="YAML file that the gateway runs on")],
    new: Annotated[Path, typer.Argument(help="YAML file that it shall run on")],
) -> None:
    """Say what differs between two files of a gateway, and which limits get weaker. Exit code: 0 none does, 1 some do,
    2 a file cannot be used. Secrets are not read."""
    from config.load import ConfigRefused, inspect
    from config.model import GatewayConfig
    from gateway.operators.limits_diff import limits_diff

    loaded = []
    for file in (old, new):
        try:
            config, _ = inspect(file, secrets=False)
        except ConfigRefused as refused:
            _bad(refused.problems)
        assert isinstance(config, GatewayConfig)
        loaded.append(config)
    lines = list(limits_diff(*loaded))
    for line in lines:
        print(line)
    weaker = sum(1 for line in lines if line.startswith("WEAKER "))
    print(f"{len(lines)} differences, {weaker} limits weaker")
    raise typer.Exit(EXIT_WARNED if weaker else EXIT_FINE)


def _bad(problems: list[str]) -> NoReturn:
    for problem in problems:
        print(f"fixgate: {problem}", file=sys.stderr)
    raise typer.Exit(EXIT_BAD)


@config_app.command("import")
def import_settings(
    settings: Annotated[Path, typer.Argument(help="QuickFIX's settings file")],
    output: Annotated[Path | None, typer.Option(help="write here, to a file that is not there yet")] = None,
    time_zone: Annotated[str, typer.Option(help="what UseLocalTime=Y meant: the zone of the old host")] = "",
) -> None:
    """Make a gateway's YAML of QuickFIX's settings. What was changed or has no counterpart is said in comments, and on
    standard error. Exit code: 0 done, 2 not possible."""
    from config.load import problems_of
    from config.quickfix_import import import_quickfix

    try:
        text = settings.read_bytes().decode()
    except OSError as error:
        _bad([f"{settings}: cannot be read: {error.strerror}"])
    except UnicodeDecodeError:
        _bad([f"{settings}: not UTF-8: save the file in that encoding"])
    imported = import_quickfix(text, settings.name, time_zone)
    for note in imported.notes:
        print(f"note: {note}", file=sys.stderr)
    if imported.faults:
        _bad(list(imported.faults))
    problems = problems_of(imported.text, f"{settings} as YAML")
    if problems:
        _bad(problems)
    if output is None:
        print(imported.text, end="")
        return
    try:
        with output.open("x") as file:
            file.write(imported.text)
    except OSError as error:
        _bad([f"{output}: cannot be written: {error.strerror}"])


@config_app.command("schema")
def schema(
    process: Annotated[Process, typer.Argument(help="whose file")] = Process.GATEWAY,
) -> None:
    """Print the JSON Schema of a configuration file, for editors."""
    from config.schema import FILES, schema_text

    print(schema_text(FILES[process]), end="")
