"""Data dictionaries in QuickFIX's XML form: which fields, groups and messages a FIX version has.

The files of QuickFIX and of venues load unchanged. Components are expanded: what comes out is messages made of
fields and repeating groups, in the order of the file. A mistake in a file is told with file, line and element.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cache, lru_cache
from pathlib import Path
from xml.parsers import expat

from fixspec.formats import FORMATS


class DictionaryError(ValueError):
    """A dictionary file that cannot be used; the text names file, line, element and what is wrong with it."""


@dataclass(frozen=True, slots=True)
class Field:
    """A field as the dictionary defines it. values: the enumeration, value -> description; empty if open."""

    tag: bytes
    name: str
    type: str
    values: Mapping[bytes, str]


@dataclass(frozen=True, slots=True)
class RepeatingGroup:
    """A repeating group: its members in order; the first one delimits the entries."""

    members: tuple[Member, ...]

    @property
    def delimiter(self) -> bytes:
        """The tag that every entry starts with."""
        return self.members[0].field.tag


@dataclass(frozen=True, slots=True)
class Member:
    """A field at its place in a header, message, trailer or group; with a group if it is its NumInGroup field."""

    field: Field
    required: bool
    group: RepeatingGroup | None = None


@dataclass(frozen=True, slots=True)
class MessageDefinition:
    """A message: its body. fields: the tags that exist for its body at all (of a joined pair: of its own half)."""

    msg_type: bytes
    name: str
    is_admin: bool
    members: tuple[Member, ...]
    fields: Mapping[bytes, Field]


@dataclass(frozen=True, slots=True, eq=False)
class Dictionary:
    """One FIX version. begin_string: BeginString(8) of its sessions, for 5.0 alone the version (FIX.5.0SP2).

    One is another's equal only if it is the same object: what is made of one is kept under it."""

    begin_string: bytes
    header: tuple[Member, ...]
    trailer: tuple[Member, ...]
    messages: Mapping[bytes, MessageDefinition]
    fields: Mapping[bytes, Field]


def load_dictionary(path: str | Path) -> Dictionary:
    """Read a dictionary file. Raises DictionaryError for its contents, OSError for the disk."""
    path = Path(path)
    return _Loader(path, _parse(path)).load()


@lru_cache
def join_dictionaries(transport: Dictionary, application: Dictionary) -> Dictionary:
    """FIXT.1.1 with a FIX 5.0: header, trailer and session messages of the one, application messages of the other.

    A field in a session message is judged by the transport dictionary alone, one in the body of an application
    message by the application dictionary alone.
    """
    return Dictionary(
        begin_string=transport.begin_string,
        header=transport.header,
        trailer=transport.trailer,
        messages={**application.messages, **transport.messages},
        fields={**application.fields, **transport.fields},
    )


@cache
def own_dictionary(name: str) -> Dictionary:
    """A dictionary that comes with the gateway, by file name: "FIX42", "FIX44", "FIX50SP2", "FIXT11"."""
    return load_dictionary(Path(__file__).parent / "dictionaries" / f"{name}.xml")


@dataclass(slots=True)
class _Element:
    name: str
    attributes: dict[str, str]
    line: int
    children: list[_Element] = field(default_factory=list)


def _parse(path: Path) -> _Element:
    """The file as a tree that remembers its lines (ElementTree forgets them)."""
    document = _Element("", {}, 0)
    stack = [document]
    parser = expat.ParserCreate()

    def start(name: str, attributes: dict[str, str]) -> None:
        element = _Element(name, attributes, parser.CurrentLineNumber)
        stack[-1].children.append(element)
        stack.append(element)

    def end(_name: str) -> None:
        stack.pop()

    parser.StartElementHandler = start
    parser.EndElementHandler = end
    try:
        parser.Parse(path.read_bytes(), True)
    except expat.ExpatError as error:
        raise DictionaryError(f"{path}: not well-formed XML: {error}") from error
    return document.children[0]


