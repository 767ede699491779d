"""Keys in QuickFIX's spelling become ours, before anything else is made of a tree.

An alias is taken where our key is, and one level above where QuickFIX has it: SocketConnectHost in a session is `host`
of its `connect`, SocketAcceptPort at the top of the file is `port` of `listen`. The tree remembers how a key was
written, so that faults name what the operator wrote. What can have no effect is a fault that says what to do instead.
"""

from __future__ import annotations

from collections.abc import Mapping as Dictionary
from functools import cache

import msgspec
from msgspec import inspect

from config.convert import Fault, kind_of, shown
from config.listen import Listen, ListenTls
from config.model import (
    AdminConfig,
    ExchangeConfig,
    GatewayConfig,
    InstrumentConfig,
    JournalConfig,
    LimitsConfig,
    LogsConfig,
)
from config.quickfix_keys import FILE, NUMBERED, SESSION, SETTLED, Alias, refusal_of
from config.quickfix_values import AS_IT_IS, DAY, DAY_LIST, LIST, Takes
from config.session import Connect, ConnectTls, SessionConfig, SessionTemplate, SessionThrottle
from config.yaml_tree import Mapping, Node, Place, Scalar, Sequence

SCOPES: dict[type[msgspec.Struct], tuple[dict[str, Alias], str]] = {
    GatewayConfig: (FILE, ""),
    ExchangeConfig: (FILE, ""),
    Listen: (FILE, "listen."),
    ListenTls: (FILE, "listen.tls."),
    JournalConfig: (FILE, "journal."),
    LogsConfig: (FILE, "logs."),
    SessionConfig: (SESSION, ""),
    SessionTemplate: (SESSION, ""),
    Connect: (SESSION, "connect."),
    ConnectTls: (SESSION, "connect.tls."),
}
OVERRIDE = "HeartBtIntOverride"


@cache
def aliases_of(record: type[msgspec.Struct]) -> Dictionary[str, Alias]:
    """QuickFIX's keys that may be written in this record, with paths from there."""
    table, prefix = SCOPES.get(record, ({}, ""))
    return {
        name: alias._replace(path=alias.path.removeprefix(prefix))
        for name, alias in table.items()
        if alias.path.startswith(prefix)
    }


def spellings_of(record: type[msgspec.Struct], key: str) -> list[str]:
    """How else a key of this record may be written."""
    return [name for name, alias in aliases_of(record).items() if alias.path == key]


def respell(node: Node, record: type[msgspec.Struct], path: str = "") -> list[Fault]:
    """Put our spelling in place of QuickFIX's, in this node and below it; returns what could not be."""
    faults: list[Fault] = []
    _walk(node, kind_of(record), path, faults)
    return faults


def _walk(node: Node, kind: inspect.Type, path: str, faults: list[Fault]) -> None:
    while isinstance(kind, inspect.Metadata):
        kind = kind.type
    if isinstance(kind, inspect.UnionType):
        records = [choice for choice in kind.types if isinstance(choice, inspect.StructType)]
        if len(records) == 1:
            _walk(node, records[0], path, faults)
    elif isinstance(kind, inspect.VarTupleType):
        for i, item in enumerate(node.items if isinstance(node, Sequence) else [node]):
            _walk(item, kind.item_type, f"{path}[{i}]" if isinstance(node, Sequence) else path, faults)
    elif isinstance(kind, inspect.StructType) and isinstance(node, Mapping):
        _Respelling(node, kind, path, faults).run()
        for field in kind.fields:
            child = node.entries.get(field.encode_name)
            if child is not None:
                written = node.spellings.get(field.encode_name, field.encode_name)
                _walk(child, field.type, f"{path}.{written}" if path else written, faults)


