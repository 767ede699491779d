"""docs/CONFIGURATION.md: a table of every key, made from the model. Pure."""

from __future__ import annotations

import inspect as python
from collections.abc import Iterator
from decimal import Decimal

import msgspec
from msgspec import inspect

from config.convert import about, rule_of
from config.engagement import AllowedValues, Engagement, MessageRules
from config.limit_slices import AccountConfig, ConversionRate, InitialMargin, SliceConfig
from config.model import (
    AdminConfig,
    Close,
    ExchangeConfig,
    FixStandardVenue,
    GatewayConfig,
    InstrumentConfig,
    JournalConfig,
    KillSwitchConfig,
    LimitsConfig,
    ListedSymbol,
    Listen,
    ListenTls,
    LogsConfig,
    RiskConfig,
    Routing,
    SimulatedVenue,
    Supports,
    TradingDay,
)
from config.people import PersonConfig
from config.quickfix_keys import FILE, REFUSED, REFUSED_FAMILIES, SESSION, SETTLED
from config.records import Record
from config.session import (
    Connect,
    ConnectTls,
    Copies,
    SessionConfig,
    SessionKeys,
    SessionTemplate,
    SessionThrottle,
    Throttle,
)
from config.spelling import spellings_of
from config.trading import Blackout, Hours, MayTrade, SelfMatch

HEAD = """\
# Configuration

Made from `config/` by `python -m config.generate`; a test holds it current. `fixgate config check FILE` says whether a
gateway would start on a file and shows every key with its value; `fixgate config import quickfix.cfg` makes a file of
QuickFIX's settings; `config/gateway.schema.json` is for editors, as in `# yaml-language-server: $schema=...`.

A file is read whole or not at all. Unknown keys, keys said twice, anchors, tags and values of another kind are refused
with file, line, column and what to do. A value is what its key takes: `no`, `010` and `12:30` are the texts that stand
there. Secrets are references: `env:NAME`, or `file:PATH` of a file that nobody else can read.

`session_defaults` holds what the sessions and templates share. QuickFIX's spelling of a key may be written in place of
ours, with QuickFIX's values (`ResetOnLogon: Y`); both at once are an error.
"""

SLICES = (
    "One row of limits: which slices, and what they may do. A key that says which has a value, or `*` for every value, "
    "each by itself. Rows with the same such keys are a table; of its rows the one with the most exact values holds, "
    "between equals the one that is exact further to the left, in the order below. All tables must pass."
)

RECORDS: tuple[tuple[str, type[Record], str], ...] = (
    ("The gateway's file", GatewayConfig, ""),
    ("listen", Listen, ""),
    ("listen.tls", ListenTls, ""),
    ("sessions", SessionConfig, "What sessions and templates have in common:"),
    ("session_templates", SessionTemplate, "Besides all keys of a session but `name` and `target_comp_id`:"),
    ("connect", Connect, "Of a session of kind venue; one host, or a list to call in turn."),
    ("connect.tls", ConnectTls, ""),
    ("throttle, of a session", SessionThrottle, ""),
    ("may_trade, of a session", MayTrade, ""),
    ("copies, of a session", Copies, ""),
    ("journal", JournalConfig, ""),
    ("logs", LogsConfig, ""),
    ("admin", AdminConfig, ""),
    ("venues, adapter fix_standard", FixStandardVenue, ""),
    ("venues, adapter simulated", SimulatedVenue, ""),
    ("supports, of a venue", Supports, "Values under their FIX names."),
    ("instruments", InstrumentConfig, ""),
    ("routing, of an instrument", Routing, ""),
    ("hours, of an instrument", Hours, ""),
    ("close, of an instrument", Close, ""),
    ("blackouts", Blackout, ""),
    ("trading_day", TradingDay, ""),
    ("kill_switch", KillSwitchConfig, ""),
    ("people", PersonConfig, ""),
    ("limits", LimitsConfig, ""),
    ("risk", RiskConfig, ""),
    ("limits.throttle", Throttle, ""),
    ("limits.self_match", SelfMatch, ""),
    ("limits.slices", SliceConfig, SLICES),
    ("limits.conversion_rates", ConversionRate, ""),
    ("limits.initial_margins", InitialMargin, ""),
    ("accounts", AccountConfig, ""),
    ("A file of rules of engagement", Engagement, "What one client session may send: its `rules_of_engagement`."),
    ("messages, of rules of engagement", MessageRules, "Fields under their FIX names, or by their tags."),
    ("allowed, of a message", AllowedValues, ""),
    ("The exchange's file", ExchangeConfig, ""),
    ("symbols, of an exchange", ListedSymbol, ""),
)


