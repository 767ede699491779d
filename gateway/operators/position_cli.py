"""`fixgate position ...` and `fixgate rate ...`: what is held and what it has earned, what the day began with, and what
currencies are worth."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Annotated, Any, cast

import typer

from gateway.operators.door_client import answer_of, refuse
from gateway.operators.position_file import FileRefused, read_positions

DEFAULT_CONFIG = Path("config/demo.yaml")
NO_ACCOUNT = "no account"
"""What stands for the Account(1) of orders that have none."""

position_app = typer.Typer(help="What accounts hold and have earned; what the day began with.", no_args_is_help=True)
rate_app = typer.Typer(help="Conversion rates to the base currency, and their age.", no_args_is_help=True)

Config = Annotated[Path, typer.Option("--config", help="YAML file that the gateway runs on")]
By = Annotated[str, typer.Option("--by", "--operator", help="who says so")]
Why = Annotated[str, typer.Option("--why", "--reason", help="why; it is written into the journal")]
Approver = Annotated[str, typer.Option(help="the second person, where limits are only raised by two")]
AsJson = Annotated[bool, typer.Option("--json", help="the answer as JSON")]
Account = Annotated[str, typer.Option(help="Account(1); all without it")]
Symbol = Annotated[str, typer.Option(help="Symbol(55); all without it")]


@position_app.command("list")
def list_positions(
    account: Account = "",
    symbol: Symbol = "",
    limit: Annotated[int, typer.Option(min=1, max=100_000, help="so many positions")] = 1000,
    as_json: AsJson = False,
    config: Config = DEFAULT_CONFIG,
) -> None:
    """A line for each account, symbol and venue, and one for each account in the base currency."""
    answer = _positions(config, account, symbol, limit)
    print(json.dumps(answer, indent=2) if as_json else "\n".join(listed(answer)))


@position_app.command("show")
def show(
    account: Annotated[str, typer.Argument(help="Account(1)")],
    symbol: Annotated[str, typer.Argument(help="Symbol(55)")] = "",
    as_json: AsJson = False,
    config: Config = DEFAULT_CONFIG,
) -> None:
    """All that is known of an account's positions: prices, fees, the start of the day, rates and their age."""
    answer = _positions(config, account, symbol, 100_000)
    print(json.dumps(answer, indent=2) if as_json else "\n".join(told(answer)))


@position_app.command("load")
def load(
    file: Annotated[Path, typer.Argument(help=".csv or .yaml with account, symbol, qty, and price and venue if known")],
    by: By,
    why: Why,
    day: Annotated[str, typer.Option(help="YYYYMMDD; refused unless that is the trading day")] = "",
    approver: Approver = "",
    as_json: AsJson = False,
    config: Config = DEFAULT_CONFIG,
) -> None:
    """Say what accounts held when the trading day began: all of the file, or nothing. What was executed since then
    counts besides. Accounts and symbols that are not in it stay as they were. The same file may be loaded again."""
    try:
        rows = read_positions(file)
    except FileRefused as refused:
        refuse(str(refused))
    except OSError as error:
        refuse(f"{file}: {error.strerror}")
    wish = {"rows": rows, "source": file.name, "day": day, "operator": by, "reason": why, "approver": approver}
    _set(wish, as_json, config)


@position_app.command("set", context_settings={"ignore_unknown_options": True})
def set_position(
    account: Annotated[str, typer.Argument(help="Account(1)")],
    symbol: Annotated[str, typer.Argument(help="Symbol(55)")],
    qty: Annotated[str, typer.Argument(metavar="QTY", help="negative when it was sold short")],
    by: By,
    why: Why,
    price: Annotated[str, typer.Option(help="what one has cost; without it the reference price")] = "",
    venue: Annotated[str, typer.Option(help="where it is held; without it: all that the account holds")] = "",
    approver: Approver = "",
    as_json: AsJson = False,
    config: Config = DEFAULT_CONFIG,
) -> None:
    """Say what one account held of one symbol when the trading day began."""
    row = {"account": account, "symbol": symbol, "venue": venue, "qty": qty, "price": price}
    _set({"rows": [row], "operator": by, "reason": why, "approver": approver}, as_json, config)


def _set(body: Mapping[str, object], as_json: bool, config: Path) -> None:
    answer = cast("dict[str, Any]", answer_of(config, "POST", "/position/set", body))
    if as_json:
        print(json.dumps(answer, indent=2))
    else:
        same = answer["told"] - answer["changed"]
        print(
            f"start of {answer['trading_day'] or 'the trading day'}: {answer['changed']} told"
            + (f", {same} stood so already" if same else "")
        )


def _positions(config: Path, account: str, symbol: str, limit: int) -> dict[str, Any]:
    body = {"account": account, "symbol": symbol, "limit": limit}
    return cast("dict[str, Any]", answer_of(config, "POST", "/position/list", body))


