"""The Python peer: a QuickFIX acceptor with its FileStore (no fsync) and a trivial application, in two styles.

`fields`   reads and writes by typed field objects, the documented way
`strings`  reads and writes by tag and string: half the calls into C++, the fastest this binding offers

The report has the fields that fixgate's has. There is a FileLog, of messages and events, when the settings name a
FileLogPath; else no log.

Usage: `python -m bench.peers.quickfix_acceptor fields|strings settings.cfg`; ends on SIGTERM.
"""

from __future__ import annotations

import itertools
import signal
import sys
from collections.abc import Callable
from datetime import UTC, datetime

import quickfix as fix

_numbers = itertools.count(1)


def report_by_fields(order: fix.Message) -> fix.Message:
    """ExecutionReport "New" of an order."""
    cl_ord_id, account, symbol, side = fix.ClOrdID(), fix.Account(), fix.Symbol(), fix.Side()
    order_qty, ord_type, price, time_in_force = fix.OrderQty(), fix.OrdType(), fix.Price(), fix.TimeInForce()
    for field in (cl_ord_id, account, symbol, side, order_qty, ord_type, price, time_in_force):
        order.getField(field)
    number = str(next(_numbers))
    report = fix.Message()
    report.getHeader().setField(fix.MsgType(fix.MsgType_ExecutionReport))
    report.setField(fix.OrderID("O" + number))
    report.setField(fix.ExecID("E" + number))
    report.setField(fix.ExecType(fix.ExecType_NEW))
    report.setField(fix.OrdStatus(fix.OrdStatus_NEW))
    report.setField(fix.LeavesQty(order_qty.getValue()))
    report.setField(fix.CumQty(0))
    report.setField(fix.AvgPx(0))
    report.setField(fix.TransactTime())
    for field in (cl_ord_id, account, symbol, side, order_qty, ord_type, price, time_in_force):
        report.setField(field)
    return report


def report_by_strings(order: fix.Message) -> fix.Message:
    """The same report."""
    number, order_qty = str(next(_numbers)), order.getField(38)
    report = fix.Message()
    report.getHeader().setField(35, "8")
    report.setField(37, "O" + number)
    report.setField(17, "E" + number)
    report.setField(150, "0")
    report.setField(39, "0")
    report.setField(151, order_qty)
    report.setField(14, "0")
    report.setField(6, "0")
    report.setField(38, order_qty)
    report.setField(60, datetime.now(UTC).strftime("%Y%m%d-%H:%M:%S.%f")[:-3])
    for tag in (11, 1, 55, 54, 40, 44, 59):
        report.setField(tag, order.getField(tag))
    return report


class Acceptor(fix.Application):  # type: ignore[misc]  # quickfix is published without types
    """Answers every order with one report."""

    def __init__(self, report: Callable[[fix.Message], fix.Message]) -> None:
        super().__init__()
        self._report = report

    def onCreate(self, session_id: fix.SessionID) -> None: ...

    def onLogon(self, session_id: fix.SessionID) -> None: ...

    def onLogout(self, session_id: fix.SessionID) -> None: ...

    def toAdmin(self, message: fix.Message, session_id: fix.SessionID) -> None: ...

    def toApp(self, message: fix.Message, session_id: fix.SessionID) -> None: ...

    def fromAdmin(self, message: fix.Message, session_id: fix.SessionID) -> None: ...

    def fromApp(self, message: fix.Message, session_id: fix.SessionID) -> None:
        fix.Session.sendToTarget(self._report(message), session_id)


def main() -> None:
    ends = {signal.SIGTERM, signal.SIGINT}
    signal.pthread_sigmask(signal.SIG_BLOCK, ends)
    settings = fix.SessionSettings(sys.argv[2])
    application = Acceptor({"fields": report_by_fields, "strings": report_by_strings}[sys.argv[1]])
    store_factory = fix.FileStoreFactory(settings)
    logs = (fix.FileLogFactory(settings),) if settings.get().has("FileLogPath") else ()
    acceptor = fix.SocketAcceptor(application, store_factory, settings, *logs)
    acceptor.start()
    signal.sigwait(ends)
    acceptor.stop(True)


if __name__ == "__main__":
    main()
