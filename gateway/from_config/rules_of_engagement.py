"""From what a session's configuration says of its rules of engagement to the rules: built in, or of a file.

A file takes away and adds; it never takes away what the gateway's own terms require, for the translators rely on it.
"""

from __future__ import annotations

from typing import Final

from config.engagement import BUILT_IN, Engagement, MessageRules
from config.load import ConfigRefused, load_engagement
from fixspec.rulebook import MessageTerms, RulesOfEngagement
from fixspec.tags import FIELD_NAMES, FIELD_NUMBERS, MsgType

_QUESTIONS: Final = frozenset(
    {
        MsgType.ORDER_STATUS_REQUEST,
        MsgType.ORDER_MASS_STATUS_REQUEST,
        MsgType.SECURITY_LIST_REQUEST,
        MsgType.SECURITY_DEFINITION_REQUEST,
        MsgType.TRADING_SESSION_STATUS_REQUEST,
        MsgType.REQUEST_FOR_POSITIONS,
        MsgType.BUSINESS_MESSAGE_REJECT,
    }
)
_SINGLE_ORDERS: Final = _QUESTIONS | {
    MsgType.NEW_ORDER_SINGLE,
    MsgType.ORDER_CANCEL_REQUEST,
    MsgType.ORDER_CANCEL_REPLACE_REQUEST,
    MsgType.ORDER_MASS_CANCEL_REQUEST,
    MsgType.DONT_KNOW_TRADE,
}
_ONLY: Final = {"single_orders": _SINGLE_ORDERS, "questions": _QUESTIONS}


def agreed(wanted: str, terms: RulesOfEngagement) -> RulesOfEngagement:
    """`wanted` is the session's key: '' or 'standard' for all of `terms`, another built-in name, or a file's path.

    Raises ConfigRefused for a file that cannot be used."""
    if not wanted or wanted == "standard":
        return terms
    if wanted in BUILT_IN:
        only = _ONLY[wanted]
        return _of({msg_type: its for msg_type, its in terms.messages.items() if msg_type in only}, terms)
    return _of(_messages(wanted, load_engagement(wanted), terms), terms)


def _of(messages: dict[bytes, MessageTerms], terms: RulesOfEngagement) -> RulesOfEngagement:
    return RulesOfEngagement(messages, frozenset(terms.messages.keys() - messages.keys()), terms.elsewhere)


def _messages(path: str, file: Engagement, terms: RulesOfEngagement) -> dict[bytes, MessageTerms]:
    messages = {MsgType.BUSINESS_MESSAGE_REJECT: MessageTerms()}  # who may hear a reject may send one
    problems = []
    for i, rules in enumerate(file.messages):
        msg_type = rules.msg_type.encode("latin-1", "replace")
        own = terms.messages.get(msg_type)
        if own is None:
            taken = " ".join(sorted(known.decode() for known in terms.messages))
            problems.append(f"{path}: messages[{i}].msg_type: {rules.msg_type!r} is not one of {taken}")
            continue
        try:
            messages[msg_type] = _narrowed(own, rules)
        except ValueError as error:
            problems.append(f"{path}: messages[{i}]: {error}")
    if problems:
        raise ConfigRefused(problems)
    return messages


def _narrowed(own: MessageTerms, rules: MessageRules) -> MessageTerms:
    """Raises ValueError for what is no field, and for a field that is both required and forbidden."""
    required, forbidden = own.required | set(map(_tag, rules.required)), own.forbidden | set(map(_tag, rules.forbidden))
    for tag in required & forbidden:
        raise ValueError(f"forbidden: {FIELD_NAMES[tag]}({tag.decode()}) is required")
    allowed = {_tag(each.field): frozenset(value.encode("latin-1") for value in each.values) for each in rules.allowed}
    for tag, values in allowed.items():
        if not values:
            raise ValueError(f"allowed: {FIELD_NAMES[tag]}({tag.decode()}) has no value; forbid the field instead")
    return MessageTerms(required, own.conditions, own.values, own.alternatives, forbidden, allowed)


def _tag(name: str) -> bytes:
    tag = FIELD_NUMBERS.get(name) or name.encode("latin-1", "replace")
    if tag not in FIELD_NAMES:
        raise ValueError(f"{name!r} is neither a field's name nor its tag")
    return tag
