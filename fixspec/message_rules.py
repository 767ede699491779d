"""The rules for one MsgType, compiled from a dictionary: per tag its section, format, enumeration and group."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from enum import IntEnum
from functools import lru_cache
from typing import Final

from fixspec.dictionary import Dictionary, Field, Member, MessageDefinition
from fixspec.formats import FORMATS, MULTIPLE_VALUE_TYPES, Format

USER_DEFINED_MIN: Final = 5000

_TAG = re.compile(rb"[1-9][0-9]{0,8}").fullmatch


class Section(IntEnum):
    """Parts of a message, in their order."""

    HEADER = 0
    BODY = 1
    TRAILER = 2


def is_user_defined(tag: bytes) -> bool:
    """A well-formed tag number of 5000 or above."""
    return len(tag) >= 4 and _TAG(tag) is not None and int(tag) >= USER_DEFINED_MIN


def is_tag_number(tag: bytes) -> bool:
    """A positive number without leading zeros, at most nine digits."""
    return _TAG(tag) is not None


def sort_number(tag: bytes) -> int:
    """Place of a tag among others; what is no tag number comes first."""
    return int(tag) if _TAG(tag) else 0


class FieldRule:
    """What a value of one field may be.

    format  the predicate of its type, None if every text will do
    values  the enumeration, None if open
    check   one predicate for both over non-empty values, None if all pass
    """

    __slots__ = ("_is_multiple", "check", "format", "values")

    def __init__(self, definition: Field, agreed: frozenset[bytes] | None, any_value: bool) -> None:
        """agreed: the values of the rules of engagement, instead of the dictionary's; any_value: of neither."""
        self.format: Format | None = FORMATS[definition.type]
        self.values = agreed if agreed is not None else frozenset(definition.values) or None
        if any_value:
            self.values = None
        self._is_multiple = definition.type in MULTIPLE_VALUE_TYPES
        self.check = self._make_check()

    def is_enumerated(self, value: bytes) -> bool:
        """Is the (well-formed) value one of the enumeration, or each of its words?"""
        if self.values is None:
            return True
        if self._is_multiple:
            return self.values.issuperset(value.split(b" "))
        return value in self.values

    def _make_check(self) -> Format | None:
        is_well_formed = self.format
        if self.values is None:
            return is_well_formed
        if not self._is_multiple and (is_well_formed is None or all(map(is_well_formed, self.values))):
            return self.values.__contains__
        return lambda value: (is_well_formed is None or is_well_formed(value)) and self.is_enumerated(value)


class GroupRules:
    """A repeating group: place of each member, required tags, groups nested in it."""

    __slots__ = ("count_tag", "delimiter", "fields", "groups", "order", "required")

    def __init__(self, count: Member, rule_of: Callable[[Field], FieldRule]) -> None:
        assert count.group is not None
        members = count.group.members
        self.count_tag = count.field.tag
        self.delimiter = count.group.delimiter
        self.order: dict[bytes, int] = {}
        for place, member in enumerate(members):
            self.order.setdefault(member.field.tag, place)
        self.fields = {member.field.tag: rule_of(member.field) for member in members}
        self.required = _required(members)
        self.groups = {m.field.tag: GroupRules(m, rule_of) for m in members if m.group is not None}


class MessageRules:
    """All that `Rulebook` wants to know about one MsgType; without a definition, header and trailer alone.

    fields     tag -> rule, header, body and trailer, outside groups
    sections   tag -> section, the same tags
    required   sections -> tags, ascending
    groups     NumInGroup tag -> group, outside groups
    """

    __slots__ = ("_rule_of", "_vocabulary", "definition", "fields", "groups", "required", "sections")

    def __init__(
        self,
        dictionary: Dictionary,
        definition: MessageDefinition | None,
        agreed: Mapping[bytes, frozenset[bytes]],
        any_value: bool,
    ) -> None:
        """agreed: values by tag from the rules of engagement; any_value: enumerations do not count."""
        made: dict[bytes, FieldRule] = {}

        def rule_of(definition: Field) -> FieldRule:
            rule = made.get(definition.tag)
            if rule is None:
                rule = made[definition.tag] = FieldRule(definition, agreed.get(definition.tag), any_value)
            return rule

        self.definition = definition
        self.fields: dict[bytes, FieldRule] = {}
        self.sections: dict[bytes, Section] = {}
        self.groups: dict[bytes, GroupRules] = {}
        self.required: dict[Section, tuple[bytes, ...]] = {}
        body = definition.members if definition is not None else ()
        parts = ((Section.HEADER, dictionary.header), (Section.TRAILER, dictionary.trailer), (Section.BODY, body))
        for section, members in parts:
            self.required[section] = _required(members)
            for member in members:
                tag = member.field.tag
                if tag not in self.fields:
                    self.fields[tag] = rule_of(member.field)
                    self.sections[tag] = section
                    if member.group is not None:
                        self.groups[tag] = GroupRules(member, rule_of)
        self._rule_of = rule_of
        self._vocabulary: Mapping[bytes, Field] = definition.fields if definition is not None else {}

    def foreign(self, tag: bytes) -> FieldRule | None:
        """The rule of a field that FIX has but not (or not here) in this message."""
        definition = self._vocabulary.get(tag)
        return None if definition is None else self._rule_of(definition)


@lru_cache(maxsize=4096)
def rules_of(
    dictionary: Dictionary, msg_type: bytes, agreed: frozenset[tuple[bytes, frozenset[bytes]]], any_value: bool
) -> MessageRules:
    """The rules for this MsgType, the same for all who ask; header and trailer alone if the dictionary lacks it."""
    return MessageRules(dictionary, dictionary.messages.get(msg_type), dict(agreed), any_value)


def _required(members: tuple[Member, ...]) -> tuple[bytes, ...]:
    return tuple(sorted({member.field.tag for member in members if member.required}, key=int))