class _Loader:
    """Turns the tree of one file into a Dictionary."""

    def __init__(self, path: Path, root: _Element) -> None:
        self._path = path
        self._root = root
        self._fields: dict[str, Field] = {}
        self._components: dict[str, _Element] = {}
        self._expanded: dict[tuple[str, bool], tuple[Member, ...]] = {}
        self._expanding: list[str] = []
        self._char_is_string = False

    def load(self) -> Dictionary:
        root = self._root
        if root.name != "fix":
            raise self._error(root, "the document element is not <fix>")
        begin_string = self._begin_string()
        # FIX 4.0 and 4.1 knew no STRING: their CHAR is a text of any length.
        self._char_is_string = begin_string in ("FIX.4.0", "FIX.4.1")
        sections = {section.name: section for section in root.children}
        for name in ("header", "trailer", "messages", "fields"):
            if name not in sections:
                raise self._error(root, f"there is no <{name}>")
        fields = self._load_fields(sections["fields"])
        for element in sections["components"].children if "components" in sections else ():
            self._components[self._attribute(element, "name")] = element
        messages: dict[bytes, MessageDefinition] = {}
        for element in sections["messages"].children:
            message = self._load_message(element, fields)
            if message.msg_type in messages:
                raise self._error(element, f"msgtype '{message.msg_type.decode()}' is defined twice")
            messages[message.msg_type] = message
        return Dictionary(
            begin_string.encode("ascii"),
            self._members(sections["header"], required=True),
            self._members(sections["trailer"], required=True),
            messages,
            fields,
        )

    def _begin_string(self) -> str:
        root = self._root
        kind = root.attributes.get("type", "FIX")
        major, minor = self._attribute(root, "major"), self._attribute(root, "minor")
        service_pack = root.attributes.get("servicepack", "0")
        if kind not in ("FIX", "FIXT") or not (major + minor + service_pack).isdigit():
            raise self._error(root, "type is not FIX or FIXT, or major, minor, servicepack are not numbers")
        return f"{kind}.{major}.{minor}" + (f"SP{service_pack}" if service_pack != "0" else "")

    def _load_fields(self, section: _Element) -> dict[bytes, Field]:
        by_tag: dict[bytes, Field] = {}
        for element in section.children:
            number, name = self._attribute(element, "number"), self._attribute(element, "name")
            if not (number.isascii() and number.isdigit()) or number[0] == "0":
                raise self._error(element, f"number '{number}' is not a tag number")
            kind = self._attribute(element, "type").upper()
            if kind not in FORMATS:
                raise self._error(element, f"type '{kind}' is not a FIX data type")
            if kind == "CHAR" and self._char_is_string:
                kind = "STRING"
            values = {
                self._attribute(value, "enum").encode(): value.attributes.get("description", "")
                for value in element.children
                if value.name == "value"
            }
            tag = number.encode("ascii")
            if tag in by_tag or name in self._fields:
                raise self._error(element, f"number {number} or name '{name}' is defined twice")
            by_tag[tag] = self._fields[name] = Field(tag, name, kind, values)
        return by_tag

    def _load_message(self, element: _Element, fields: Mapping[bytes, Field]) -> MessageDefinition:
        return MessageDefinition(
            msg_type=self._attribute(element, "msgtype").encode(),
            name=self._attribute(element, "name"),
            is_admin=element.attributes.get("msgcat") == "admin",
            members=self._members(element, required=True),
            fields=fields,
        )

    def _members(self, parent: _Element, *, required: bool) -> tuple[Member, ...]:
        """The children of a header, message, component or group; `required` false makes every member optional."""
        members: list[Member] = []
        for element in parent.children:
            name = self._attribute(element, "name")
            needed = required and element.attributes.get("required", "N").upper() == "Y"
            if element.name == "component":
                members += self._component(element, name, needed)
            elif element.name == "field":
                members.append(Member(self._field(element, name), needed))
            elif element.name == "group":
                inner = self._members(element, required=True)
                if not inner:
                    raise self._error(element, "the group has no members")
                members.append(Member(self._field(element, name), needed, RepeatingGroup(inner)))
            else:
                raise self._error(element, f"unknown element in <{parent.name}>")
        return tuple(members)

    def _component(self, element: _Element, name: str, required: bool) -> tuple[Member, ...]:
        known = self._expanded.get((name, required))
        if known is not None:
            return known
        if name not in self._components:
            raise self._error(element, f"component '{name}' is not defined in <components>")
        if name in self._expanding:
            raise self._error(element, f"component '{name}' contains itself")
        self._expanding.append(name)
        members = self._members(self._components[name], required=required)
        self._expanding.pop()
        self._expanded[name, required] = members
        return members

    def _field(self, element: _Element, name: str) -> Field:
        if name not in self._fields:
            raise self._error(element, f"field '{name}' is not defined in <fields>")
        return self._fields[name]

    def _attribute(self, element: _Element, name: str) -> str:
        value = element.attributes.get(name)
        if not value:
            raise self._error(element, f"it has no attribute {name}")
        return value

    def _error(self, element: _Element, what: str) -> DictionaryError:
        name = element.attributes.get("name")
        shown = f"<{element.name} name='{name}'>" if name else f"<{element.name}>"
        return DictionaryError(f"{self._path}, line {element.line}: {shown}: {what}")
