"""A YAML tree into a record of `config.model`: every text by the type of its field, every fault by its path and place.

All faults of a file are found in one go. A fault says where (`sessions[1].heart_bt_int_s`), what was written, and what
the rule is. Keys in QuickFIX's spelling have been respelled before (`config.spelling`); a fault names them as written.
"""

from __future__ import annotations

import difflib
import re
from collections.abc import Callable, Iterable
from decimal import Decimal
from functools import cache
from typing import NamedTuple

import msgspec
from msgspec import inspect

from config.secret import Secret
from config.yaml_tree import Mapping, Node, Place, Scalar, Sequence

SHOWN_MAX = 60
_WHOLE = re.compile(r"-?(?:0|[1-9][0-9]{0,17})")
_DECIMAL = re.compile(r"-?(?:0|[1-9][0-9]{0,14})(?:\.[0-9]{1,12})?")
_NULLS = frozenset({"", "~", "null"})
_DIGITS_ONLY = "digits only: no sign +, leading zero, blank, comma, underscore or exponent"
_RULES_IN_WORDS = {
    r"^[A-Za-z0-9][A-Za-z0-9_.-]*$": "a name: letters, digits, '_', '.', '-', the first a letter or digit",
    r"^[\x21-\x7e](?:[\x20-\x7e]*[\x21-\x7e])?$": "printable ASCII without blanks at the ends",
    r"^[\x21-\x7e]+$": "printable ASCII without blanks",
    r"^[\x20-\x7e]+$": "printable ASCII, with * for any letters and ? for one",
    r"^[A-Za-z0-9]+$": "letters and digits",
    r"^[A-Za-z_][\w.]*:[A-Za-z_]\w*$": "package.module:function",
    r"^[A-Za-z0-9_.*?-]+$": "a CompID in letters, digits, '_', '.', '-', with * for any letters and ? for one",
    r"^(?:(?:CN|SAN)=.+|SHA256=(?:[0-9A-Fa-f]{2}:?){31}[0-9A-Fa-f]{2})$": (
        "CN=name, SAN=name or SHA256= and 64 hexadecimal digits"
    ),
    r"^[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}Z$": "a time in UTC, as 2026-11-21T20:00:00Z",
    r"^(?:[01][0-9]|2[0-3]):[0-5][0-9]:[0-5][0-9]$": "a time of day HH:MM:SS, from 00:00:00 to 23:59:59",
}


class Fault(NamedTuple):
    """What is wrong at one place of the file."""

    place: Place
    path: str
    why: str


class _Missing:
    """Stands for a value that could not be made; its fault is noted."""


MISSING = _Missing()


@cache
def kind_of(record: type[msgspec.Struct]) -> inspect.StructType:
    """The record as msgspec knows it; finding that out takes a while."""
    kind = inspect.type_info(record)
    assert isinstance(kind, inspect.StructType)
    return kind