def document() -> str:
    """The text of docs/CONFIGURATION.md."""
    return "\n".join([HEAD, *_sections(), *_quickfix()]) + "\n"


def _sections() -> Iterator[str]:
    for title, record, note in RECORDS:
        known = inspect.type_info(record)
        assert isinstance(known, inspect.StructType)
        yield f"## {title}\n"
        yield f"{note or python.cleandoc(record.__doc__ or '').splitlines()[0]}\n"
        yield "| key | meaning | default | takes | QuickFIX |"
        yield "| --- | --- | --- | --- | --- |"
        fields = {field.encode_name: field for field in known.fields}
        if record is SessionTemplate:
            fields = {key: fields[key] for key in fields if key not in SessionKeys.__struct_encode_fields__}
        for key, field in fields.items():
            cells = [f"`{key}`", _cell(about(field.type)), _default(field), _cell(_takes(field.type))]
            yield f"| {' | '.join(cells)} | {', '.join(spellings_of(record, key))} |"
        yield ""


def _default(field: inspect.Field) -> str:
    if field.required:
        return "required"
    value = field.default if field.default_factory is msgspec.NODEFAULT else field.default_factory()
    if isinstance(value, msgspec.Struct):
        return "as below"
    if isinstance(value, tuple):
        plain = [item for item in value if not isinstance(item, msgspec.Struct)]
        return "as below" if len(plain) < len(value) else f"`[{', '.join(map(str, value))}]`"
    if isinstance(value, bool):
        return "true" if value else "false"
    if value is None or value == "":
        return "none"
    return f"{value:f}" if isinstance(value, Decimal) else f"`{value}`" if isinstance(value, str) else str(value)


def _takes(kind: inspect.Type) -> str:
    while isinstance(kind, inspect.Metadata):
        if "not_negative" in (kind.extra or {}):
            return "decimal from 0"
        kind = kind.type
    if isinstance(kind, inspect.UnionType):
        choices = [_takes(choice) for choice in kind.types if not isinstance(choice, inspect.NoneType)]
        return " or ".join(dict.fromkeys(choices))
    if isinstance(kind, inspect.VarTupleType):
        return f"list: {_takes(kind.item_type)}"
    if isinstance(kind, inspect.DictType):
        return f"mapping: name to {_takes(kind.value_type)}"
    if isinstance(kind, inspect.StructType):
        return "mapping"
    if isinstance(kind, inspect.CustomType):
        return "env:NAME or file:PATH"
    if isinstance(kind, inspect.IntType):
        return f"{kind.ge} to {kind.le}"
    if isinstance(kind, inspect.DecimalType):
        return "decimal above 0"
    if isinstance(kind, inspect.StrType) and kind.pattern is None:
        return "text"
    return rule_of(kind)


def _cell(text: str) -> str:
    return text.replace("|", "\\|").replace("*", "\\*").replace("<", "&lt;")


def _quickfix() -> Iterator[str]:
    yield "## QuickFIX's keys\n"
    yield "Of QuickFIX and its kin (QuickFIX/J, /Go, /N, FIX Antenna, Artio).\n"
    yield "| QuickFIX | here | takes |"
    yield "| --- | --- | --- |"
    for name, alias in sorted({**FILE, **SESSION}.items(), key=lambda item: item[0].lower()):
        places = [(SESSION, "of a session"), (FILE, "of the file")]
        where = ", ".join(f"`{table[name].path}` {place}" for table, place in places if name in table)
        yield f"| {name} | {where} | {_cell(alias.takes.rule)} |"
    yield "\nAlways so: the one value may be written and changes nothing.\n"
    yield "| QuickFIX | value | otherwise |"
    yield "| --- | --- | --- |"
    for name, settled in sorted(SETTLED.items(), key=lambda item: item[0].lower()):
        yield f"| {name} | {' '.join(sorted(settled.values))} | {_cell(settled.why)} |"
    yield "\nWithout effect here, and so refused:\n"
    yield "| QuickFIX | what instead |"
    yield "| --- | --- |"
    for name, why in sorted(REFUSED.items(), key=lambda item: item[0].lower()):
        yield f"| {name} | {_cell(why)} |"
    for words, _, why in REFUSED_FAMILIES:
        yield f"| {words} | {_cell(why)} |"
