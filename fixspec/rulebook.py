"""Judge a message by a dictionary: session-level faults (35=3), and by rules of engagement: business faults (35=j).

Session-level faults come first (`judge` gives their order); only a message without any is held against the rules
of engagement.

The *shape* of a message, its MsgType and sequence of tags, decides everything about it but its values. A shape once
judged valid is remembered, and the next message of that shape is read and judged in one step (`recognizer`).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from functools import partial
from typing import Final

from fixspec.codec import Garbled, decode
from fixspec.dictionary import Dictionary, Member, MessageDefinition
from fixspec.faults import (
    BUSINESS_TEXTS,
    CONDITIONALLY_REQUIRED_FIELD_MISSING,
    NOT_AUTHORIZED,
    UNSUPPORTED_MESSAGE_TYPE,
)
from fixspec.faults import BusinessFault as BusinessFault
from fixspec.faults import Fault as Fault
from fixspec.judge import Judge
from fixspec.judge import ValidationOptions as ValidationOptions
from fixspec.message import Message
from fixspec.message_rules import MessageRules, rules_of
from fixspec.recognizer import Recognizer

SHAPE_TAGS_MAX: Final = 64
"""Longer messages are judged one by one."""

_EMPTY_VALUE: Final = b"=\x01"


@dataclass(frozen=True, slots=True)
class Condition:
    """`tag` must be there when `when_tag` has one of `when_values`: Price(44) when OrdType(40) is Limit. `or_tag` will
    do instead of it: ExpireDate(432) for ExpireTime(126)."""

    tag: bytes
    when_tag: bytes
    when_values: frozenset[bytes]
    or_tag: bytes = b""


@dataclass(frozen=True, slots=True)
class MessageTerms:
    """What is agreed for one message on top of the dictionary.

    values        tag -> the values there are, in place of the dictionary's; any other is a session-level fault
    alternatives  one tag of each of these must be there: OrderQty(38) or CashOrderQty(152)
    forbidden     tags that this session may not send
    allowed       tag -> the values that it may send, of those there are
    """

    required: frozenset[bytes] = frozenset()
    conditions: tuple[Condition, ...] = ()
    values: Mapping[bytes, frozenset[bytes]] = field(default_factory=dict)
    alternatives: tuple[tuple[bytes, ...], ...] = ()
    forbidden: frozenset[bytes] = frozenset()
    allowed: Mapping[bytes, frozenset[bytes]] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class RulesOfEngagement:
    """An overlay on a dictionary: the application messages that are accepted, and on what terms.

    not_authorized  messages that others may send and this session may not (380=6); what is in neither is not supported
                    (380=3)
    elsewhere       messages of FIX, of whatever version: where the dictionary lacks them they are not supported
                    (380=3), and no unknown MsgType(35)
    """

    messages: Mapping[bytes, MessageTerms]
    not_authorized: frozenset[bytes] = frozenset()
    elsewhere: frozenset[bytes] = frozenset()

    def within(self, dictionary: Dictionary) -> RulesOfEngagement:
        """The same for a dictionary that lacks some of the messages, or some of the tags that they may not have."""
        lacking = (self.messages.keys() | self.not_authorized) - dictionary.messages.keys()
        there = {
            msg_type: _without_strangers(terms, dictionary.messages[msg_type])
            for msg_type, terms in self.messages.items()
            if msg_type not in lacking
        }
        if there == self.messages and not lacking:
            return self
        return replace(
            self, messages=there, not_authorized=self.not_authorized - lacking, elsewhere=self.elsewhere | lacking
        )


def _tags_of(members: tuple[Member, ...]) -> set[bytes]:
    """Of those outside groups."""
    return {member.field.tag for member in members}


def _without_strangers(terms: MessageTerms, definition: MessageDefinition) -> MessageTerms:
    """What a message cannot have need not be forbidden."""
    forbidden = terms.forbidden & _tags_of(definition.members)
    return terms if forbidden == terms.forbidden else replace(terms, forbidden=forbidden)


def _is_allowed(values: frozenset[bytes], value: bytes | None) -> bool:
    """Where a field has several values, each of them."""
    return not value or value in values or values.issuperset(value.split())


def _business_fault(reason: int, ref_tag_id: bytes | None) -> BusinessFault:
    return BusinessFault(reason, ref_tag_id, BUSINESS_TEXTS[reason])


DEFAULT_OPTIONS: Final = ValidationOptions()


class Rulebook:
    """A dictionary, options and rules of engagement, made ready for judging. Not for use by two threads at once."""

    def __init__(
        self,
        dictionary: Dictionary,
        options: ValidationOptions = DEFAULT_OPTIONS,
        roe: RulesOfEngagement | None = None,
    ) -> None:
        """Raises ValueError if `roe` names a message or a tag that the dictionary does not have."""
        self.dictionary = dictionary
        self.options = options
        self.roe = roe
        self._rules: dict[bytes, MessageRules] = {}
        self.recognizer = Recognizer()
        self._no_message = rules_of(dictionary, b"", frozenset(), options.unknown_enum_values)
        if roe is not None:
            framing = _tags_of((*dictionary.header, *dictionary.trailer))
            for msg_type, terms in roe.messages.items():
                self._check_terms(msg_type, terms, framing)

    def knows(self, msg_type: bytes) -> bool:
        """Is this a MsgType(35) of the protocol?"""
        return msg_type in self.dictionary.messages

    def read(self, frame: bytes) -> Message | Garbled:
        """`codec.decode`, and judged at once when it is like a message that was valid before."""
        message = self.recognizer.recognise(frame)
        if message is None:
            return decode(frame, self.options.fields_max, self.options.length_and_checksum)
        message.valid_by = self
        return message

    def validate(self, message: Message, remember: bool = True) -> Fault | BusinessFault | None:
        """The first fault by the order above, or None. Splits the repeating groups off, faulty or not.

        With `remember` the next message of this shape is read and judged at once: for who judges a stream of them."""
        if message.valid_by is self:
            return None
        rules = self._rules.get(message.msg_type) or self._compile(message.msg_type)
        shape = tuple(message.fields) if message.field_count == len(message.fields) else None
        fault: Fault | BusinessFault | None = Judge(rules, self.options).judge(message)
        if not self.options.use_data_dictionary:
            return None
        if rules is self._no_message and self.roe is not None and message.msg_type in self.roe.elsewhere:
            return _business_fault(UNSUPPORTED_MESSAGE_TYPE, None)
        if fault is None and self.roe is not None:
            fault = self._judge_terms(message)
        if remember and fault is None and shape is not None and not message.groups and len(shape) <= SHAPE_TAGS_MAX:
            self._remember(message, shape, rules)
        return fault

    def _compile(self, msg_type: bytes) -> MessageRules:
        if msg_type not in self.dictionary.messages:
            return self._no_message
        terms = self.roe.messages.get(msg_type) if self.roe is not None else None
        agreed = frozenset(terms.values.items() if terms is not None else ())
        rules = rules_of(self.dictionary, msg_type, agreed, self.options.unknown_enum_values)
        self._rules[msg_type] = rules
        return rules

    def _remember(self, message: Message, shape: tuple[bytes, ...], rules: MessageRules) -> None:
        """The next message of this shape is recognised by it. One with an empty value is no model for others."""
        if _EMPTY_VALUE in message.raw:
            return
        found = [(tag, rules.fields.get(tag)) for tag in shape]
        checks = {tag: rule.check for tag, rule in found if rule is not None and rule.check is not None}
        terms = self.roe.messages.get(message.msg_type) if self.roe is not None else None
        conditions = terms.conditions if terms is not None else ()
        unless = [
            (c.when_tag, c.when_values)
            for c in conditions
            if c.tag not in shape and c.or_tag not in shape and c.when_tag in shape
        ]
        allowed = terms.allowed if terms is not None else {}
        only = [(tag, partial(_is_allowed, values)) for tag, values in allowed.items() if tag in shape]
        self.recognizer.learn(message.msg_type, shape, checks, unless, only)

    def _judge_terms(self, message: Message) -> BusinessFault | None:
        assert self.roe is not None
        terms = self.roe.messages.get(message.msg_type)
        if terms is None:
            if self.dictionary.messages[message.msg_type].is_admin:
                return None
            known = message.msg_type in self.roe.not_authorized
            return _business_fault(NOT_AUTHORIZED if known else UNSUPPORTED_MESSAGE_TYPE, None)
        value_of = message.fields.get  # an empty value, where the options let it pass, is none
        missing = [tag for tag in terms.required if not value_of(tag)]
        missing += [tags[0] for tags in terms.alternatives if not any(map(value_of, tags))]
        for condition in terms.conditions:
            if value_of(condition.tag) or value_of(condition.or_tag):
                continue
            if value_of(condition.when_tag) in condition.when_values:
                missing.append(condition.tag)
        if missing:
            return _business_fault(CONDITIONALLY_REQUIRED_FIELD_MISSING, min(missing, key=int))
        refused = [tag for tag in terms.forbidden if tag in message.fields or tag in message.groups]
        refused += [tag for tag, values in terms.allowed.items() if not _is_allowed(values, value_of(tag))]
        return _business_fault(NOT_AUTHORIZED, min(refused, key=int)) if refused else None

    def _check_terms(self, msg_type: bytes, terms: MessageTerms, framing: set[bytes]) -> None:
        definition = self.dictionary.messages.get(msg_type)
        if definition is None:
            raise ValueError(f"rules of engagement: MsgType(35) {msg_type!r} is not in the dictionary")
        known = framing | _tags_of(definition.members)
        named = {*terms.required, *terms.values, *terms.forbidden, *terms.allowed}
        for condition in terms.conditions:
            named |= {condition.tag, condition.when_tag}
        for tag in sorted(named):
            if tag not in known:
                raise ValueError(f"rules of engagement: tag {tag!r} is not in message {definition.name}")
