"""Walk a message field by field, split off its repeating groups, and find its first fault.

The order of the checks is QuickFIX's, so that a message with several faults gets the verdict that peers expect:

phase 0   header, body and trailer each in one piece (373=14)
phase 1   MsgType(35) known (11)
phase 2   required tags present (1): header, trailer, body, each by ascending tag, then the entries of groups
phase 3   each field of header, trailer, body, by ascending tag: repeated (13), without value (4), format (6),
          enumeration (5), tag number (0), not of this message (2), NumInGroup (16)
phase 4   the fields inside groups, in wire order: place in the entry (15), without value, format, enumeration,
          nested NumInGroup; QuickFIX leaves these to the application, FIX test case 14.j demands (15)

The walk goes in wire order and keeps the fault with the least key (phase, section, tag, ...), so nothing is sorted.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from fixspec import faults
from fixspec.codec import FIELDS_MAX
from fixspec.faults import Fault
from fixspec.message import Group, Message
from fixspec.message_rules import (
    FieldRule,
    GroupRules,
    MessageRules,
    Section,
    is_tag_number,
    is_user_defined,
    sort_number,
)
from fixspec.numbers import parse_int

_Key = tuple[int, ...]
_Pairs = list[tuple[bytes, bytes]]

# Ranks of the checks of one field, in the order of phase 3.
_REPEATED: Final = 0
_VALUE_OR_TAG: Final = 1
_COUNT: Final = 2
_IN_GROUPS: Final = 3  # after the sections in phase 2

# Section -> its turn: QuickFIX judges the trailer before the body.
_TURN: Final = {Section.HEADER: 0, Section.TRAILER: 1, Section.BODY: 2}


@dataclass(frozen=True, slots=True)
class ValidationOptions:
    """What is judged; each option is named after the key of QuickFIX (or QuickFIX/J) that it follows."""

    fields_out_of_order: bool = True
    """ValidateFieldsOutOfOrder. False accepts a header field in the body and the like."""
    fields_have_values: bool = True
    """ValidateFieldsHaveValues. False accepts a tag without a value, whose format is then not judged."""
    user_defined_fields: bool = True
    """ValidateUserDefinedFields. False accepts tags from 5000 on that the message does not have."""
    unknown_msg_fields: bool = False
    """AllowUnknownMsgFields. True accepts tags below 5000 that the message, or all of FIX, does not have."""
    unknown_enum_values: bool = False
    """AllowUnknownEnumValues. True accepts values outside the enumeration of their field."""
    unordered_group_fields: bool = True
    """ValidateUnorderedGroupFields. False accepts the fields of a group entry in any order behind its first one."""
    first_field_in_group_is_delimiter: bool = False
    """FirstFieldInGroupIsDelimiter. True: entries are delimited by whatever field the first one begins with. Needs
    unordered_group_fields=False."""
    group_entries_max: int = 100
    """Most entries of one repeating group; a higher NumInGroup is out of range (373=5)."""
    fields_max: int = FIELDS_MAX
    """Most fields of one message; one with more is garbled."""
    length_and_checksum: bool = True
    """ValidateLengthAndChecksum. False accepts a wrong BodyLength(9) or CheckSum(10) of what could be framed."""
    use_data_dictionary: bool = True
    """UseDataDictionary. False judges nothing: the dictionary only says which fields are groups."""


class Judge:
    """One walk over one message."""

    __slots__ = ("_first", "_key", "_options", "_pairs", "_rules", "_top")

    def __init__(self, rules: MessageRules, options: ValidationOptions) -> None:
        self._rules = rules
        self._options = options
        self._pairs: _Pairs = []
        self._key: _Key | None = None
        self._first: tuple[int, bytes | None] = (0, None)
        self._top: _Key = ()  # phase 3 key of the outermost group being read

    def judge(self, message: Message) -> Fault | None:
        """The first fault or None. Replaces fields and groups of the message by the split ones, also if faulty."""
        self._pairs = message.pairs
        fields, groups = self._read_top()
        message.fields = fields
        if groups:
            message.groups = groups
        if self._rules.definition is None:
            self._note((1,), faults.INVALID_MSG_TYPE, None)
        for section, tags in self._rules.required.items():
            for tag in tags:
                if tag not in fields:
                    self._note((2, _TURN[section], int(tag)), faults.REQUIRED_TAG_MISSING, tag)
        return None if self._key is None else faults.fault(*self._first)

    def _note(self, key: _Key, reason: int, tag: bytes | None) -> None:
        if self._key is None or key < self._key:
            self._key = key
            self._first = (reason, tag)

    def _read_top(self) -> tuple[dict[bytes, bytes], dict[bytes, list[Group]]]:
        rules, pairs = self._rules, self._pairs
        top_fields, sections, top_groups = rules.fields, rules.sections, rules.groups
        fields: dict[bytes, bytes] = {}
        groups: dict[bytes, list[Group]] = {}
        opened = Section.HEADER
        at, end = 0, len(pairs)
        while at < end:
            tag, value = pairs[at]
            at += 1
            section = sections.get(tag, Section.BODY)
            if section is not opened:
                if section < opened and self._options.fields_out_of_order:
                    self._note((0, at), faults.TAG_OUT_OF_ORDER, tag)
                else:
                    opened = section
            repeated = tag in fields
            rule = top_fields.get(tag)
            if rule is None:
                reason = self._foreign_fault(tag, value)
            elif value and (rule.check is None or rule.check(value)):
                reason = None
            else:
                reason = self._value_fault(rule, value)
            if reason is not None:
                self._note((3, _TURN[section], sort_number(tag), repeated, _VALUE_OR_TAG), reason, tag)
            if repeated:
                self._note((3, _TURN[section], sort_number(tag), 1, _REPEATED), faults.TAG_APPEARS_MORE_THAN_ONCE, tag)
            else:
                fields[tag] = value
            group = top_groups.get(tag)
            if group is not None:
                self._top = (3, _TURN[section], int(tag), repeated)
                entries, at = self._read_entries(group, at)
                self._judge_count((*self._top, _COUNT), tag, value, len(entries))
                groups.setdefault(tag, entries)
        return fields, groups

    def _read_entries(self, rules: GroupRules, at: int) -> tuple[list[Group], int]:
        """The entries that start at pairs[at], and where they end: at the first field that is no member."""
        pairs, order, options = self._pairs, rules.order, self._options
        ordered = options.unordered_group_fields
        entries: list[Group] = []
        fields: dict[bytes, bytes] = {}
        groups: dict[bytes, list[Group]] = {}
        end, place, begun = len(pairs), -1, at
        any_delimiter = options.first_field_in_group_is_delimiter and not ordered and at < end
        delimiter = pairs[at][0] if any_delimiter else rules.delimiter
        while at < end:
            tag, value = pairs[at]
            next_place = order.get(tag)
            if next_place is None:
                after = self._end_of_strangers(rules, at)
                if not entries or after == at:
                    break
                fields.update(pairs[at:after])
                at = after
                continue
            if not entries or tag == delimiter or tag in fields:
                self._judge_required(rules, entries, begun)
                begun = at
                fields, groups = {}, {}
                entries.append(Group(fields, groups))
                misplaced = tag != delimiter
            else:
                misplaced = next_place < place
            place = next_place
            if misplaced and (ordered or not fields):
                self._note((4, at), faults.GROUP_MEMBERS_OUT_OF_ORDER, tag)
            rule = rules.fields[tag]
            if not value or (rule.check is not None and not rule.check(value)):
                reason = self._value_fault(rule, value)
                if reason is not None:
                    self._note((4, at), reason, tag)
            fields[tag] = value
            at += 1
            nested = rules.groups.get(tag)
            if nested is not None:
                count_at = at
                groups[tag], at = self._read_entries(nested, at)
                self._judge_count((4, count_at), tag, value, len(groups[tag]))
        self._judge_required(rules, entries, begun)
        return entries, at

    def _end_of_strangers(self, rules: GroupRules, at: int) -> int:
        """End of a run of tolerated unknown fields inside a group; `at` itself unless the group goes on after it."""
        after = at
        while after < len(self._pairs):
            tag = self._pairs[after][0]
            if tag in rules.order:
                return after
            if tag in self._rules.fields or not self._is_tolerated(tag):
                return at
            after += 1
        return at

    def _judge_required(self, rules: GroupRules, entries: list[Group], begun: int) -> None:
        """The last of `entries`, begun at pairs[begun], is complete: has it all that it must have?"""
        if entries:
            fields = entries[-1].fields
            for tag in rules.required:
                if tag not in fields:
                    self._note((2, _IN_GROUPS, self._top[2], begun, int(tag)), faults.REQUIRED_TAG_MISSING, tag)

    def _judge_count(self, key: _Key, tag: bytes, value: bytes, entry_count: int) -> None:
        count = parse_int(value)
        if count is None:  # an empty or malformed count has been noted as such
            return
        if count > self._options.group_entries_max:
            self._note(key, faults.VALUE_INCORRECT, tag)
        elif count != entry_count:
            self._note(key, faults.INCORRECT_NUM_IN_GROUP, tag)

    def _value_fault(self, rule: FieldRule, value: bytes) -> int | None:
        if not value:
            return faults.TAG_WITHOUT_VALUE if self._options.fields_have_values else None
        if rule.format is not None and not rule.format(value):
            return faults.INCORRECT_DATA_FORMAT
        if not rule.is_enumerated(value):
            return faults.VALUE_INCORRECT
        return None

    def _foreign_fault(self, tag: bytes, value: bytes) -> int | None:
        """For a field that is not of this message."""
        rule = self._rules.foreign(tag)
        if rule is not None:
            reason = self._value_fault(rule, value)
            if reason is not None:
                return reason
            return None if self._is_tolerated(tag) else faults.TAG_NOT_DEFINED_FOR_MESSAGE
        if not value and self._options.fields_have_values:
            return faults.TAG_WITHOUT_VALUE
        return None if self._is_tolerated(tag) else faults.INVALID_TAG_NUMBER

    def _is_tolerated(self, tag: bytes) -> bool:
        if is_user_defined(tag):
            return not self._options.user_defined_fields
        return self._options.unknown_msg_fields and is_tag_number(tag)
