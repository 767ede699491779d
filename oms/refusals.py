"""Every code that a client can find in Text(58), with its meaning and cure, and the one way to make a refusal.

Text(58) is always `CODE: key=value ...` with the figures of the case. The document for clients is generated from CODES.
"""

from __future__ import annotations

from typing import Final, NamedTuple

from oms.types import RejectReason


class Code(NamedTuple):
    reason: RejectReason
    meaning: str
    cure: str


class Refusal(NamedTuple):
    """Why a request does not pass: a value, not an exception."""

    code: str
    reason: RejectReason
    text: str
    """Text(58): the code and the figures."""


CODES: Final[dict[str, Code]] = {
    # --- the state of trading
    "TRADING_STATE": Code(
        RejectReason.BROKER_OPTION,
        "Trading is halted (HALTED), or only what lowers an order is let in (REDUCING).",
        "Cancels still pass. Ask the operator when trading goes on.",
    ),
    "KILL_SWITCH": Code(
        RejectReason.BROKER_OPTION,
        "A kill switch is engaged for the slice: for everything, or for a venue, account, session, trader, symbol or "
        "algorithm of the order. Neither new orders nor replaces pass, until two people have released it.",
        "Cancels still pass. Ask the operator; other slices trade on.",
    ),
    "KILL_SWITCH_NOT_ALLOWED": Code(
        RejectReason.BROKER_OPTION,
        "The session may not engage a kill switch by OrderMassCancelRequest(q), or the request is for something else "
        "than all of its orders.",
        "Send MassCancelRequestType(530)=7 on a session that is entitled to it, or a plain mass cancel.",
    ),
    "NOT_ENTITLED": Code(
        RejectReason.BROKER_OPTION,
        "The session may not trade this: `field` says whether it is the symbol, the side or the type of order.",
        "Send what the session is entitled to, or ask for more rights.",
    ),
    "RESTRICTED": Code(
        RejectReason.BROKER_OPTION,
        "The symbol is on the restricted list: no new orders in it, and no replace that does more than lower one.",
        "Cancels still pass. Ask the operator.",
    ),
    "OUT_OF_HOURS": Code(
        RejectReason.EXCHANGE_CLOSED,
        "The symbol is traded at certain hours, and it is not one of them; `opens` is when it is next (UTC).",
        "Send the order from `opens` on. Cancels still pass.",
    ),
    "BLACKOUT": Code(
        RejectReason.EXCHANGE_CLOSED,
        "No new orders are taken for a while, in this symbol or in any, until `ends` (UTC).",
        "Send the order from `ends` on. Cancels still pass.",
    ),
    "VENUE_UNAVAILABLE": Code(
        RejectReason.BROKER_OPTION,
        "No venue that lists the symbol is connected, or the venue of the order is not.",
        "Try again later, under a new ClOrdID(11). Orders already there are not touched.",
    ),
    # --- the instrument
    "UNKNOWN_SYMBOL": Code(
        RejectReason.UNKNOWN_SYMBOL,
        "Symbol(55) is not one that can be traded here.",
        "Use a symbol of the instrument list.",
    ),
    "QTY_BELOW_MIN": Code(
        RejectReason.INCORRECT_QUANTITY,
        "OrderQty(38) is below the smallest quantity of the instrument.",
        "Send at least `min`.",
    ),
    "QTY_ABOVE_MAX": Code(
        RejectReason.INCORRECT_QUANTITY,
        "OrderQty(38) is above the largest quantity of the instrument.",
        "Send at most `max`, or several orders.",
    ),
    "QTY_INCREMENT": Code(
        RejectReason.INCORRECT_QUANTITY,
        "OrderQty(38) is not a multiple of the lot.",
        "Round it to a multiple of `round_lot`.",
    ),
    "PRICE_MISSING": Code(
        RejectReason.OTHER,
        "The OrdType(40) needs a Price(44).",
        "Send Price(44), or another OrdType(40).",
    ),
    "PRICE_NOT_ALLOWED": Code(
        RejectReason.UNSUPPORTED_ORDER_CHARACTERISTIC,
        "A market order came with a Price(44), which it could not keep to.",
        "Leave Price(44) out, or send a limit order.",
    ),
    "PRICE_NOT_POSITIVE": Code(
        RejectReason.OTHER,
        "Price(44) is zero or negative.",
        "Send a positive price.",
    ),
    "PRICE_INCREMENT": Code(
        RejectReason.PRICE_INCREMENT,
        "Price(44) is not a multiple of the tick.",
        "Round it to a multiple of `min_price_increment`.",
    ),
    # --- limits
    "ORDER_QTY_LIMIT": Code(
        RejectReason.ORDER_EXCEEDS_LIMIT,
        "The quantity is above the largest that one order may have. A replace counts with the larger of old and new.",
        "Send at most `limit`, or ask for a higher limit.",
    ),
    "ORDER_NOTIONAL_LIMIT": Code(
        RejectReason.ORDER_EXCEEDS_LIMIT,
        "Quantity x price x multiplier is above the largest value of one order; a market order is valued at the "
        "reference price, a replace at the larger quantity and the larger price of old and new.",
        "Send a smaller order, or ask for a higher limit.",
    ),
    "PRICE_BAND": Code(
        RejectReason.ORDER_EXCEEDS_LIMIT,
        "Price(44) is further from the reference price than the band allows, on either side.",
        "Check the price; send one within `band` of `reference`.",
    ),
    "STALE_REFERENCE": Code(
        RejectReason.STALE,
        "There is no reference price for the symbol, or it is too old, so the order cannot be judged.",
        "Try again when the market data is back.",
    ),
    "POSITION_LIMIT_LONG": Code(
        RejectReason.ORDER_EXCEEDS_LIMIT,
        "The slice would be longer than its limit if all its open buys were executed and none of its open sells: "
        "`position` and `open_buys` are there already, `more` is what the request adds.",
        "Send less, cancel open buys, or ask for a higher limit.",
    ),
    "POSITION_LIMIT_SHORT": Code(
        RejectReason.ORDER_EXCEEDS_LIMIT,
        "The slice would be shorter than its limit if all its open sells were executed and none of its open buys: "
        "`position` and `open_sells` are there already, `more` is what the request adds.",
        "Send less, cancel open sells, or ask for a higher limit.",
    ),
    "GROSS_EXPOSURE": Code(
        RejectReason.ORDER_EXCEEDS_LIMIT,
        "The worst cases of all symbols of the slice, the larger side of each, would come to more than the limit, in "
        "the base currency. `before` is there already.",
        "Send less, cancel open orders, reduce positions, or ask for a higher limit.",
    ),
    "NET_EXPOSURE": Code(
        RejectReason.ORDER_EXCEEDS_LIMIT,
        "The worst case of the slice on the side of the order, over all symbols, would come to more than the limit, in "
        "the base currency. `before` is there already.",
        "Send less, cancel open orders on that side, trade on the other one, or ask for a higher limit.",
    ),
    "CREDIT_LIMIT": Code(
        RejectReason.ORDER_EXCEEDS_LIMIT,
        "The margin of the slice, for what it holds and for all open orders, would come to more than its credit, in "
        "the base currency. `before` is in use and reserved already, `more` is what the request needs.",
        "Send less, cancel open orders, reduce positions, or ask for more credit.",
    ),
    "FURTHER_LIMIT": Code(
        RejectReason.ORDER_EXCEEDS_LIMIT,
        "A limit that this installation has added: `gate` is its name, what follows are its figures.",
        "Ask the operator what the gate limits, and send what keeps to it.",
    ),
    "FURTHER_GATE_FAILED": Code(
        RejectReason.OTHER,
        "A gate that this installation has added could not judge the request, so it does not pass. The operator has "
        "been told.",
        "Wait until the operator has mended it, then send again.",
    ),
    "NO_CONVERSION_RATE": Code(
        RejectReason.OTHER,
        "A limit of the slice is in the base currency, and there is no rate for the currency of the symbol.",
        "Ask the operator for the rate.",
    ),
    "STALE_RATE": Code(
        RejectReason.STALE,
        "A limit of the slice is in the base currency, and the rate for the currency of the symbol, or of something "
        "else in the slice (`symbol` names it), is older than the operator allows: `age_ms` is how old, `max_ms` how "
        "old it may be.",
        "Try again when the rate has been renewed, or ask the operator.",
    ),
    "SELF_MATCH": Code(
        RejectReason.BROKER_OPTION,
        "The order would meet an open order of the same account, group or session on the other side: `order_id`, which "
        "stands at `own_price`.",
        "Cancel that order first and wait for the answer, or send a price that does not meet it.",
    ),
    "ORDER_TO_TRADE": Code(
        RejectReason.BROKER_OPTION,
        "What `slice` names has sent `messages` new orders and replaces on this trading day, more than `limit` for "
        "each of its `executions`.",
        "Send fewer orders that are not executed; cancels, and replaces that only lower, still pass.",
    ),
    "REPEATED_EXECUTIONS": Code(
        RejectReason.BROKER_OPTION,
        "What `slice` names has had more executions than its limit allows; it is stopped until a person lets it go on.",
        "Cancels still pass. Look at what was executed, then ask the operator to resume the slice.",
    ),
    "LIMIT_BREACHED": Code(
        RejectReason.ORDER_EXCEEDS_LIMIT,
        "What `slice` names was above its limit `bound` when the monitor looked, and is halted until a person lets it "
        "go on. `value` is what it was then.",
        "Cancels still pass, and so do replaces that only lower an order; where `bound` is about positions or values "
        "also orders that close a part of the position. Then ask the operator.",
    ),
    "PRICE_MOVED": Code(
        RejectReason.BROKER_OPTION,
        "The price of the symbol has moved further than `limit`, a fraction, in the period that is watched; the symbol "
        "is halted until a person lets it go on.",
        "Cancels still pass. Ask the operator when trading goes on.",
    ),
    "LOSS_LIMIT": Code(
        RejectReason.BROKER_OPTION,
        "The account, or its group, has lost more than it may: on this trading day (loss_max), of the best of the day "
        "(drawdown_max), or in the period that is watched (period_loss_max). It is halted until a person lets it go "
        "on.",
        "Cancels still pass, and so do replaces that only lower an order. Ask the operator, also to close positions.",
    ),
    "SLICE_THROTTLED": Code(
        RejectReason.BROKER_OPTION,
        "What `slice` names (an account, a trader, a symbol ..., over all sessions) has sent more new orders and "
        "replaces than its budget allows.",
        "Wait `retry_ms`; then at most `per_s` a second. Cancels have a budget of their own.",
    ),
    "THROTTLED": Code(
        RejectReason.BROKER_OPTION,
        "The session has sent more new orders, replaces and status requests than its budget allows.",
        "Wait `retry_ms`; then at most `per_s` a second.",
    ),
    "CANCEL_THROTTLED": Code(
        RejectReason.BROKER_OPTION,
        "The session has sent more cancels than their own budget allows.",
        "Wait `retry_ms`; then at most `per_s` a second.",
    ),
    # --- identifiers and the state of the order
    "DUPLICATE_CL_ORD_ID": Code(
        RejectReason.DUPLICATE,
        "ClOrdID(11) was used before by this session, perhaps in a request that was refused.",
        "Use a ClOrdID(11) that is new for the session.",
    ),
    "DUPLICATE_CONTENT": Code(
        RejectReason.DUPLICATE,
        "The session has sent an order for the same account, symbol, side, quantity and price a moment before: "
        "`cl_ord_id`, `order_id`, `age_ms` ago.",
        "Look whether the first one is what was wanted. If both are, send the second after `interval_ms`.",
    ),
    "TELEPHONED_BEFORE": Code(
        RejectReason.DUPLICATE_OF_TELEPHONED,
        "The same order was given by telephone after this one was made (TransactTime(60)), and was taken.",
        "Nothing, if it is the same order; else send it again with the present TransactTime(60).",
    ),
    "UNKNOWN_ORDER": Code(
        RejectReason.UNKNOWN_ORDER,
        "OrigClOrdID(41) is not the ClOrdID(11) of an order of this session, or only of a request that was rejected.",
        "Send the ClOrdID(11) of the last request on the order that was not rejected.",
    ),
    "ORIG_CL_ORD_ID_SUPERSEDED": Code(
        RejectReason.OTHER,
        "OrigClOrdID(41) of a replace names terms of the order that are no longer the last accepted ones.",
        "Send `current`, after looking at the terms that stand.",
    ),
    "SYMBOL_MISMATCH": Code(
        RejectReason.OTHER,
        "Symbol(55) of the request is not that of the order.",
        "Repeat the Symbol(55) of the order.",
    ),
    "SIDE_MISMATCH": Code(
        RejectReason.OTHER,
        "Side(54) of the request is not that of the order.",
        "Repeat the Side(54) of the order.",
    ),
    "TOO_LATE": Code(
        RejectReason.TOO_LATE,
        "The order is finished, or nothing of it is left; a filled order can only be replaced to a larger quantity.",
        "Send a new order.",
    ),
    "CANCEL_PENDING": Code(
        RejectReason.ALREADY_PENDING,
        "A cancel of the order is on its way; no other request can follow it.",
        "Wait for its answer.",
    ),
    "MASS_CANCEL_SCOPE": Code(
        RejectReason.UNSUPPORTED_ORDER_CHARACTERISTIC,
        "MassCancelRequestType(530) is one that FIX knows and the desk does not take.",
        "Send 1 with Symbol(55), or 7 for all orders.",
    ),
    # --- the venue's word
    "VENUE_REJECTED": Code(
        RejectReason.BROKER_OPTION,
        "The venue refused the order or request; `text` is what it said.",
        "See the venue's own rules.",
    ),
    "VENUE_NOT_FOUND": Code(
        RejectReason.BROKER_OPTION,
        "The venue, asked about an order that it had never acknowledged, says for certain that it does not know it.",
        "The order did not reach the market: send it anew if it is still wanted.",
    ),
    "VENUE_STATE_UNKNOWN": Code(
        RejectReason.OTHER,
        "Not a refusal: in the answer to a status request. `venue` has not answered the last request on the order.",
        "Wait. The order may be live, and is asked about. Do not send it again: you might have it twice.",
    ),
    "RESOLVED_BY_OPERATOR": Code(
        RejectReason.OTHER,
        "The venue had left the order or request unanswered, and it was found out there what became of it: `outcome`.",
        "Trust it as any other report.",
    ),
    "ORDER_ENDED": Code(
        RejectReason.TOO_LATE,
        "The order has ended before the venue answered the request.",
        "Send a new order.",
    ),
    # --- orders in parts, and lists
    "PART_NOT_CANCELED": Code(
        RejectReason.BROKER_OPTION,
        "The order is worked in parts at several venues, and one of them did not let go of its part.",
        "See what is left in the reports; send the request again if it is still wanted.",
    ),
    "DUPLICATE_LIST_ID": Code(
        RejectReason.DUPLICATE,
        "ListID(66) was used before by this session, perhaps for a list that was refused.",
        "Use a ListID(66) that is new for the session.",
    ),
    "LIST_CL_ORD_ID": Code(
        RejectReason.DUPLICATE,
        "An order of the list has a ClOrdID(11) that was used before, or that another order of the list has.",
        "Send the list under a new ListID(66), each order with a new ClOrdID(11).",
    ),
    "LIST_INCOMPLETE": Code(
        RejectReason.OTHER,
        "The list is not whole in one message: TotNoOrders(68) is not its number of orders, or LastFragment(893) is N.",
        "Send the list in one message.",
    ),
    "LIST_TOO_LONG": Code(
        RejectReason.ORDER_EXCEEDS_LIMIT,
        "The list has more orders than one list may have.",
        "Send several lists, of at most `max` orders each.",
    ),
    "LIST_THROTTLED": Code(
        RejectReason.BROKER_OPTION,
        "The session's budget does not reach for all orders of the list; each counts as one.",
        "Wait until the budget is full again, or send a shorter list.",
    ),
    "CONTINGENCY_NOT_SUPPORTED": Code(
        RejectReason.UNSUPPORTED_ORDER_CHARACTERISTIC,
        "ContingencyType(1385), before FIX 5.0 the word in ListExecInst(69), is not one that is taken here, or the "
        "list has one order only.",
        "Send one of what is `taken`, with at least two orders.",
    ),
    "OTHER_ORDER_REFUSED": Code(
        RejectReason.BROKER_OPTION,
        "Another order of the list was refused, and the orders of this list depend on each other.",
        "Send the list anew when what the other one was refused for is put right.",
    ),
    "UNKNOWN_LIST": Code(
        RejectReason.UNKNOWN_ORDER,
        "ListID(66) is not a list of this session.",
        "Send the ListID(66) of the list.",
    ),
    "LIST_EXECUTING": Code(
        RejectReason.TOO_LATE,
        "The orders of the list wait for no ListExecute(L), or it has come before.",
        "Nothing: the list is being executed.",
    ),
    # --- orders of several legs
    "MULTILEG_OFF": Code(
        RejectReason.UNSUPPORTED_ORDER_CHARACTERISTIC,
        "Multileg orders are not let in: no limit is set for what of their first leg may stand alone; or `tables` of "
        "limits bound positions or exposure, and legs that are still to follow are not reserved in them.",
        "Send an order for each leg, or ask for the limit.",
    ),
    "LEGS": Code(
        RejectReason.UNSUPPORTED_ORDER_CHARACTERISTIC,
        "The legs are not such that they can be worked: at least two, each with a LegRatioQty(623) above 0, a symbol "
        "and LegRefID(654) of its own; the order a whole number of units, bought, Market or Limit, Day or GTC.",
        "Put right what the text says.",
    ),
    "LEG_PRICES": Code(
        RejectReason.OTHER,
        "A limit order needs a LegPrice(566) for each leg, and a Price(44) that is their sum by ratio, bought less "
        "sold; a market order has neither.",
        "Put the prices right.",
    ),
    "LEGS_MISMATCH": Code(
        RejectReason.OTHER,
        "The request does not have the legs of the order, or is none for an order of legs: only "
        "MultilegOrderCancelReplace(AC) replaces one, and only in quantity and prices.",
        "Repeat the legs of the order.",
    ),
    # --- special terms
    "NOT_SUPPORTED_BY_VENUE": Code(
        RejectReason.UNSUPPORTED_ORDER_CHARACTERISTIC,
        "The venue of the order does not take what the request asks for, and the gateway cannot do it in its place.",
        "Send one of what is `taken`, or leave the field out.",
    ),
    "STOP_PX_MISSING": Code(
        RejectReason.OTHER,
        "A stop order needs a StopPx(99).",
        "Send StopPx(99), or another OrdType(40).",
    ),
    "STOP_PX_NOT_ALLOWED": Code(
        RejectReason.UNSUPPORTED_ORDER_CHARACTERISTIC,
        "An order that is no stop order came with a StopPx(99).",
        "Leave StopPx(99) out, or send OrdType(40) 3 or 4.",
    ),
    "STOP_PX_INCREMENT": Code(
        RejectReason.PRICE_INCREMENT,
        "StopPx(99) is not a positive multiple of the tick.",
        "Round it to a multiple of `min_price_increment`.",
    ),
    "EXPIRE_TIME_MISSING": Code(
        RejectReason.OTHER,
        "An order with TimeInForce(59)=6 needs an ExpireTime(126) or ExpireDate(432).",
        "Send one of them.",
    ),
    "EXPIRE_TIME_NOT_ALLOWED": Code(
        RejectReason.UNSUPPORTED_ORDER_CHARACTERISTIC,
        "ExpireTime(126) or ExpireDate(432) came with a TimeInForce(59) other than 6.",
        "Leave it out, or send TimeInForce(59)=6.",
    ),
    "EXPIRE_TIME_PAST": Code(
        RejectReason.TOO_LATE,
        "The order would have expired already.",
        "Send a moment that is to come, in UTC.",
    ),
    "DISPLAY_QTY": Code(
        RejectReason.INCORRECT_QUANTITY,
        "DisplayQty(1138), before FIX 5.0 MaxFloor(111), is no positive multiple of the lot up to OrderQty(38), or the "
        "order cannot rest and there is nothing to be displayed.",
        "Send a part of OrderQty(38), or leave it out.",
    ),
    "EXEC_INST_CONFLICT": Code(
        RejectReason.UNSUPPORTED_ORDER_CHARACTERISTIC,
        "Two values of ExecInst(18) exclude each other, or one does not go with the OrdType(40) or TimeInForce(59).",
        "Send one of the two.",
    ),
    "PEG_NOT_ALLOWED": Code(
        RejectReason.UNSUPPORTED_ORDER_CHARACTERISTIC,
        "PegOffsetValue(211) or a peg in ExecInst(18) came with an OrdType(40) other than P, or P without a peg.",
        "Send OrdType(40)=P and one peg, or neither.",
    ),
    "CASH_ORDER_QTY": Code(
        RejectReason.INCORRECT_QUANTITY,
        "CashOrderQty(152) is not positive, or came together with an OrderQty(38).",
        "Send one of the two, positive.",
    ),
    "NO_CLOSE": Code(
        RejectReason.UNSUPPORTED_ORDER_CHARACTERISTIC,
        "The market of the symbol has no close that an order could wait for.",
        "Send another TimeInForce(59).",
    ),
    "CLOSE_PASSED": Code(
        RejectReason.TOO_LATE,
        "The close of this trading day has begun.",
        "Send the order on the next trading day.",
    ),
    "SYMBOL_HALTED": Code(
        RejectReason.EXCHANGE_CLOSED,
        "The symbol does not trade now: its venue or an operator has halted or closed it.",
        "Cancels still pass. Try again when trading goes on.",
    ),
    # --- what this desk does not know
    "NOT_SUPPORTED": Code(
        RejectReason.UNSUPPORTED_ORDER_CHARACTERISTIC,
        "A field or value asks for something that the desk does not do. It is never passed over in silence.",
        "Leave the field out, or send one of the values of `taken`.",
    ),
    "ACCOUNT_NOT_ALLOWED": Code(
        RejectReason.UNKNOWN_ACCOUNT,
        "The session may not trade for this Account(1).",
        "Send an account of the session, or have it added.",
    ),
}


def refuse(code: str, figures: str) -> Refusal:
    """The refusal for `code`; `figures` is `key=value ...`. An unknown code raises KeyError: document it first."""
    return Refusal(code, CODES[code].reason, f"{code}: {figures}")
