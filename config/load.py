"""A configuration from a YAML file: the one door of this package, and the one file of it that reads the disk.

All faults are told at once, each with file, line, column, path, value and rule. Nothing is guessed, nothing ignored.
"""

from __future__ import annotations

import os
import stat
from collections.abc import Callable
from pathlib import Path
from typing import NamedTuple, TypeVar

from config.convert import MISSING, Converter, Fault
from config.cross_checks import exchange_faults, gateway_faults, sessions_faults
from config.engagement import Engagement
from config.model import ExchangeConfig, GatewayConfig, Record, SessionConfig
from config.secret import UNREAD
from config.spelling import respell
from config.yaml_tree import Mapping, Node, Sequence, YamlRefused, read_tree

SECRET_BYTES_MAX = 4096
SESSION_DEFAULTS = "session_defaults"
OWN_TO_EACH_SESSION = ("name",)
NOT_OF_TEMPLATES = ("target_comp_id",)

C = TypeVar("C", bound=Record)


class ConfigRefused(Exception):
    """A configuration cannot be used. `problems` has one line for each reason."""

    def __init__(self, problems: list[str]) -> None:
        super().__init__("\n".join(problems))
        self.problems = problems


def load_gateway(path: str | Path) -> GatewayConfig:
    """The configuration of a gateway. Raises ConfigRefused, also when the file cannot be read."""
    return _load(Path(path), GatewayConfig, gateway_faults)


def load_sessions(path: str | Path) -> GatewayConfig:
    """A gateway's file for another application on its sessions: only they are looked at, and they may be of any FIX
    version that has its dictionary. Raises ConfigRefused."""
    return _load(Path(path), GatewayConfig, sessions_faults)


def load_exchange(path: str | Path) -> ExchangeConfig:
    """The configuration of the bundled exchange. Raises ConfigRefused."""
    return _load(Path(path), ExchangeConfig, exchange_faults)


def load_engagement(path: str | Path) -> Engagement:
    """Rules of engagement of a client session. Raises ConfigRefused."""
    return _load(Path(path), Engagement, lambda engagement: [])


class Origins(NamedTuple):
    """Who said what: the keys of `session_defaults`, and those of each session and each template itself."""

    shared: frozenset[str] = frozenset()
    sessions: tuple[frozenset[str], ...] = ()
    templates: tuple[frozenset[str], ...] = ()


def inspect(
    path: str | Path, *, exchange: bool = False, secrets: bool = True
) -> tuple[GatewayConfig | ExchangeConfig, Origins]:
    """A configuration and who said what in it, for `config check`. Without `secrets` their references are not followed:
    for a machine that does not have them. Raises ConfigRefused."""
    follow = read_secret if secrets else _unread
    if exchange:
        return _read(Path(path), ExchangeConfig, exchange_faults, follow)
    return _read(Path(path), GatewayConfig, gateway_faults, follow)


def problems_of(text: str, name: str) -> list[str]:
    """Why a gateway could not be started on a file of this text, as far as the text tells; secrets are not read."""
    try:
        _parse(text.encode(), Path(name), GatewayConfig, gateway_faults, _unread)
    except ConfigRefused as refused:
        return refused.problems
    return []


def _load(path: Path, model: type[C], cross_check: Callable[[C], list[Fault]]) -> C:
    return _read(path, model, cross_check, read_secret)[0]


def _read(
    path: Path, model: type[C], cross_check: Callable[[C], list[Fault]], follow: Callable[[str], bytes]
) -> tuple[C, Origins]:
    try:
        data = path.read_bytes()
    except OSError as error:
        raise ConfigRefused([f"{path}: cannot be read: {error.strerror}"]) from None
    return _parse(data, path, model, cross_check, follow)


def _parse(
    data: bytes, path: Path, model: type[C], cross_check: Callable[[C], list[Fault]], follow: Callable[[str], bytes]
) -> tuple[C, Origins]:
    try:
        tree = read_tree(data)
    except YamlRefused as refused:
        raise ConfigRefused([_line(path, Fault(refused.place, "", refused.why))]) from None
    converter = Converter(follow)
    defaults = tree.entries.pop(SESSION_DEFAULTS, None) if isinstance(tree, Mapping) else None
    converter.faults += respell(tree, model)
    origins = Origins(frozenset(), _keys(tree, "sessions"), _keys(tree, "session_templates"))
    if defaults is not None:
        _share(defaults, tree, converter)
        origins = origins._replace(shared=frozenset(defaults.entries if isinstance(defaults, Mapping) else ()))
    config = converter.record(tree, model)
    faults = converter.faults
    if not faults:
        assert config is not MISSING
        assert isinstance(config, model)
        faults = [_placed(tree, fault) for fault in cross_check(config)]
        if not faults:
            return config, origins
    raise ConfigRefused([_line(path, fault) for fault in sorted(faults)])


