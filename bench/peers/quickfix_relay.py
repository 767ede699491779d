"""The Python peer of the full path: QuickFIX as acceptor and initiator in one process, passing messages between them.

It does what the least gateway on QuickFIX would do: two sessions with FileStores (no fsync), no gates, no order state;
a FileLog when the settings name a FileLogPath. It listens only when the venue's session is up.
Usage: `python -m bench.peers.quickfix_relay acceptor.cfg initiator.cfg`; ends on SIGTERM.
"""

from __future__ import annotations

import signal
import sys
import threading

import quickfix as fix


class Relay(fix.Application):  # type: ignore[misc]  # quickfix is published without types
    """What comes on one session goes out on the other."""

    def __init__(self) -> None:
        super().__init__()
        self.venue_is_up = threading.Event()
        self._other: dict[str, fix.SessionID] = {}

    def onCreate(self, session_id: fix.SessionID) -> None:
        parts = (session_id.getBeginString(), session_id.getSenderCompID(), session_id.getTargetCompID())
        kept = fix.SessionID(*(part.getValue() for part in parts))
        self._other["BENCH" if parts[2].getValue() == "EXCHANGE" else "EXCHANGE"] = kept

    def onLogon(self, session_id: fix.SessionID) -> None:
        if session_id.getTargetCompID().getValue() == "EXCHANGE":
            self.venue_is_up.set()

    def onLogout(self, session_id: fix.SessionID) -> None: ...

    def toAdmin(self, message: fix.Message, session_id: fix.SessionID) -> None: ...

    def toApp(self, message: fix.Message, session_id: fix.SessionID) -> None: ...

    def fromAdmin(self, message: fix.Message, session_id: fix.SessionID) -> None: ...

    def fromApp(self, message: fix.Message, session_id: fix.SessionID) -> None:
        target = self._other[session_id.getTargetCompID().getValue()]
        fix.Session.sendToTarget(fix.Message(message), target)


def main() -> None:
    ends = {signal.SIGTERM, signal.SIGINT}
    signal.pthread_sigmask(signal.SIG_BLOCK, ends)
    clients, venues = fix.SessionSettings(sys.argv[1]), fix.SessionSettings(sys.argv[2])
    relay = Relay()
    client_stores, venue_stores = fix.FileStoreFactory(clients), fix.FileStoreFactory(venues)
    has_log = clients.get().has("FileLogPath")
    client_logs = (fix.FileLogFactory(clients),) if has_log else ()
    venue_logs = (fix.FileLogFactory(venues),) if has_log else ()
    acceptor = fix.SocketAcceptor(relay, client_stores, clients, *client_logs)
    initiator = fix.SocketInitiator(relay, venue_stores, venues, *venue_logs)
    initiator.start()
    if relay.venue_is_up.wait(20):
        acceptor.start()
        signal.sigwait(ends)
        acceptor.stop(True)
    initiator.stop(True)


if __name__ == "__main__":
    main()
