"""What an operator may ask for: from the admin door's JSON to a command, or to what is wrong with the wish."""

from __future__ import annotations

from collections.abc import Callable

from gateway.operators import kill_switch_wishes, limit_wishes, order_commands, position_wishes, risk_wishes
from gateway.operators.session_commands import (
    ExplainSession,
    ListSessions,
    LogOutSession,
    ReadConfiguration,
    ResetNumbers,
)
from gateway.operators.wish import Wish, word
from gateway.trading.monitor_desk import ShowMonitor
from gateway.trading.news import TellNews, news_faults
from oms.commands import SetSymbolStatus, SetTradingState
from oms.permission_commands import RestrictSymbol, ResumeSlice
from oms.types import SymbolStatus, TradingState

SEQ_NUM_MAX = 10**18 - 1


class Status:
    """Asks for a picture of the process. Changes nothing."""


class StateHash:
    """Asks for the hash of the state: for tests and audits, since it costs what there is. Changes nothing."""


def command_of(wish: dict[str, object]) -> object:
    """The command that a wish states. Raises ValueError naming the key, the value and the rule."""
    read = _READERS.get(str(wish.get("ask")))
    if read is None:
        raise ValueError(f"ask: {wish.get('ask')!r} is not one of {', '.join(_READERS)}")
    return read(wish)


def _trading_state(wish: Wish) -> object:
    state = wish.get("state")
    if state not in list(TradingState):
        raise ValueError(f"state: {state!r} is not one of {', '.join(TradingState)}")
    why = "a change of the trading state has a name and a reason"
    return SetTradingState(TradingState(str(state)), word(wish, "operator", why), word(wish, "reason", why))


def _symbol_status(wish: Wish) -> object:
    status = wish.get("status")
    if status not in list(SymbolStatus):
        raise ValueError(f"status: {status!r} is not one of {', '.join(SymbolStatus)}")
    why = "a halt has a name and a reason"
    symbol = word(wish, "symbol", "which symbol?")
    operator, reason = word(wish, "operator", why), word(wish, "reason", why)
    return SetSymbolStatus(symbol, SymbolStatus(str(status)), operator, reason)


def _restriction(wish: Wish) -> object:
    is_restricted = wish.get("restricted")
    if not isinstance(is_restricted, bool):
        raise ValueError(f"restricted: {is_restricted!r} is neither true nor false")
    why = "a restriction has a name and a reason"
    symbol = word(wish, "symbol", "which symbol?")
    return RestrictSymbol(symbol, is_restricted, word(wish, "operator", why), word(wish, "reason", why))


def _slice_resume(wish: Wish) -> object:
    why = "a slice goes on by somebody's word, and for a reason"
    name = word(wish, "slice", "which slice? as account=A1 symbol=BTC-USD")
    return ResumeSlice(name, word(wish, "operator", why), word(wish, "reason", why))


def _news(wish: Wish) -> object:
    headline, operator = word(wish, "headline", "news has a headline"), word(wish, "operator", "news has a name")
    lines = wish.get("lines")
    if not isinstance(lines, list) or not all(isinstance(line, str) for line in lines):
        raise ValueError(f"lines: {lines!r} is no list of texts")
    if faults := news_faults(headline, tuple(lines)):
        raise ValueError(f"lines: {faults}")
    return TellNews(headline, tuple(lines), operator)


def _log_out(wish: Wish) -> object:
    why = "a Logout by an operator has a name and a reason"
    return LogOutSession(_session(wish), word(wish, "operator", why), word(wish, "reason", why))


def _reset(wish: Wish) -> object:
    why = "a change of sequence numbers has a name and a reason"
    sender, target = _seq_num(wish, "sender"), _seq_num(wish, "target")
    return ResetNumbers(_session(wish), sender, target, word(wish, "operator", why), word(wish, "reason", why))


def _explain(wish: Wish) -> object:
    return ExplainSession(_session(wish), _seq_num(wish, "logon_seq"), _seq_num(wish, "next_expected"))


def _session(wish: Wish) -> str:
    return word(wish, "session", "which session?")


def _seq_num(wish: Wish, key: str) -> int | None:
    value = wish.get(key)
    if value is not None and (not isinstance(value, int) or isinstance(value, bool) or not 1 <= value <= SEQ_NUM_MAX):
        raise ValueError(f"{key}: {value!r} is no sequence number: 1 to {SEQ_NUM_MAX}")
    return value


_READERS: dict[str, Callable[[Wish], object]] = {
    "status": lambda wish: Status(),
    "state_hash": lambda wish: StateHash(),
    "trading_state": _trading_state,
    "symbol_status": _symbol_status,
    "restriction": _restriction,
    "slice_resume": _slice_resume,
    "monitor": lambda wish: ShowMonitor(),
    "sessions": lambda wish: ListSessions(),
    "session_logout": _log_out,
    "session_reset": _reset,
    "session_explain": _explain,
    "news": _news,
    "reload": lambda wish: ReadConfiguration(word(wish, "operator", "a reload has a name")),
    **order_commands.READERS,
    **kill_switch_wishes.READERS,
    **limit_wishes.READERS,
    **position_wishes.READERS,
    **risk_wishes.READERS,
}
