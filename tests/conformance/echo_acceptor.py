"""The session engine, journal and network of the gateway, with the small echo application of the public session
acceptance definitions in the place of the order desk.

    python -m tests.conformance.echo_acceptor CONFIG.yaml --port N

CONFIG.yaml is a file like the gateway's; only `sessions` (with `session_defaults`), `listen`, `journal` and `logs` are
looked at. Sessions may be of every version from FIX.4.0 to FIX.5.0SP2 that their dictionary is given for, and want
`reset_on_logon: true`. A path of a dictionary is taken from the working directory or, when nothing is there, from the
file's own. Where no journal directory is named, the store is a fresh one that goes when the process ends; so are the
logs. `--port` goes before `listen`. SIGTERM or SIGINT ends it.
"""

from __future__ import annotations

import argparse
import sys
import tempfile
from contextlib import ExitStack
from pathlib import Path

import msgspec
import yaml

from config.load import ConfigRefused, load_sessions
from config.model import GatewayConfig, SessionConfig
from gateway import app
from gateway.from_config.sessions import settings_of
from gateway.store.store_files import JournalRefused
from tests.conformance.echo_application import EchoApplication

STORE_ID = "ECHO"
DICTIONARIES = ("data_dictionary", "transport_data_dictionary", "app_data_dictionary")


def settled(path: Path, port: int | None, scratch: Path) -> GatewayConfig:
    """The configuration as it is run: acceptor sessions only, every path found, every directory chosen."""
    config = load_sessions(path)
    named = yaml.safe_load(path.read_text()) or {}
    sessions = tuple(_with_dictionaries(session, path.parent) for session in config.sessions if session.kind != "venue")
    if not sessions:
        raise ConfigRefused([f"{path}: sessions: there is none that a client could log on to"])
    journal, logs, listen = config.journal, config.logs, config.listen[0]
    if "directory" not in (named.get("journal") or {}):
        journal = msgspec.structs.replace(journal, directory=str(scratch / "journal"), map_size_gb=1)
    if "directory" not in (named.get("logs") or {}):
        logs = msgspec.structs.replace(logs, directory=str(scratch / "logs"))
    if port is not None:
        listen = msgspec.structs.replace(listen, port=port)
    return msgspec.structs.replace(config, sessions=sessions, journal=journal, logs=logs, listen=(listen,))


def _with_dictionaries(session: SessionConfig, folder: Path) -> SessionConfig:
    found = {}
    for key in DICTIONARIES:
        written = getattr(session, key)
        if written and not Path(written).exists() and (folder / written).exists():
            found[key] = str(folder / written)
    return msgspec.structs.replace(session, **found) if found else session


def serve(path: Path, port: int | None) -> int:
    """Run until told to end; returns the exit code."""
    with ExitStack() as stack:
        scratch = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="fixgate-echo-")))
        config = settled(path, port, scratch)
        echo = EchoApplication()
        program = app.Program(echo, lambda sessions: echo.take_in(map(settings_of, sessions)))
        _make_way(Path(config.journal.directory))
        return app.run_program(program, config, announce=_announce)


def _make_way(directory: Path) -> None:
    """An empty directory is none: the store makes its own."""
    if directory.is_dir() and not any(directory.iterdir()):
        directory.rmdir()


def _announce(serving: app.Serving) -> None:
    print(f"echo acceptor: listening on {serving.listen}:{serving.port}", flush=True)


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("config", type=Path)
    parser.add_argument("--port", type=int, help="TCP port to listen on, in place of the file's")
    options = parser.parse_args()
    try:
        return serve(options.config, options.port)
    except (ConfigRefused, JournalRefused, OSError, ValueError) as refused:
        print(f"echo acceptor: {refused}", file=sys.stderr)
        return 2


if __name__ == "__main__":
    sys.exit(main())
