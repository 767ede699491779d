"""`fixgate risk ...`: what the gates say of an order, and why."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Annotated, Any, cast

import typer

from gateway.operators.door_client import answer_of, login_name, refuse

DEFAULT_CONFIG = Path("config/demo.yaml")

risk_app = typer.Typer(help="What the gates say of an order; one order in spite of them.", no_args_is_help=True)

Config = Annotated[Path, typer.Option("--config", help="YAML file that the gateway runs on")]


@risk_app.command("explain")
def explain(
    order: Annotated[
        str,
        typer.Argument(metavar="[ORDER]", help="OrderID(37), or SESSION/CLORDID; without it: of an order like this"),
    ] = "",
    session: Annotated[str, typer.Option(help="the client's session")] = "",
    symbol: Annotated[str, typer.Option()] = "",
    side: Annotated[str, typer.Option(help="buy or sell")] = "",
    qty: Annotated[str, typer.Option(help="OrderQty(38)")] = "",
    price: Annotated[str, typer.Option(help="limit price; a market order without it")] = "",
    stop_px: Annotated[str, typer.Option(help="StopPx(99); a stop order with it")] = "",
    account: Annotated[str, typer.Option(help="Account(1)")] = "",
    trader: Annotated[str, typer.Option(help="SenderSubID(50)")] = "",
    time_in_force: Annotated[str, typer.Option("--tif", help="DAY, GOOD_TILL_CANCEL, IMMEDIATE_OR_CANCEL ...")] = "DAY",
    as_json: Annotated[bool, typer.Option("--json", help="the whole answer, for a program")] = False,
    config: Config = DEFAULT_CONFIG,
) -> None:
    """Every gate in its order: verdict, value, limit, slice. Changes nothing, and sends nothing."""
    if order:
        path, body = "/risk/explain", {"order": order}
    elif session:
        path = "/risk/explain-terms"
        body = {
            "session": session, "symbol": symbol, "side": side.upper(), "qty": qty, "price": price, "stop_px": stop_px,
            "account": account, "trader": trader, "time_in_force": time_in_force.upper(),
        }  # fmt: skip
    else:
        refuse("risk explain: an ORDER, or --session with --symbol, --side and --qty")
    answer = cast("dict[str, Any]", answer_of(config, "POST", path, body))
    print(json.dumps(answer, indent=2) if as_json else "\n".join(told(answer)))


@risk_app.command("override")
def override(
    session: Annotated[str, typer.Option(help="the client's session")],
    symbol: Annotated[str, typer.Option()],
    side: Annotated[str, typer.Option(help="buy or sell")],
    qty_max: Annotated[str, typer.Option(help="OrderQty(38) at most")],
    codes: Annotated[str, typer.Option(help="what the gates have against it, with commas: PRICE_BAND,ORDER_QTY_LIMIT")],
    approver: Annotated[str, typer.Option(help="the second person, who approves")],
    reason: Annotated[str, typer.Option(help="why; it is written into the journal")],
    cl_ord_id: Annotated[str, typer.Option(help="ClOrdID(11); without it the next order on these terms")] = "",
    price: Annotated[str, typer.Option(help="for no other limit price than this")] = "",
    valid_s: Annotated[int, typer.Option(help="seconds, at most 3600")] = 60,
    operator: Annotated[str, typer.Option(help="who; the login name by default")] = "",
    config: Config = DEFAULT_CONFIG,
) -> None:
    """Let one new order pass in spite of the refusals named: once, and not for long. Halts and kill switches stay."""
    body = {
        "session": session, "cl_ord_id": cl_ord_id, "symbol": symbol, "side": side.upper(), "qty_max": qty_max,
        "price": price, "codes": [code.strip() for code in codes.split(",") if code.strip()], "valid_s": valid_s,
        "operator": login_name(operator), "approver": approver, "reason": reason,
    }  # fmt: skip
    answer = cast("dict[str, Any]", answer_of(config, "POST", "/risk/override", body))
    print(f"granted for {answer['valid_s']} s: {', '.join(answer['granted'])}; {answer['open']} open")


def told(answer: dict[str, Any]) -> Iterator[str]:
    """The answer as lines."""
    if "order_id" in answer:
        yield f"{answer['order_id']} is {answer['ord_status']}"
        if answer["recorded"]:
            yield "it was refused:"
            yield from (f"  {text}" for text in answer["recorded"])
            yield "now:"
    for finding in answer["now"]:
        yield f"{finding['gate']:20} {finding['verdict']}"
        if finding["text"]:
            yield f"  {finding['text']}"
        for figure in finding["figures"]:
            of = f"  of {figure['slice']}" if figure["slice"] else ""
            yield f"  {figure['name']:24} {figure['value']:>20}   limit {figure['limit']}{of}"
    for text in answer.get("beside_the_gates", ()):
        yield f"also: {text}"
    if answer.get("cure"):
        yield f"cure: {answer['cure']}"
    if "passes" in answer:
        yield "passes" if answer["passes"] and not answer.get("beside_the_gates") else "does not pass"
