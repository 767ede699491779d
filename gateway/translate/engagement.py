"""What a client session may send, on top of its dictionary: the built-in rules of engagement.

The rest gets a BusinessMessageReject(j). Every field that a translator reads without asking whether it is there stands
here, for dictionaries differ: from FIX 4.4 on a Symbol(55) may be missing, in FIX 5.0 SP2 even an OrigClOrdID(41).
"""

from __future__ import annotations

from typing import Final

from fixspec import tags
from fixspec.rulebook import Condition, MessageTerms, RulesOfEngagement
from fixspec.tags import MsgType, OrdType, TimeInForce

_CONDITIONS: Final = (
    Condition(tags.PRICE, tags.ORD_TYPE, frozenset({OrdType.LIMIT, OrdType.STOP_LIMIT})),
    Condition(tags.STOP_PX, tags.ORD_TYPE, frozenset({OrdType.STOP, OrdType.STOP_LIMIT})),
    Condition(tags.EXPIRE_TIME, tags.TIME_IN_FORCE, frozenset({TimeInForce.GOOD_TILL_DATE}), tags.EXPIRE_DATE),
)
NOT_TAKEN: Final = frozenset(
    {
        tags.MIN_QTY, tags.MAX_SHOW, tags.EFFECTIVE_TIME, tags.ORDER_PERCENT, tags.ORDER_QTY2, tags.PRICE2,
        tags.DISCRETION_INST, tags.DISCRETION_OFFSET_VALUE, tags.TARGET_STRATEGY, tags.MATCH_INCREMENT,
        tags.PRICE_PROTECTION_SCOPE, tags.TRIGGER_TYPE, tags.PEG_OFFSET_TYPE, tags.PEG_LIMIT_TYPE, tags.PEG_SCOPE,
    }
)  # fmt: skip
"""Fields that make another order of an order, in ways that the desk does not know. Refused rather than ignored."""
_ORDER: Final = frozenset({tags.CL_ORD_ID, tags.SYMBOL, tags.SIDE})
_OF_AN_ORDER: Final = frozenset({tags.ORIG_CL_ORD_ID})
_TERMS: Final = frozenset({tags.ORD_TYPE})
_QTY: Final = ((tags.ORDER_QTY, tags.CASH_ORDER_QTY),)
_LIST: Final = frozenset({tags.LIST_ID})
_SECURITY_REQUEST: Final = frozenset({tags.SECURITY_REQ_ID})

RULES_OF_ENGAGEMENT: Final = RulesOfEngagement(
    {
        MsgType.NEW_ORDER_SINGLE: MessageTerms(_ORDER | _TERMS, _CONDITIONS, alternatives=_QTY, forbidden=NOT_TAKEN),
        MsgType.ORDER_CANCEL_REQUEST: MessageTerms(_ORDER | _OF_AN_ORDER),
        MsgType.ORDER_CANCEL_REPLACE_REQUEST: MessageTerms(
            _ORDER | _OF_AN_ORDER | _TERMS, _CONDITIONS, alternatives=_QTY, forbidden=NOT_TAKEN
        ),
        MsgType.ORDER_STATUS_REQUEST: MessageTerms(alternatives=((tags.CL_ORD_ID, tags.ORDER_ID),)),
        MsgType.ORDER_MASS_STATUS_REQUEST: MessageTerms(
            frozenset({tags.MASS_STATUS_REQ_ID, tags.MASS_STATUS_REQ_TYPE}),
        ),
        MsgType.ORDER_MASS_CANCEL_REQUEST: MessageTerms(frozenset({tags.CL_ORD_ID, tags.MASS_CANCEL_REQUEST_TYPE})),
        MsgType.DONT_KNOW_TRADE: MessageTerms(frozenset({tags.ORDER_ID, tags.EXEC_ID, tags.DK_REASON})),
        MsgType.NEW_ORDER_LIST: MessageTerms(_LIST),
        MsgType.LIST_EXECUTE: MessageTerms(_LIST),
        MsgType.LIST_CANCEL_REQUEST: MessageTerms(_LIST),
        MsgType.LIST_STATUS_REQUEST: MessageTerms(_LIST),
        MsgType.NEW_ORDER_MULTILEG: MessageTerms(
            frozenset({tags.CL_ORD_ID, tags.SIDE, tags.ORD_TYPE, tags.ORDER_QTY}), _CONDITIONS
        ),
        MsgType.MULTILEG_ORDER_CANCEL_REPLACE: MessageTerms(
            frozenset({tags.CL_ORD_ID, tags.ORIG_CL_ORD_ID, tags.SIDE, tags.ORD_TYPE, tags.ORDER_QTY}), _CONDITIONS
        ),
        MsgType.SECURITY_LIST_REQUEST: MessageTerms(_SECURITY_REQUEST | {tags.SECURITY_LIST_REQUEST_TYPE}),
        MsgType.SECURITY_DEFINITION_REQUEST: MessageTerms(_SECURITY_REQUEST | {tags.SECURITY_REQUEST_TYPE}),
        MsgType.TRADING_SESSION_STATUS_REQUEST: MessageTerms(
            frozenset({tags.TRAD_SES_REQ_ID, tags.SUBSCRIPTION_REQUEST_TYPE})
        ),
        MsgType.REQUEST_FOR_POSITIONS: MessageTerms(frozenset({tags.POS_REQ_ID, tags.POS_REQ_TYPE})),
        MsgType.BUSINESS_MESSAGE_REJECT: MessageTerms(),
    },
    elsewhere=frozenset(value for value in vars(MsgType).values() if isinstance(value, bytes)),
)
