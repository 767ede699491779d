"""YAML text as a tree of texts with their places, and none of YAML's traps.

A scalar stays the text that was written: the field's type decides what `010`, `no` or `12:30` mean, not YAML.
Refused: a key said twice (YAML keeps the last one silently), anchors and aliases (a few lines of them can stand for
gigabytes), tags, more than one document, more than `DEPTH_MAX` levels, more than `SIZE_MAX` bytes.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import NamedTuple

import yaml
from yaml.events import (
    AliasEvent,
    DocumentStartEvent,
    Event,
    MappingEndEvent,
    MappingStartEvent,
    NodeEvent,
    ScalarEvent,
    SequenceEndEvent,
    SequenceStartEvent,
)

SIZE_MAX = 1 << 20
DEPTH_MAX = 20


class Place(NamedTuple):
    """Where something stands in a file, both counted from 1; 0 where none can be named."""

    line: int
    column: int


NOWHERE = Place(0, 0)


class YamlRefused(Exception):
    """The text cannot be read."""

    def __init__(self, place: Place, why: str) -> None:
        super().__init__(why)
        self.place = place
        self.why = why


@dataclass(frozen=True, slots=True)
class Scalar:
    place: Place
    text: str
    plain: bool
    """Written without quotes: `null` and `true` mean something only then."""


@dataclass(frozen=True, slots=True)
class Sequence:
    place: Place
    items: list[Node]


@dataclass(frozen=True, slots=True)
class Mapping:
    place: Place
    entries: dict[str, Node]
    key_places: dict[str, Place]
    spellings: dict[str, str] = field(default_factory=dict)
    """Keys that were written in another spelling, as they were written (`config.spelling`)."""


Node = Scalar | Sequence | Mapping


def read_tree(data: bytes) -> Node:
    """The tree of a YAML document; an empty document is an empty mapping. Raises YamlRefused."""
    if len(data) > SIZE_MAX:
        raise YamlRefused(NOWHERE, f"{len(data)} bytes: a configuration has at most {SIZE_MAX}")
    try:
        text = data.decode()
    except UnicodeDecodeError as error:
        before = data[: error.start]
        column = error.start - (before.rfind(b"\n") + 1) + 1
        why = "not UTF-8: save the file in that encoding"
        raise YamlRefused(Place(before.count(b"\n") + 1, column), why) from None
    try:
        return _Builder().build(text)
    except yaml.MarkedYAMLError as error:
        why = f"not YAML: {error.problem or 'cannot be read'}"
        raise YamlRefused(_place_of(error.problem_mark or error.context_mark), why) from None
    except yaml.YAMLError as error:
        raise YamlRefused(NOWHERE, f"not YAML: {error}") from None


def _place_of(mark: object) -> Place:
    """The place of a parser's mark; the C parser and the Python one have marks of different classes."""
    line, column = getattr(mark, "line", None), getattr(mark, "column", None)
    return Place(line + 1, column + 1) if isinstance(line, int) and isinstance(column, int) else NOWHERE


class _Builder:
    """Folds the parser's events into nodes; the open collections stand on a stack, so nothing here recurses."""

    def __init__(self) -> None:
        self._open: list[Sequence | Mapping] = []
        self._keys: list[Scalar | None] = []  # per open mapping: the key that waits for its value
        self._root: Node | None = None
        self._documents = 0

    def build(self, text: str) -> Node:
        for event in yaml.parse(text, Loader=yaml.CSafeLoader):
            self._take(event, _place_of(event.start_mark))
        if self._root is None or self._root == Scalar(self._root.place, "", True):
            return Mapping(Place(1, 1), {}, {})
        return self._root

    def _take(self, event: Event, place: Place) -> None:
        if isinstance(event, DocumentStartEvent):
            self._documents += 1
            if self._documents > 1:
                raise YamlRefused(place, "a second document; a configuration is one")
        elif isinstance(event, AliasEvent) or (isinstance(event, NodeEvent) and event.anchor is not None):
            raise YamlRefused(place, f"anchor or alias {event.anchor!r}: write the value out")
        elif isinstance(event, ScalarEvent):
            self._refuse_tag(event.tag, place)
            self._place(Scalar(place, event.value, plain=not event.style))
        elif isinstance(event, SequenceStartEvent):
            self._refuse_tag(event.tag, place)
            self._push(Sequence(place, []))
        elif isinstance(event, MappingStartEvent):
            self._refuse_tag(event.tag, place)
            self._push(Mapping(place, {}, {}))
        elif isinstance(event, (SequenceEndEvent, MappingEndEvent)):
            self._open.pop()
            self._keys.pop()

    @staticmethod
    def _refuse_tag(tag: str | None, place: Place) -> None:
        if tag is not None:
            raise YamlRefused(place, f"tag {tag!r}: the type of a value is known from its key")

    def _push(self, node: Sequence | Mapping) -> None:
        if len(self._open) == DEPTH_MAX:
            raise YamlRefused(node.place, f"more than {DEPTH_MAX} levels deep")
        self._place(node)
        self._open.append(node)
        self._keys.append(None)

    def _place(self, node: Node) -> None:
        if not self._open:
            self._root = node
            return
        parent = self._open[-1]
        if isinstance(parent, Sequence):
            parent.items.append(node)
            return
        key = self._keys[-1]
        if key is not None:
            parent.entries[key.text] = node
            self._keys[-1] = None
            return
        if not isinstance(node, Scalar):
            raise YamlRefused(node.place, "a key must be a word")
        if node.text in parent.entries:
            first = parent.key_places[node.text].line
            raise YamlRefused(node.place, f"key {node.text} is said twice, first in line {first}")
        parent.key_places[node.text] = node.place
        self._keys[-1] = node
