"""`fixgate order ...`: what operators ask about orders, and do to them.

Whatever changes an order has a reason, which is in the journal for ever with the name of who gave it. What cannot be
taken back, or tells a client of money, is asked about once more, unless `--yes` is given.
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Annotated, Any, cast

import typer

from gateway.operators.door_client import answer_of, login_name, refuse

DEFAULT_CONFIG = Path("config/demo.yaml")

order_app = typer.Typer(help="Look at orders, and do by hand what no message did.", no_args_is_help=True)

OrderName = Annotated[str, typer.Argument(metavar="ORDER", help="OrderID(37), or SESSION/CLORDID")]
ExecName = Annotated[str, typer.Argument(metavar="EXECID", help="ExecID(17) as the client was told, or the venue's")]
Config = Annotated[Path, typer.Option("--config", help="YAML file that the gateway runs on")]
Reason = Annotated[str, typer.Option(help="why; it is written into the journal")]
Operator = Annotated[str, typer.Option(help="who; the login name by default")]
Yes = Annotated[bool, typer.Option("--yes", help="do not ask whether it is meant")]
Qty = Annotated[str, typer.Option(help="quantity")]
Px = Annotated[str, typer.Option(help="price")]


@order_app.command("list")
def list_orders(
    unresolved: Annotated[
        bool, typer.Option("--unresolved", help="only those that a venue has left unanswered")
    ] = False,
    external: Annotated[bool, typer.Option("--external", help="only those that were found at a venue")] = False,
    limit: Annotated[int, typer.Option(min=1, max=1000, help="so many, the oldest first")] = 100,
    config: Config = DEFAULT_CONFIG,
) -> None:
    """Orders on which something is still to come."""
    which = "unresolved" if unresolved else "external" if external else "open"
    answer = cast("dict[str, Any]", answer_of(config, "POST", "/order/list", {"which": which, "limit": limit}))
    for order in answer["orders"]:
        print(_line(order))
    shown, count = len(answer["orders"]), answer["count"]
    print(f"{count} {which} order{'' if count == 1 else 's'}" + (f", {shown} shown" if shown < count else ""))


@order_app.command("show")
def show(order: OrderName, config: Config = DEFAULT_CONFIG) -> None:
    """All that is known of an order: terms, names, requests, executions, what is unanswered."""
    print(_told(cast("dict[str, Any]", answer_of(config, "POST", "/order/show", {"order": order}))))


@order_app.command("resolve")
def resolve(
    order: OrderName,
    outcome: Annotated[str, typer.Option("--as", help="rejected, canceled, filled, replaced or working")],
    reason: Reason,
    qty: Qty = "",
    px: Px = "",
    exec_id: Annotated[str, typer.Option(help="the venue's ExecID(17) of the execution, if it is known")] = "",
    operator: Operator = "",
    yes: Yes = False,
    config: Config = DEFAULT_CONFIG,
) -> None:
    """Say what became of an order, or of the requests on it, that its venue has left unanswered. The client is told."""
    figures = f" {qty} at {px}" if outcome == "filled" else ""
    body = {"outcome": outcome, "qty": qty or None, "px": px or None, "exec_id": exec_id}
    question = f"{order} becomes {outcome}{figures}, and its client is told so. Did you see that at the venue?"
    _act("resolve", order, reason, operator, config, body, question, yes)


@order_app.command("cancel")
def cancel(
    order: OrderName, reason: Reason, operator: Operator = "", yes: Yes = False, config: Config = DEFAULT_CONFIG
) -> None:
    """Ask the venue to cancel an order; one that is held here ends at once."""
    _act("cancel", order, reason, operator, config, {}, f"{order} is to be canceled. Is that meant?", yes)


@order_app.command("enter")
def enter(
    session: Annotated[str, typer.Argument(help="the client's session")],
    side: Annotated[str, typer.Argument(help="buy or sell")],
    quantity: Annotated[str, typer.Argument(metavar="QTY")],
    symbol: Annotated[str, typer.Argument()],
    reason: Reason,
    px: Annotated[str, typer.Option(help="limit price; a market order without it")] = "",
    account: Annotated[str, typer.Option(help="Account(1)")] = "",
    time_in_force: Annotated[str, typer.Option("--tif", help="DAY, GOOD_TILL_CANCEL, IMMEDIATE_OR_CANCEL ...")] = "DAY",
    operator: Operator = "",
    yes: Yes = False,
    config: Config = DEFAULT_CONFIG,
) -> None:
    """Enter an order that a client has telephoned. It has no ClOrdID(11), and passes the same gates as any other."""
    terms = f"{side} {quantity} {symbol} " + (f"at {px}" if px else "at the market")
    _sure(f"{session}: {terms}, {time_in_force}. Is that what the client said?", yes)
    body = {
        "session": session,
        "side": side.upper(),
        "qty": quantity,
        "symbol": symbol,
        "px": px or None,
        "account": account,
        "time_in_force": time_in_force.upper(),
        "reason": reason,
        "operator": login_name(operator),
    }
    print(_told(cast("dict[str, Any]", answer_of(config, "POST", "/order/enter", body))))


@order_app.command("restate")
def restate(
    order: OrderName,
    why: Annotated[str, typer.Option(help="ExecRestatementReason(378): VERBAL_CHANGE, GT_CORPORATE_ACTION ...")],
    reason: Reason,
    qty: Annotated[str, typer.Option(help="OrderQty(38) from now on")] = "",
    px: Annotated[str, typer.Option(help="Price(44) from now on")] = "",
    cum: Annotated[str, typer.Option(help="CumQty(14) from now on: of a split")] = "",
    operator: Operator = "",
    yes: Yes = False,
    config: Config = DEFAULT_CONFIG,
) -> None:
    """Put other terms of an order on record, which were agreed with the venue by other means: it is told nothing."""
    body = {"why": why.upper(), "qty": qty or None, "px": px or None, "cum": cum or None}
    terms = ", ".join(f"{name} {value}" for name, value in (("OrderQty", qty), ("Price", px), ("CumQty", cum)) if value)
    question = f"{order} stands on {terms or 'the same terms'} from now on. Does it so at the venue?"
    _act("restate", order, reason, operator, config, body, question, yes)


@order_app.command("bust")
def bust(
    order: OrderName,
    execution: ExecName,
    reason: Reason,
    operator: Operator = "",
    yes: Yes = False,
    config: Config = DEFAULT_CONFIG,
) -> None:
    """Take an execution back that the venue has taken back. The client is told (Trade Cancel)."""
    question = f"Execution {execution} of {order} did not take place. Did the venue say so?"
    _act("bust", order, reason, operator, config, {"exec_id": execution}, question, yes)


@order_app.command("correct")
def correct(
    order: OrderName,
    execution: ExecName,
    reason: Reason,
    qty: Qty,
    px: Px,
    operator: Operator = "",
    yes: Yes = False,
    config: Config = DEFAULT_CONFIG,
) -> None:
    """Give an execution the figures that the venue has for it. The client is told (Trade Correct)."""
    body = {"exec_id": execution, "qty": qty, "px": px}
    question = f"Execution {execution} of {order} was {qty} at {px}. Did the venue say so?"
    _act("correct", order, reason, operator, config, body, question, yes)


@order_app.command("done")
def done(order: OrderName, reason: Reason, operator: Operator = "", config: Config = DEFAULT_CONFIG) -> None:
    """Nothing more is done with the order today. The client is told."""
    _act("done", order, reason, operator, config, {}, "", True)


@order_app.command("suspend")
def suspend(order: OrderName, reason: Reason, operator: Operator = "", config: Config = DEFAULT_CONFIG) -> None:
    """The order stands and cannot trade. The client is told."""
    _act("suspend", order, reason, operator, config, {}, "", True)


@order_app.command("reinstate")
def reinstate(order: OrderName, reason: Reason, operator: Operator = "", config: Config = DEFAULT_CONFIG) -> None:
    """A suspended order, or one that was done for the day, can trade again. The client is told."""
    _act("reinstate", order, reason, operator, config, {}, "", True)


@order_app.command("claim")
def claim(
    order: OrderName,
    account: Annotated[str, typer.Option(help="Account(1) that it belongs to")],
    reason: Reason,
    operator: Operator = "",
    config: Config = DEFAULT_CONFIG,
) -> None:
    """Give an order that was found at a venue to an account."""
    _act("claim", order, reason, operator, config, {"account": account}, "", True)


def _act(
    what: str,
    order: str,
    reason: str,
    operator: str,
    config: Path,
    body: Mapping[str, str | None],
    question: str,
    yes: bool,
) -> None:
    _sure(question, yes)
    wish = {"order": order, "reason": reason, "operator": login_name(operator), **body}
    print(_told(cast("dict[str, Any]", answer_of(config, "POST", f"/order/{what}", wish))))


def _sure(question: str, yes: bool) -> None:
    if not yes and not typer.confirm(question):
        refuse("nothing was done")


def _line(order: dict[str, Any]) -> str:
    whose = f"{order['session']}/{order['cl_ord_id'] or '-'}"
    if order["is_external"] or order["is_part"]:
        whose = "external" if order["is_external"] else "part of an order"
    price = f" at {order['price']}" if order["price"] else ""
    return (
        f"{order['order_id']:14} {whose:24} {order['ord_status']:16} {order['side']:4} {order['symbol']:10} "
        f"{order['order_qty']}{price}, {order['cum_qty']} done, {order['leaves_qty']} open"
        f"{', at ' + order['venue'] if order['venue'] else ''}"
        f"{', unanswered: ' + order['unanswered'] if order['unanswered'] else ''}"
    )


def _told(order: dict[str, Any]) -> str:
    """The whole order, for a person."""
    lines = [_line(order)] if "facts" not in order else [f"done: {', '.join(order['facts'])}", _line(order)]
    names = {
        "received": order["received"] + (f", entered by {order['operator']}" if order["operator"] else ""),
        "terms": f"{order['ord_type']} {order['time_in_force']}"
        + (f", account {order['account']}" if order["account"] else "")
        + (f", average price {order['avg_px']}" if order["avg_px"] != "0" else ""),
        "marks": ", ".join(order["marks"]),
        "held for": order["held_for"],
        "ClOrdIDs(11)": ", ".join(order["chain"]),
        "at the venue": f"ClOrdID(11) {order['venue_cl_ord_id']}, OrderID(37) {order['venue_order_id'] or 'not told'}"
        if order["venue_cl_ord_id"]
        else "",
        "part of": order["part_of"],
        "parts": ", ".join(order["parts"]),
        "waits for": f"the answer to: {order['waits_for']}" if order["waits_for"] else "",
        "last asked": order["last_asked"],
    }
    lines += [f"  {name}: {value}" for name, value in names.items() if value]
    for request in order["requests"]:
        terms = f" to {request['order_qty']} at {request['price'] or 'the market'}" if "order_qty" in request else ""
        lines.append(
            f"  {request['request']} {request['cl_ord_id']}{terms}, sent {request['sent']} as "
            f"{request['venue_cl_ord_id']}: {request['outcome']}"
        )
    for execution in order["executions"]:
        figures = "taken back" if execution["is_busted"] else f"{execution['last_qty']} at {execution['last_px']}"
        flags = f" ({', '.join(execution['flags'])})" if execution["flags"] else ""
        lines.append(
            f"  execution {execution['exec_id']}, the venue's {execution['venue_exec_id']}: {figures}{flags}, "
            f"{execution['at']}"
        )
    return "\n".join(lines)
