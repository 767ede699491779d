"""The Python peer: a QuickFIX acceptor with its FileStore (no fsync), no log, and a trivial application.

Usage: `python -m bench.peers.quickfix_acceptor settings.cfg`; ends on SIGTERM.
"""

from __future__ import annotations

import itertools
import signal
import sys

import quickfix as fix


class Acceptor(fix.Application):  # type: ignore[misc]  # quickfix has no type information
    """Answers every NewOrderSingle with one ExecutionReport "New"."""

    def __init__(self) -> None:
        super().__init__()
        self._numbers = itertools.count(1)

    def onCreate(self, session_id: fix.SessionID) -> None: ...

    def onLogon(self, session_id: fix.SessionID) -> None: ...

    def onLogout(self, session_id: fix.SessionID) -> None: ...

    def toAdmin(self, message: fix.Message, session_id: fix.SessionID) -> None: ...

    def toApp(self, message: fix.Message, session_id: fix.SessionID) -> None: ...

    def fromAdmin(self, message: fix.Message, session_id: fix.SessionID) -> None: ...

    def fromApp(self, message: fix.Message, session_id: fix.SessionID) -> None:
        cl_ord_id, symbol, side, order_qty, price = fix.ClOrdID(), fix.Symbol(), fix.Side(), fix.OrderQty(), fix.Price()
        for field in (cl_ord_id, symbol, side, order_qty, price):
            message.getField(field)
        number = str(next(self._numbers))
        report = fix.Message()
        report.getHeader().setField(fix.MsgType(fix.MsgType_ExecutionReport))
        report.setField(fix.OrderID("O" + number))
        report.setField(fix.ExecID("E" + number))
        report.setField(fix.ExecType(fix.ExecType_NEW))
        report.setField(fix.OrdStatus(fix.OrdStatus_NEW))
        report.setField(fix.LeavesQty(order_qty.getValue()))
        report.setField(fix.CumQty(0))
        report.setField(fix.AvgPx(0))
        for field in (cl_ord_id, symbol, side, order_qty, price):
            report.setField(field)
        fix.Session.sendToTarget(report, session_id)


def main() -> None:
    ends = {signal.SIGTERM, signal.SIGINT}
    signal.pthread_sigmask(signal.SIG_BLOCK, ends)
    settings = fix.SessionSettings(sys.argv[1])
    application = Acceptor()
    store_factory = fix.FileStoreFactory(settings)
    acceptor = fix.SocketAcceptor(application, store_factory, settings)
    acceptor.start()
    signal.sigwait(ends)
    acceptor.stop(True)


if __name__ == "__main__":
    main()
