"""Whom the client calls, and as whom: from the gateway's YAML by session name, or from the command line."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path
from typing import NamedTuple

from config.load import ConfigRefused, load_gateway
from gateway.client.session import Identity

MEMORY_DIRECTORY = Path("run/client")

# DefaultApplVerID(1137) by the names that stand in configurations.
APPL_VER_IDS = {"FIX.5.0": b"7", "FIX.5.0SP1": b"8", "FIX.5.0SP2": b"9"}


@dataclass(frozen=True, slots=True)
class ClientOptions:
    """What `fixgate client` was asked for. Empty host, port, CompIDs: as the YAML's session says."""

    session: str = "CLIENT44"
    config: Path = Path("config/demo.yaml")
    script: Path | None = None
    host: str = ""
    port: int = 0
    begin_string: str = ""
    sender: str = ""
    target: str = ""
    reset: bool = False
    show_admin: bool = True
    memory_directory: Path = field(default=MEMORY_DIRECTORY)


class Target(NamedTuple):
    name: str  # of the memory file
    host: str
    port: int
    identity: Identity
    symbols: tuple[str, ...]  # for completion


class TargetUnknown(Exception):
    """The options name no session that could be called; the text is for the user."""


def find_target(options: ClientOptions) -> Target:
    """Raises TargetUnknown."""
    if options.begin_string or options.sender or options.target:
        return _from_options(options)
    return _from_config(options)


def _from_options(options: ClientOptions) -> Target:
    given = {
        "--host": options.host,
        "--port": options.port,
        "--begin-string": options.begin_string,
        "--sender": options.sender,
        "--target": options.target,
    }
    missing = [name for name, value in given.items() if not value]
    if missing:
        raise TargetUnknown(f"a session that stands in no YAML also needs {', '.join(missing)}")
    identity = Identity(
        options.begin_string.encode(),
        options.sender.encode(),
        options.target.encode(),
        APPL_VER_IDS["FIX.5.0SP2"] if options.begin_string == "FIXT.1.1" else b"",
    )
    name = f"{options.sender}-{options.target}-{options.begin_string}-{options.host}-{options.port}"
    return Target(name, options.host, options.port, identity, ())


def _from_config(options: ClientOptions) -> Target:
    """The one place that knows the gateway's configuration. Its TargetCompID is us."""
    try:
        gateway = load_gateway(options.config)
    except ConfigRefused as refused:
        raise TargetUnknown(str(refused)) from None
    callers = {session.name: session for session in gateway.sessions if session.kind != "venue"}
    session = callers.get(options.session)
    if session is None:
        raise TargetUnknown(
            f"{options.config} has no session {options.session!r} to log on with; it has {', '.join(callers)}"
        )
    identity = Identity(
        session.begin_string.encode(),
        session.target_comp_id.encode(),
        session.sender_comp_id.encode(),
        APPL_VER_IDS.get(session.default_appl_ver_id, b""),
    )
    return Target(
        session.name,
        options.host or _reachable(gateway.listen[0].host),
        options.port or gateway.listen[0].port,
        identity,
        tuple(instrument.symbol for instrument in gateway.instruments),
    )


def _reachable(host: str) -> str:
    return {"0.0.0.0": "127.0.0.1", "::": "::1"}.get(host, host)  # noqa: S104 - what "listen everywhere" is called