class Converter:
    """Makes one record; afterwards `faults` holds all that was wrong."""

    def __init__(self, read_secret: Callable[[str], bytes]) -> None:
        """`read_secret` gives the value of a reference, or raises ValueError with the reason."""
        self.faults: list[Fault] = []
        self._read_secret = read_secret

    def record(self, node: Node, struct: type[msgspec.Struct], path: str = "", partial: bool = False) -> object:
        """The record, or MISSING after a fault. `partial` does not ask for required keys."""
        return self._struct(node, kind_of(struct), path, partial)

    def _fault(self, node: Node, path: str, why: str) -> _Missing:
        self.faults.append(Fault(node.place, path, why))
        return MISSING

    def _struct(self, node: Node, kind: inspect.StructType, path: str, partial: bool = False) -> object:
        if not isinstance(node, Mapping):
            return self._fault(node, path, f"{shown(node)} is not a mapping (key: value)")
        fields = {field.encode_name: field for field in kind.fields}
        values: dict[str, object] = {}
        for key, child in node.entries.items():
            if key == kind.tag_field:
                continue
            field = fields.get(key)
            written = node.spellings.get(key, key)
            where = f"{path}.{written}" if path else written
            if field is None:
                known = [*fields, *filter(None, [kind.tag_field])]
                self.faults.append(Fault(node.key_places[key], where, unknown_key(written, known)))
            else:
                values[field.name] = self._value(child, field.type, where)
        for field in kind.fields:
            if field.required and field.name not in values and not partial:
                where = f"{path}.{field.encode_name}" if path else field.encode_name
                self.faults.append(Fault(node.place, where, f"is missing: {about(field.type)}"))
                values[field.name] = MISSING
        if partial or MISSING in values.values():
            return MISSING
        return kind.cls(**values)

    def _value(self, node: Node, kind: inspect.Type, path: str) -> object:
        one_or_more = zero = False
        while isinstance(kind, inspect.Metadata):
            one_or_more |= "one_or_more" in (kind.extra or {})
            zero |= "not_negative" in (kind.extra or {})
            kind = kind.type
        if isinstance(kind, inspect.VarTupleType) and one_or_more and not isinstance(node, Sequence):
            item = self._value(node, kind.item_type, path)
            return MISSING if item is MISSING else (item,)
        if isinstance(kind, inspect.UnionType):
            return self._union(node, kind, path)
        if isinstance(kind, inspect.StructType):
            return self._struct(node, kind, path)
        if isinstance(kind, inspect.VarTupleType):
            if not isinstance(node, Sequence):
                return self._fault(node, path, f"{shown(node)} is not a list")
            items = [self._value(item, kind.item_type, f"{path}[{i}]") for i, item in enumerate(node.items)]
            return MISSING if MISSING in items else tuple(items)
        if isinstance(kind, inspect.DictType):
            return self._mapping(node, kind, path)
        if not isinstance(node, Scalar):
            return self._fault(node, path, f"{shown(node)}, where one value belongs")
        if isinstance(kind, inspect.CustomType) and kind.cls is Secret:
            return self._secret(node, path)
        if node.plain and node.text in _NULLS:
            return self._fault(node, path, f"has no value: {rule_of(kind)}")
        return self._scalar(node, kind, path, zero)

    def _mapping(self, node: Node, kind: inspect.DictType, path: str) -> object:
        """One whose keys are names that the operator has given."""
        if not isinstance(node, Mapping):
            return self._fault(node, path, f"{shown(node)} is not a mapping (name: value)")
        if not node.entries:
            return self._fault(node, path, "is empty")
        values = {key: self._value(child, kind.value_type, f"{path}.{key}") for key, child in node.entries.items()}
        return MISSING if MISSING in values.values() else values

    def _union(self, node: Node, kind: inspect.UnionType, path: str) -> object:
        choices = [choice for choice in kind.types if not isinstance(choice, inspect.NoneType)]
        if len(choices) < len(kind.types) and isinstance(node, Scalar) and node.plain and node.text in _NULLS:
            return None
        if len(choices) == 1:
            return self._value(node, choices[0], path)
        structs = {str(choice.tag): choice for choice in choices if isinstance(choice, inspect.StructType)}
        assert len(structs) == len(choices), "a union is of one type and None, or of tagged records"
        tag_field = next(iter(structs.values())).tag_field
        assert tag_field is not None
        if not isinstance(node, Mapping):
            return self._fault(node, path, f"{shown(node)} is not a mapping (key: value)")
        tag = node.entries.get(tag_field)
        one_of = f"one of {', '.join(structs)}"
        if tag is None:
            return self._fault(node, f"{path}.{tag_field}", f"is missing: {one_of}")
        chosen = structs.get(tag.text) if isinstance(tag, Scalar) else None
        if chosen is None:
            return self._fault(tag, f"{path}.{tag_field}", f"{shown(tag)} is not {one_of}")
        return self._struct(node, chosen, path)

    def _secret(self, node: Scalar, path: str) -> object:
        scheme, colon, place = node.text.partition(":")
        if scheme not in ("env", "file") or not colon or not place:
            why = "a secret is never written here; say where it is: env:NAME or file:PATH (value not shown)"
            return self._fault(node, path, why)
        try:
            return Secret(node.text, self._read_secret(node.text))
        except ValueError as error:
            return self._fault(node, path, f"{node.text}: {error}")

    def _scalar(self, node: Scalar, kind: inspect.Type, path: str, zero: bool) -> object:
        value: object = None
        text = node.text
        if isinstance(kind, inspect.IntType):
            value = int(text) if _WHOLE.fullmatch(text) else None
        elif isinstance(kind, inspect.DecimalType):
            value = Decimal(text) if _DECIMAL.fullmatch(text) else None
        elif isinstance(kind, inspect.BoolType):
            value = {"true": True, "false": False}.get(text)
        elif isinstance(kind, inspect.LiteralType):
            value = text if text in kind.values else None
        else:
            assert isinstance(kind, inspect.StrType), f"{path}: {kind} is not made from YAML"
            value = text if text.isprintable() else None
        if zero and isinstance(value, Decimal) and value == 0:
            return value
        if value is None or not _within(value, kind):
            rule = rule_of(kind).replace("above 0", "from 0") if zero else rule_of(kind)
            return self._fault(node, path, f"{shown(node)} is not {rule}")
        return value


