"""YAML text as a tree of texts with their lines, and none of YAML's traps.

A scalar stays the text that was written: the field's type decides what `010`, `no` or `12:30` mean, not YAML.
Refused: a key said twice (YAML keeps the last one silently), anchors and aliases (a few lines of them can stand for
gigabytes), tags, more than one document, more than `DEPTH_MAX` levels, more than `SIZE_MAX` bytes.
"""

from __future__ import annotations

from dataclasses import dataclass

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


class YamlRefused(Exception):
    """The text cannot be read. `line` counts from 1; 0 where none can be named."""

    def __init__(self, line: int, why: str) -> None:
        super().__init__(why)
        self.line = line
        self.why = why


@dataclass(frozen=True, slots=True)
class Scalar:
    line: int
    text: str
    plain: bool
    """Written without quotes: `null` and `true` mean something only then."""


@dataclass(frozen=True, slots=True)
class Sequence:
    line: int
    items: list[Node]


@dataclass(frozen=True, slots=True)
class Mapping:
    line: int
    entries: dict[str, Node]
    key_lines: dict[str, int]


Node = Scalar | Sequence | Mapping


def read_tree(data: bytes) -> Node:
    """The tree of a YAML document; an empty document is an empty mapping. Raises YamlRefused."""
    if len(data) > SIZE_MAX:
        raise YamlRefused(0, f"{len(data)} bytes: a configuration has at most {SIZE_MAX}")
    try:
        text = data.decode()
    except UnicodeDecodeError as error:
        raise YamlRefused(data.count(b"\n", 0, error.start) + 1, "not UTF-8") from None
    try:
        return _Builder().build(text)
    except yaml.MarkedYAMLError as error:
        raise YamlRefused(_mark_line(error.problem_mark or error.context_mark), error.problem or "not YAML") from None
    except yaml.YAMLError as error:
        raise YamlRefused(0, f"not YAML: {error}") from None


def _mark_line(mark: object) -> int:
    """The line of a parser's mark, from 1; the C parser and the Python one have marks of different classes."""
    line = getattr(mark, "line", None)
    return line + 1 if isinstance(line, int) else 0


class _Builder:
    """Folds the parser's events into nodes; the open collections stand on a stack, so nothing here recurses."""

    def __init__(self) -> None:
        self._open: list[Sequence | Mapping] = []
        self._keys: list[Scalar | None] = []  # per open mapping: the key that waits for its value
        self._root: Node | None = None
        self._documents = 0

    def build(self, text: str) -> Node:
        for event in yaml.parse(text, Loader=yaml.CSafeLoader):
            self._take(event, _mark_line(event.start_mark))
        if self._root is None or self._root == Scalar(self._root.line, "", True):
            return Mapping(1, {}, {})
        return self._root

    def _take(self, event: Event, line: int) -> None:
        if isinstance(event, DocumentStartEvent):
            self._documents += 1
            if self._documents > 1:
                raise YamlRefused(line, "a second document; a configuration is one")
        elif isinstance(event, AliasEvent) or (isinstance(event, NodeEvent) and event.anchor is not None):
            raise YamlRefused(line, f"anchor or alias {event.anchor!r}: write the value out")
        elif isinstance(event, ScalarEvent):
            self._refuse_tag(event.tag, line)
            self._place(Scalar(line, event.value, plain=not event.style))
        elif isinstance(event, SequenceStartEvent):
            self._refuse_tag(event.tag, line)
            self._push(Sequence(line, []))
        elif isinstance(event, MappingStartEvent):
            self._refuse_tag(event.tag, line)
            self._push(Mapping(line, {}, {}))
        elif isinstance(event, (SequenceEndEvent, MappingEndEvent)):
            self._open.pop()
            self._keys.pop()

    @staticmethod
    def _refuse_tag(tag: str | None, line: int) -> None:
        if tag is not None:
            raise YamlRefused(line, f"tag {tag!r}: the type of a value is known from its key")

    def _push(self, node: Sequence | Mapping) -> None:
        if len(self._open) == DEPTH_MAX:
            raise YamlRefused(node.line, f"more than {DEPTH_MAX} levels deep")
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
            raise YamlRefused(node.line, "a key must be a word")
        if node.text in parent.entries:
            first = parent.key_lines[node.text]
            raise YamlRefused(node.line, f"key {node.text} is said twice, first in line {first}")
        parent.key_lines[node.text] = node.line
        self._keys[-1] = node
