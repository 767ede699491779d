"""The pure-Python peer with fsync: fixcore-engine's acceptor with its FileStore and a trivial application.

Runs under the interpreter of its own environment (`.bench/venv`), which knows nothing of this project. No log, as with
QuickFIX.
Usage: `python fixcore_acceptor.py settings.cfg`; ends on SIGTERM.
"""

from __future__ import annotations

import asyncio
import itertools
import logging
import signal
import sys
from datetime import UTC, datetime

from fixcore.application import Application
from fixcore.log.base import Log, LogFactory
from fixcore.message.message import Message
from fixcore.session.session import Session
from fixcore.session.session_id import SessionID
from fixcore.session.session_settings import SessionSettings
from fixcore.transport.acceptor import SocketAcceptor


class NoLog(Log, LogFactory):  # type: ignore[misc]  # as Acceptor below
    """Writes nothing, for every session."""

    def create(self, session_id: SessionID) -> Log:
        return self

    def on_incoming(self, message: str) -> None: ...

    def on_outgoing(self, message: str) -> None: ...

    def on_event(self, text: str) -> None: ...


class Acceptor(Application):  # type: ignore[misc]  # fixcore is not in the type checker's environment
    """Answers every NewOrderSingle with one ExecutionReport "New", in the order of arrival."""

    def __init__(self) -> None:
        self.session: Session | None = None
        self._numbers = itertools.count(1)
        self._reports: asyncio.Queue[Message] = asyncio.Queue()

    def from_app(self, message: Message, session_id: SessionID) -> None:
        number = next(self._numbers)
        report = Message()
        report.header.set(35, "8")
        for tag, value in ((37, f"O{number}"), (17, f"E{number}"), (150, "0"), (39, "0"), (14, "0"), (6, "0")):
            report.set_field(tag, value)
        for tag in (11, 1, 55, 54, 38, 40, 44, 59):
            report.set_field(tag, message.get_field(tag))
        report.set_field(151, message.get_field(38))
        report.set_field(60, datetime.now(UTC).strftime("%Y%m%d-%H:%M:%S.%f")[:-3])
        self._reports.put_nowait(report)

    async def send_reports(self) -> None:
        while True:
            report = await self._reports.get()
            assert self.session is not None
            await self.session.send_app(report)


async def serve(path: str) -> None:
    logging.disable(logging.CRITICAL)
    application = Acceptor()
    acceptor = SocketAcceptor(SessionSettings.from_file(path), application, log_factory=NoLog())
    (application.session,) = acceptor.sessions.values()
    loop, ended = asyncio.get_running_loop(), asyncio.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, ended.set)
    await acceptor.start()
    sender = asyncio.create_task(application.send_reports())
    await ended.wait()
    sender.cancel()
    await acceptor.stop()


if __name__ == "__main__":
    asyncio.run(serve(sys.argv[1]))