def unknown_key(written: str, known: Iterable[str]) -> str:
    """What to say of a key that the record does not have."""
    known = list(known)
    near = difflib.get_close_matches(_snake(written), known, n=1, cutoff=0.5)
    hint = f"; the nearest known key is {near[0]}" if near else f"; known keys are {', '.join(known)}"
    return f"unknown key {quoted(written)}{hint}"


# -- rules in words ----------------------------------------------------------------------------------------------------


def _within(value: object, kind: inspect.Type) -> bool:
    if isinstance(kind, inspect.IntType):
        assert isinstance(value, int)
        return (kind.ge is None or value >= kind.ge) and (kind.le is None or value <= kind.le)
    if isinstance(kind, inspect.DecimalType):
        assert isinstance(value, Decimal)
        return value > 0
    if isinstance(kind, inspect.StrType):
        assert isinstance(value, str)
        if not (kind.min_length or 0) <= len(value) <= (kind.max_length or 4096):
            return False
        return kind.pattern is None or re.search(kind.pattern, value) is not None
    return True


def rule_of(kind: inspect.Type) -> str:
    """What a value of this type must be."""
    if isinstance(kind, inspect.IntType):
        return f"a whole number from {kind.ge} to {kind.le} ({_DIGITS_ONLY})"
    if isinstance(kind, inspect.DecimalType):
        return f"a decimal number above 0 with at most 12 decimal places ({_DIGITS_ONLY})"
    if isinstance(kind, inspect.BoolType):
        return "true or false"
    if isinstance(kind, inspect.LiteralType):
        return f"one of {', '.join(str(value) for value in kind.values if value)}"
    if isinstance(kind, inspect.StrType):
        words = _RULES_IN_WORDS[kind.pattern] if kind.pattern else "text without control characters"
        least = " of at least one character" if kind.min_length else ""
        return f"{words}{least}, at most {kind.max_length or 4096} characters"
    return "a value"


def about(kind: inspect.Type) -> str:
    """The line in `config.model` that says what the field is for."""
    while isinstance(kind, inspect.Metadata):
        description = (kind.extra_json_schema or {}).get("description")
        if description is not None:
            return str(description)
        kind = kind.type
    return rule_of(kind)


def shown(node: Node) -> str:
    if isinstance(node, Mapping):
        return "a mapping"
    return "a list" if isinstance(node, Sequence) else quoted(node.text)


def quoted(text: str) -> str:
    return repr(text if len(text) <= SHOWN_MAX else text[:SHOWN_MAX] + "...")


def _snake(written: str) -> str:
    """QuickFIX's ResetOnLogon as reset_on_logon."""
    return re.sub(r"(?<=[a-z0-9])(?=[A-Z])", "_", written).replace("-", "_").lower()
