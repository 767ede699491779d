"""The rows of `limits.slices` as limit records, and what is wrong with them."""

from __future__ import annotations

from decimal import Decimal

from config.conversion_rates import source_faults
from config.convert import Fault
from config.limit_slices import SliceConfig
from config.model import GatewayConfig, LimitsConfig
from config.session_checks import at
from oms.limits import CONVERSION_RATE_MAX, INITIAL_MARGIN_MAX
from oms.rates import Rate
from oms.slices import ANY, Bounds, Dimension, LimitRow, row_faults

_HUNDRED = Decimal(100)


def rows_of(limits: LimitsConfig) -> tuple[LimitRow, ...]:
    return tuple(map(_row, limits.slices))


def _row(of: SliceConfig) -> LimitRow:
    places = [(dimension, getattr(of, _key(dimension))) for dimension in Dimension]
    bounds = Bounds(
        order_qty_max=of.order_qty_max,
        order_notional_max=of.order_notional_max,
        price_band=None if of.price_band_percent is None else of.price_band_percent / _HUNDRED,
        long_qty_max=of.long_qty_max,
        short_qty_max=of.short_qty_max,
        gross_notional_max=of.gross_notional_max,
        net_notional_max=of.net_notional_max,
        credit_max=of.credit_max,
        executions=None if of.executions_per_s is None else Rate(of.executions_per_s, of.executions_per_s),
        order_to_trade_max=of.order_to_trade_max,
        loss_max=of.loss_max,
        drawdown_max=of.drawdown_max,
        period_s=None if of.period_s is None else Decimal(of.period_s),
        period_messages_max=of.period_messages_max,
        period_qty_max=of.period_qty_max,
        period_notional_max=of.period_notional_max,
        period_price_move=(None if of.period_price_move_percent is None else of.period_price_move_percent / _HUNDRED),
        period_loss_max=of.period_loss_max,
        messages=None if of.messages_per_s is None else Rate(of.messages_per_s, of.messages_per_s),
    )
    return LimitRow(tuple((dimension, value) for dimension, value in places if value is not None), bounds)


def margins_of(limits: LimitsConfig) -> tuple[tuple[str, Decimal], ...]:
    return tuple((of.risk_class, of.percent / _HUNDRED) for of in limits.initial_margins)


def _key(dimension: Dimension) -> str:
    return "risk_class" if dimension is Dimension.RISK_CLASS else str(dimension)


def slices_faults(config: GatewayConfig) -> list[Fault]:
    """Rows that are said twice, limit nothing, or are about what is not there; currencies without a rate."""
    limits, faults = config.limits, []
    known = {
        Dimension.SYMBOL: {instrument.symbol for instrument in config.instruments},
        Dimension.RISK_CLASS: {instrument.risk_class or "" for instrument in config.instruments},
        Dimension.GROUP: {account.group or "" for account in config.accounts},
        Dimension.SESSION: {session.name for session in config.sessions},
        Dimension.VENUE: {venue.name for venue in config.venues},
    }
    templates = bool(config.session_templates)
    first: dict[object, int] = {}
    for i, row in enumerate(rows_of(limits)):
        where = f"limits.slices[{i}]"
        if row.of in first:
            faults.append(at(where, f"{row.name} is already limits.slices[{first[row.of]}]"))
        first.setdefault(row.of, i)
        if not row.of:
            faults.append(at(where, f"says of no slice that it is for it; write one of {', '.join(Dimension)}"))
        else:
            faults += [at(where, fault) for fault in row_faults(row)]
        for dimension, value in row.of:
            names = known.get(dimension)
            if names is None or value == ANY or value in names or (dimension is Dimension.SESSION and templates):
                continue
            there = ", ".join(sorted(filter(None, names))) or "none"
            faults.append(at(f"{where}.{dimension}", f"'{value}' is not there; known are {there}, and * for each"))
    return faults + _currency_faults(config) + _margin_faults(config)


def _margin_faults(config: GatewayConfig) -> list[Fault]:
    faults = []
    known = sorted({instrument.risk_class for instrument in config.instruments if instrument.risk_class})
    said: dict[str, int] = {}
    for i, (risk_class, margin) in enumerate(margins_of(config.limits)):
        where = f"limits.initial_margins[{i}]"
        if risk_class in said:
            faults.append(at(f"{where}.class", f"'{risk_class}' is already limits.initial_margins[{said[risk_class]}]"))
        said.setdefault(risk_class, i)
        if risk_class not in known:
            there = ", ".join(known) or "none"
            faults.append(at(f"{where}.class", f"'{risk_class}' is not there; known are {there}"))
        if margin > INITIAL_MARGIN_MAX:
            faults.append(at(f"{where}.percent", f"{config.limits.initial_margins[i].percent} is above 1000"))
    return faults


def _currency_faults(config: GatewayConfig) -> list[Fault]:
    limits = config.limits
    faults = []
    rates: set[str] = {limits.base_currency}
    for i, of in enumerate(limits.conversion_rates):
        where = f"limits.conversion_rates[{i}]"
        if of.currency in rates:
            faults.append(at(f"{where}.currency", f"'{of.currency}' is the base currency, or has a rate already"))
        if of.rate is not None and of.rate > CONVERSION_RATE_MAX:
            faults.append(at(f"{where}.rate", f"{of.rate} is above {CONVERSION_RATE_MAX}"))
        rates.add(of.currency)
        faults += source_faults(where, of, config)
    for i, instrument in enumerate(config.instruments):
        if instrument.currency is not None and instrument.currency not in rates:
            why = f"'{instrument.currency}' is not the base currency {limits.base_currency} and has no conversion rate"
            faults.append(at(f"instruments[{i}].currency", why))
    names = [account.name for account in config.accounts]
    for i, name in enumerate(names):
        if name in names[:i]:
            faults.append(at(f"accounts[{i}].name", f"'{name}' is already accounts[{names.index(name)}]"))
    return faults