def _keys(tree: Node, section: str) -> tuple[frozenset[str], ...]:
    sessions = tree.entries.get(section) if isinstance(tree, Mapping) else None
    items = sessions.items if isinstance(sessions, Sequence) else ()
    return tuple(frozenset(item.entries if isinstance(item, Mapping) else ()) for item in items)


def _unread(reference: str) -> bytes:
    return UNREAD


def read_secret(reference: str) -> bytes:
    """The value behind `env:NAME` or `file:PATH`. Raises ValueError, which never shows it."""
    scheme, _, place = reference.partition(":")
    if scheme == "env":
        text = os.environ.get(place)
        if text is None:
            raise ValueError("this environment variable is not set")
        value = os.fsencode(text)
    else:
        value = _secret_file(Path(place))
    if not value or b"\x01" in value or b"\n" in value:
        raise ValueError("must be one line, neither empty nor with SOH in it")
    return value


def _secret_file(path: Path) -> bytes:
    try:
        with path.open("rb") as file:
            mode = stat.S_IMODE(os.fstat(file.fileno()).st_mode)
            value = file.read(SECRET_BYTES_MAX + 1)
    except OSError as error:
        raise ValueError(f"cannot be read: {error.strerror}") from None
    if mode & 0o077:
        raise ValueError(f"mode {mode:04o} lets others read it; chmod 0400")
    if len(value) > SECRET_BYTES_MAX:
        raise ValueError(f"more than {SECRET_BYTES_MAX} bytes")
    return value.rstrip(b"\r\n")


def _share(defaults: Node, tree: Node, converter: Converter) -> None:
    """Give each session of the tree the keys of `session_defaults` that it does not set itself."""
    converter.faults += respell(defaults, SessionConfig, SESSION_DEFAULTS)
    before = len(converter.faults)
    converter.record(defaults, SessionConfig, SESSION_DEFAULTS, partial=True)
    if not isinstance(defaults, Mapping) or not isinstance(tree, Mapping):
        return
    for key in OWN_TO_EACH_SESSION:
        if key in defaults.entries:
            written = defaults.spellings.get(key, key)
            place = defaults.key_places[written]
            converter.faults.append(Fault(place, f"{SESSION_DEFAULTS}.{written}", "is each session's own, not shared"))
    if len(converter.faults) != before:
        return
    for kind in ("sessions", "session_templates"):
        sessions = tree.entries.get(kind)
        for session in sessions.items if isinstance(sessions, Sequence) else ():
            if isinstance(session, Mapping):
                _fill(session, defaults, () if kind == "sessions" else NOT_OF_TEMPLATES)


def _fill(session: Mapping, defaults: Mapping, without: tuple[str, ...] = ()) -> None:
    for key, node in defaults.entries.items():
        if key in without:
            continue
        own = session.entries.get(key)
        if own is None:
            session.entries[key] = node
            session.key_places[key] = defaults.key_places[key]
            if key in defaults.spellings:
                session.spellings[key] = defaults.spellings[key]
        elif isinstance(node, Mapping):
            for item in own.items if isinstance(own, Sequence) else [own]:
                if isinstance(item, Mapping):
                    _fill(item, node)


def _placed(tree: Node, fault: Fault) -> Fault:
    """The fault with the place of the deepest part of its path that the file has, and the path as it was written."""
    place, node = tree.place, tree
    steps = fault.path.replace("[", ".[").split(".")
    for i, step in enumerate(steps):
        if isinstance(node, Sequence) and step.startswith("["):
            node = node.items[int(step[1:-1])]
            place = node.place
        elif isinstance(node, Mapping) and step in node.entries:
            place, steps[i] = node.key_places[step], node.spellings.get(step, step)
            node = node.entries[step]
        elif not (isinstance(node, Mapping) and step == "[0]"):  # a list written as its only item
            break
    return Fault(place, ".".join(steps).replace(".[", "["), fault.why)


def _line(path: Path, fault: Fault) -> str:
    line, column = fault.place
    where = f"{path}:{line}:{column}" if line else str(path)
    return f"{where}: {fault.path}: {fault.why}" if fault.path else f"{where}: {fault.why}"
