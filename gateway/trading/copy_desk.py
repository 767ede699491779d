"""Drop copies as the gateway trades: who hears what is made a fact, and each copy is sent within the turn of its fact.

Where nobody listens the desk's table of tellers stays as it is, and nothing of this is ever called. Where somebody
does, each teller in it that makes reports is followed by the copies of what it told.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import msgspec

from gateway.trading.client_terms import Client
from gateway.trading.copies import COPIED, Copies
from gateway.trading.sent_copies import SentCopies
from gateway.turn import Turn
from oms.blotter import Blotter
from oms.commands import Command
from oms.copy_commands import SetCopyTerms, SetReporting
from oms.copy_terms import Reporting
from oms.events import Event

Teller = Callable[[Any, Turn], None]


class CopyDesk:
    """`mics`: venue -> market identifier code."""

    def __init__(
        self,
        blotter: Blotter,
        clients: Callable[[], Mapping[str, Client]],
        take: Callable[[Command, Turn], None],
        mics: Mapping[str, str],
    ) -> None:
        self._blotter = blotter
        self._clients = clients
        self._take = take
        self._mics = tuple(sorted(mics.items()))
        self.copies = Copies(blotter, self._newest)
        self._is_stale = True
        self.sent: SentCopies | None = None
        """What was sent before; None where there is no log to read it from."""

    def _newest(self, session: str) -> int:
        """ApplSeqNum(1181) of the last copy before the start."""
        return 0 if self.sent is None else self.sent.newest(session)

    def with_copies(self, tellers: Mapping[type[Event], Teller]) -> dict[type[Event], Teller]:
        """The same tellers, with the copies that the terms in the blotter want."""
        self.copies.terms_changed()
        table = dict(tellers)
        if self._blotter.copies:
            for fact in COPIED:
                table[fact] = self._followed(table.get(fact))
        return table

    def _followed(self, tell: Teller | None) -> Teller:
        copies_of = self.copies.of

        def told(event: Any, turn: Turn) -> None:
            try:
                if tell is not None:
                    tell(event, turn)
            finally:  # the client's report has failed, the fact stands: whoever else hears of it shall
                for copy in copies_of(event):
                    turn.send(copy.session, copy.msg_type, copy.body)

        return told

    # -- who hears what becomes a fact -------------------------------------------------------------------------------

    def clients_changed(self) -> None:
        """Before long: in the next turn."""
        self._is_stale = True

    def deadline(self) -> int | None:
        """On the monotonic clock: now, when there is something to be told."""
        return 0 if self._is_stale else None

    def reached(self, turn: Turn) -> None:
        """Make what is configured a fact, where it is another than what stands."""
        if not self._is_stale:
            return
        self._is_stale = False
        clients = self._clients()
        listening = {session: client.hears for session, client in clients.items() if client.hears is not None}
        for session in [*self._blotter.copies]:
            if session not in listening:
                self._take(SetCopyTerms(session, None), turn)
        for session, terms in listening.items():
            self._take(SetCopyTerms(session, msgspec.structs.replace(terms, mics=self._mics)), turn)
        for session, client in clients.items():
            self.arrived(session, client, turn)

    def arrived(self, session: str, client: Client, turn: Turn) -> None:
        """The client may send orders from here on."""
        if not client.listens_only:
            reporting = Reporting(client.comp_id, tuple(sorted(client.report_pending)))
            self._take(SetReporting(session, reporting), turn)
