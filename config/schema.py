"""A JSON Schema of the configuration, for editors: what may be written, QuickFIX's spellings included. Pure.

Made from the model by msgspec; what YAML lets one write and JSON types do not know (one item instead of a list, secrets
by reference, other spellings) is put in. It is the loader that decides: rules between keys are not in the schema.
"""

from __future__ import annotations

import json
from typing import Any

import msgspec
from msgspec import inspect

from config.model import ExchangeConfig, GatewayConfig
from config.quickfix_keys import SETTLED, Alias
from config.quickfix_values import AS_IT_IS, DAY_LIST, LIST, YES_NO
from config.records import Record
from config.secret import Secret
from config.session import SessionConfig, SessionTemplate
from config.spelling import aliases_of

DRAFT = "https://json-schema.org/draft/2020-12/schema"
DECIMAL_PATTERN = r"^(0|[1-9][0-9]{0,14})(\.[0-9]{1,12})?$"
SECRET_PATTERN = "^(env|file):.+$"  # noqa: S105 - how a reference is written, no secret

Schema = dict[str, Any]


def schema_of(record: type[Record]) -> Schema:
    """The schema of a file: `GatewayConfig` or `ExchangeConfig`."""
    (top,), found = msgspec.json.schema_components([record], schema_hook=_custom, ref_template="#/$defs/{name}")
    definitions: dict[str, Schema] = dict(found)
    for kind in _records(record):
        _refine(definitions[kind.cls.__name__], kind)
    definitions["SessionDefaults"] = _shared(definitions[SessionConfig.__name__])
    definitions[record.__name__]["properties"]["session_defaults"] = {
        "description": "what the sessions and templates share, each unless it says otherwise",
        "$ref": "#/$defs/SessionDefaults",
    }
    title = "the file of `fixgate run`" if record is GatewayConfig else "the file of `fixgate exchange`"
    return {"$schema": DRAFT, "title": title, **top, "$defs": dict(sorted(definitions.items()))}


def schema_text(record: type[Record]) -> str:
    return json.dumps(schema_of(record), indent=1) + "\n"


FILES: dict[str, type[Record]] = {"gateway": GatewayConfig, "exchange": ExchangeConfig}
"""`NAME.schema.json` in this folder is of which file."""


def _custom(kind: type) -> Schema:
    assert kind is Secret, kind
    return {"type": "string", "pattern": SECRET_PATTERN}


def _records(record: type[Record]) -> list[inspect.StructType]:
    """The record and all that it is made of."""
    waiting: list[inspect.Type] = [inspect.type_info(record)]
    found: dict[type, inspect.StructType] = {}
    while waiting:
        kind = waiting.pop()
        if isinstance(kind, inspect.Metadata):
            waiting.append(kind.type)
        elif isinstance(kind, inspect.UnionType):
            waiting += kind.types
        elif isinstance(kind, inspect.VarTupleType):
            waiting.append(kind.item_type)
        elif isinstance(kind, inspect.StructType) and kind.cls not in found:
            found[kind.cls] = kind
            waiting += [field.type for field in kind.fields]
    return list(found.values())


def _refine(schema: Schema, kind: inspect.StructType) -> None:
    properties: dict[str, Schema] = schema["properties"]
    for field in kind.fields:
        own = properties[field.encode_name]
        if "default" in own and not isinstance(own["default"], bool | int | str | list | None):
            del own["default"]
        if _is_one_or_more(field.type):
            properties[field.encode_name] = {
                "description": own.pop("description"), "anyOf": [own["items"], own],
            }  # fmt: skip
        else:
            _decimals(own)
    own_keys = dict(properties)
    aliases = aliases_of(kind.cls)
    for name, alias in aliases.items():
        properties[name] = _alias_schema(name, alias, own_keys)
    if kind.cls in (SessionConfig, SessionTemplate, GatewayConfig, ExchangeConfig):
        for name, settled in SETTLED.items():
            properties[name] = {"enum": sorted(settled.values), "description": f"QuickFIX's; otherwise: {settled.why}"}
    if "SocketConnectHost" in aliases:
        schema["patternProperties"] = {
            "^SocketConnect(Host|Port)[0-9]{1,2}$": {"description": "further hosts, in turn"}
        }
    renamed = {alias.path for alias in aliases.values()}
    inherited = {"begin_string"} if issubclass(kind.cls, SessionConfig | SessionTemplate) else set()
    schema["required"] = [key for key in schema.get("required", []) if key not in renamed | inherited]
    if not schema["required"]:
        del schema["required"]


def _is_one_or_more(kind: inspect.Type) -> bool:
    while isinstance(kind, inspect.Metadata):
        if "one_or_more" in (kind.extra or {}):
            return True
        kind = kind.type
    return False


def _decimals(schema: Schema) -> None:
    """A decimal is best written in quotes, and may be written without."""
    for choice in (schema, *schema.get("anyOf", [])):
        if choice.get("format") == "decimal":
            del choice["format"]
            choice.update(type=["string", "number"], pattern=DECIMAL_PATTERN)
    if "anyOf" in schema and not schema["anyOf"]:
        del schema["anyOf"]


def _alias_schema(name: str, alias: Alias, own: dict[str, Schema]) -> Schema:
    words = f"QuickFIX's spelling of {alias.path}"
    if alias.takes is AS_IT_IS and alias.path in own:
        like = {key: value for key, value in own[alias.path].items() if key != "default"}
        like["description"] = f"{words}: {like.get('description', '')}".rstrip(": ")
        return like
    if alias.takes is YES_NO:
        return {"description": words, "enum": ["Y", "N"]}
    if alias.takes in (LIST, DAY_LIST):
        return {"description": f"{words}: {alias.takes.rule}", "type": ["string", "array"]}
    rule = "" if alias.takes is AS_IT_IS else f": {alias.takes.rule}"
    return {"description": f"{words}{rule}", "type": ["string", "number", "boolean"]}


def _shared(session: Schema) -> Schema:
    """The keys of a session that can be shared; none of them must be there."""
    each = {"name", "target_comp_id", "TargetCompID"}
    shared = {key: value for key, value in session.items() if key != "required"}
    shared["properties"] = {key: value for key, value in session["properties"].items() if key not in each}
    shared["title"] = "SessionDefaults"
    return shared