def listed(answer: dict[str, Any]) -> Iterator[str]:
    """Lines of the list."""
    for held in answer["positions"]:
        at = f" at {held['venue']}" if held["venue"] else ""
        price = f" @ {held['open_price']}" if held["open_price"] is not None else ""
        fees = ", ".join(f"{amount} {currency}" for currency, amount in held["fees"].items()) or "none"
        yield (
            f"{held['account'] or NO_ACCOUNT:12} {held['symbol']:12} {held['qty']:>14}{price}{at}: "
            f"realised {held['realised']}, unrealised {_unrealised(held)} {held['currency']}, fees {fees}"
        )
    shown, count = len(answer["positions"]), answer["count"]
    yield f"{count} position{'' if count == 1 else 's'}" + (f", {shown} shown" if shown < count else "")
    for account, profit in answer["accounts"].items():
        yield _total(account, profit)


def told(answer: dict[str, Any]) -> Iterator[str]:
    """All there is of each."""
    for held in answer["positions"]:
        at = f" at {held['venue']}" if held["venue"] else ""
        yield f"{held['account'] or NO_ACCOUNT} {held['symbol']}{at}: {held['qty']}"
        yield f"  average price: {held['open_price'] or '-'} {held['currency']}, multiplier {held['multiplier']}"
        yield f"  realised: {held['realised']} {held['currency']}, today {held['realised_today']}"
        yield f"  unrealised: {_unrealised(held)} {held['currency']}"
        for currency, amount in held["fees"].items():
            yield f"  fees: {amount} {currency}"
        start, today = held["start_of_day"], held["today"]
        by = f", told by {start['told_by']}: {start['told_why']}" if start["told_by"] else ""
        by += f" ({start['told_from']})" if start["told_from"] else ""
        priced = "" if start["price"] is None else f" @ {start['price']}"
        priced += ", the reference price" if start["is_reference_price"] else ""
        yield f"  start of day: {start['qty']}{priced}{by}; the day before left {start['carried_qty']}"
        yield f"  today: {today['bought']} bought for {today['paid']}, {today['sold']} sold for {today['received']}"
        yield f"  rate: {held['rate_missing'] or held['rate'] + ', ' + _age(held['rate_age_ms'])}"
    for account, profit in answer["accounts"].items():
        yield _total(account, profit)
    if not answer["positions"]:
        yield "no positions"


def _total(account: str, profit: dict[str, Any]) -> str:
    missing = f"; NOT in it: {'; '.join(profit['missing'])}" if profit["missing"] else ""
    return (
        f"{account or NO_ACCOUNT}: realised {profit['realised']} (today {profit['realised_today']}), unrealised "
        f"{profit['unrealised']}, fees {profit['fees']}, net {profit['net']} {profit['currency']}{missing}"
    )


def _unrealised(held: dict[str, Any]) -> str:
    if held["unrealised"] is None:
        return "not known: no reference price"
    if held["reference_price"] is None:
        return str(held["unrealised"])
    return f"{held['unrealised']} at {held['reference_price']}, {_age(held['reference_price_age_ms'])}"


def _age(ms: int) -> str:
    return f"{ms / 1000:.1f} s old"


@rate_app.command("list")
def list_rates(as_json: AsJson = False, config: Config = DEFAULT_CONFIG) -> None:
    """What one of each currency is in the base currency, since when, and by whose word."""
    answer = cast("dict[str, Any]", answer_of(config, "POST", "/rate/list", {}))
    print(json.dumps(answer, indent=2) if as_json else "\n".join(rates_told(answer)))


@rate_app.command("set")
def set_rate(
    currency: Annotated[str, typer.Argument(help="as instruments and accounts have it")],
    rate: Annotated[str, typer.Argument(help="what one of it is in the base currency")],
    by: By,
    why: Why,
    as_of: Annotated[str, typer.Option(help="when it was so, as 2026-11-21T20:00:00Z; now without it")] = "",
    approver: Approver = "",
    as_json: AsJson = False,
    config: Config = DEFAULT_CONFIG,
) -> None:
    """Say what a currency is worth. It lasts until somebody says otherwise, or the instrument has a price that it comes
    from, or the configuration has other rates."""
    body = {
        "currency": currency, "rate": rate, "as_of": as_of, "operator": by, "reason": why, "approver": approver,
    }  # fmt: skip
    answer = cast("dict[str, Any]", answer_of(config, "POST", "/rate/set", body))
    print(json.dumps(answer, indent=2) if as_json else "\n".join(rates_told(answer)))


def rates_told(answer: dict[str, Any]) -> Iterator[str]:
    for rate in answer["rates"]:
        source = f", renewed by {rate['symbol']}" if rate["symbol"] else ""
        stale = ", STALE" if rate["is_stale"] else ""
        yield (
            f"1 {rate['currency']} = {rate['rate']} {answer['base_currency']}, {_age(rate['age_ms'])}{stale}, from "
            f"{rate['from']}{source}"
        )
    if not answer["rates"]:
        yield f"no rates: everything is in {answer['base_currency']}"
