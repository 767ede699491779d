"""Positions and conversion rates, shown to operators and told by them. What changes one is decided by `oms.decide`, and
in the log with who and why before it is answered; the answer is what stands then."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from itertools import groupby

from gateway.operators.position_view import position_view, profit_view, rates_view
from gateway.operators.position_wishes import ShowPositions, ShowRates
from gateway.turn import Turn
from oms.blotter import Blotter
from oms.commands import Command
from oms.decide import decide
from oms.events import OperatorRefused
from oms.position_commands import SetConversionRate, SetStartOfDay
from oms.positions import Key, Position
from oms.profit import total
from oms.types import Moment

Answer = dict[str, object]


class PositionDesk:
    """`take` decides a command and carries out what follows."""

    def __init__(self, blotter: Blotter, take: Callable[[Command, Turn], None]) -> None:
        self._blotter = blotter
        self._take = take
        self.deeds: Mapping[type, Callable[..., Answer]] = {
            ShowPositions: self._show,
            ShowRates: self._rates,
            SetStartOfDay: self._set,
            SetConversionRate: self._set_rate,
        }
        """By the type of the command: the answer, with `error` in it when the wish cannot be met."""

    def _show(self, command: ShowPositions, turn: Turn) -> Answer:
        blotter, at_ns = self._blotter, turn.now.utc_ns
        accounts = [command.account] if command.account else sorted(blotter.positions.accounts())
        held: list[tuple[Key, Position]] = []
        for account in accounts:
            held += sorted(blotter.positions.of_account(account, command.symbol), key=_key)
        shown = held[: command.limit]
        totals = {
            account: profit_view(total(blotter, its, at_ns))
            for account, its in groupby(shown, key=lambda entry: entry[0][0])
        }
        return {
            "trading_day": blotter.trading_day,
            "positions": [position_view(blotter, key, position, at_ns) for key, position in shown],
            "count": len(held),
            "accounts": totals,
        }

    def _rates(self, command: ShowRates, turn: Turn) -> Answer:
        return rates_view(self._blotter, turn.now.utc_ns)

    def _set(self, command: SetStartOfDay, turn: Turn) -> Answer:
        changed = self._decided(command, turn)
        if isinstance(changed, str):
            return {"error": changed}
        return {"told": len(command.rows), "changed": changed, "trading_day": self._blotter.trading_day}

    def _set_rate(self, command: SetConversionRate, turn: Turn) -> Answer:
        changed = self._decided(command, turn)
        if isinstance(changed, str):
            return {"error": changed}
        return {"changed": bool(changed), **self._rates(ShowRates(), turn)}

    def _decided(self, command: SetStartOfDay | SetConversionRate, turn: Turn) -> int | str:
        """How many facts came of it, or why none."""
        # deciding changes nothing, so what will be said can be read beforehand
        events = decide(self._blotter, command, Moment(turn.now.utc_ns, turn.next_seq()))
        self._take(command, turn)
        for event in events:
            if isinstance(event, OperatorRefused):
                return event.text
        return len(events)


def _key(entry: tuple[Key, Position]) -> Key:
    return entry[0]