class _Respelling:
    """One mapping."""

    def __init__(self, node: Mapping, kind: inspect.StructType, path: str, faults: list[Fault]) -> None:
        self._node = node
        self._path = path
        self._faults = faults
        self._known: set[str | None] = {kind.tag_field, *(field.encode_name for field in kind.fields)}
        self._aliases = aliases_of(kind.cls)
        self._hosts: dict[int, Mapping] = {}
        self._tls: Mapping | None = None

    def run(self) -> None:
        foreign = [key for key in self._node.entries if key not in self._known]
        for key in sorted(foreign, key=lambda key: key == OVERRIDE):  # which needs HeartBtInt to be read
            value = self._node.entries.pop(key)
            if not self._take(key, value):
                self._node.entries[key] = value
        if self._hosts or self._tls is not None:
            self._call_hosts()

    def _fault(self, key: str, why: str, place: Place | None = None) -> None:
        where = f"{self._path}.{key}" if self._path else key
        self._faults.append(Fault(place or self._node.key_places[key], where, why))

    def _take(self, key: str, value: Node) -> bool:
        """Whether the key is done with: put in its place, or found at fault."""
        numbered = NUMBERED.fullmatch(key)
        alias = self._aliases.get(key if numbered is None else numbered[1])
        settled, refusal = SETTLED.get(key), refusal_of(key)
        if alias is not None and (numbered is None or "connect" in self._known):
            node = self._override(value) if key == OVERRIDE else self._converted(key, alias.takes, value)
            if node is not None:
                self._place(key, alias.path, 0 if numbered is None else int(numbered[2]), node)
        elif settled is not None:
            if not (isinstance(value, Scalar) and value.text.upper() in settled.values):
                self._fault(key, f"{shown(value)} can have no effect here: {settled.why}")
        elif refusal is not None:
            self._fault(key, f"can have no effect here: {refusal}")
        elif key in SESSION or key in FILE:
            self._fault(key, _belongs(key))
        elif key in owners():
            self._fault(key, f"is no key here; it is one of {', '.join(owners()[key])}")
        else:
            return False
        return True

    # -- values --------------------------------------------------------------------------------------------------------

    def _converted(self, key: str, takes: Takes, node: Node) -> Node | None:
        if takes is AS_IT_IS or (isinstance(node, Sequence) and takes is LIST):
            return node
        if isinstance(node, Sequence) and takes is DAY_LIST:
            days = [self._converted(key, DAY, item) for item in node.items]
            return Sequence(node.place, [day for day in days if day is not None])
        value = takes.read(node.text) if isinstance(node, Scalar) else None
        if value is None:
            self._fault(key, f"{shown(node)} is not {takes.rule}", node.place)
            return None
        if isinstance(value, list):
            return Sequence(node.place, [Scalar(node.place, item, False) for item in value])
        return Scalar(node.place, value, False)

    def _override(self, node: Node) -> Node | None:
        """QuickFIX/Go's switch takes the interval from HeartBtInt; ours is the interval itself."""
        text = node.text.upper() if isinstance(node, Scalar) else ""
        if text == "N":
            return Scalar(node.place, "0", False)
        if text != "Y":
            return node
        heart_bt_int = self._node.entries.get("heart_bt_int_s")
        if heart_bt_int is None:
            self._fault(OVERRIDE, "Y needs HeartBtInt beside it; or write heart_bt_int_override_s: and the seconds")
        return heart_bt_int

    # -- places --------------------------------------------------------------------------------------------------------

    def _place(self, key: str, path: str, host: int, node: Node) -> None:
        place = self._node.key_places[key]
        *way, last = path.split(".")
        target = self._node
        if way == ["connect"]:
            target = self._hosts.setdefault(host, Mapping(place, {}, {}))
        elif way == ["connect", "tls"]:
            target = self._tls = self._tls or Mapping(place, {}, {})
        else:
            for step in way:
                inner = target.entries.setdefault(step, Mapping(place, {}, {}))
                target.key_places.setdefault(step, place)
                if not isinstance(inner, Mapping):
                    self._fault(key, f"write it as {last} into {'.'.join(way)}, which is {shown(inner)}")
                    return
                target = inner
        if last in target.entries:
            earlier, line = target.spellings.get(last, last), target.key_places[last].line
            self._fault(key, f"is said twice, also as {earlier} in line {line}")
            return
        target.entries[last] = node
        target.key_places[last] = place
        target.spellings[last] = key

    def _call_hosts(self) -> None:
        """SocketConnectHost and its like as `connect`: one host, or a list in the order of their numbers."""
        first = next(iter(self._hosts.values()), None) or self._tls
        assert first is not None
        place = first.place
        own = self._node.entries.get("connect")
        if own is not None:
            written = next(iter(first.spellings.values()))
            self._fault(written, "stands beside connect: write it in there", place)
            return
        hosts = [host for _, host in sorted(self._hosts.items())] or [Mapping(place, {}, {})]
        if self._tls is not None:
            for host in hosts:
                host.entries["tls"] = self._tls
                host.key_places["tls"] = self._tls.place
        self._node.entries["connect"] = hosts[0] if len(hosts) == 1 else Sequence(place, list(hosts))
        self._node.key_places["connect"] = place


def _belongs(key: str) -> str:
    if key in SESSION:
        return f"is no key here; in a session, or in session_defaults, it is {SESSION[key].path}"
    return f"is no key here; at the top of the file it is {FILE[key].path}"


@cache
def owners() -> Dictionary[str, list[str]]:
    """Where each key of ours belongs, in words."""
    places = {
        GatewayConfig: "the gateway's file", ExchangeConfig: "the exchange's file", SessionConfig: "a session",
        SessionTemplate: "a template", Connect: "connect", ConnectTls: "connect.tls", Listen: "listen",
        ListenTls: "listen.tls", JournalConfig: "journal", LogsConfig: "logs", AdminConfig: "admin",
        InstrumentConfig: "an instrument", LimitsConfig: "limits", SessionThrottle: "throttle",
    }  # fmt: skip
    found: dict[str, list[str]] = {}
    for record, place in places.items():
        for key in record.__struct_encode_fields__:
            found.setdefault(key, []).append(place)
    return found
