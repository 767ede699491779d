"""The composition root: the only file that names everything. It reads like a list: what there is, and what is given to
what. `run_gateway` and `run_exchange` are the two processes; both are the same spine with another application on it.
"""

from __future__ import annotations

import asyncio
import gc
import random
import secrets
import signal
import time
from collections.abc import Callable
from pathlib import Path
from typing import NamedTuple

import uvloop

from config.load import load_exchange, load_gateway
from config.model import ExchangeConfig, GatewayConfig, JournalConfig
from fixspec.rulebook import RulesOfEngagement
from gateway.admin import Admin
from gateway.clock import read_clock
from gateway.crank import Crank
from gateway.doors import admission_of, door_terms_of
from gateway.exchange.application import Exchange
from gateway.journal import Journal
from gateway.logs import open_logs, terminal
from gateway.net.acceptor import Acceptor
from gateway.net.initiator import Initiator
from gateway.operator import command_of
from gateway.recovery import Recovered, recover
from gateway.session.lobby import Lobby
from gateway.session.settings import Role
from gateway.sessions import sessions_of
from gateway.setup import calling_of, desk_of, exchange_settings_of
from gateway.transact import Spine
from gateway.translate.requests import RULES_OF_ENGAGEMENT
from gateway.turn import Application

SHUTDOWN_TIMEOUT_S = 5.0
STORE_ID_ALPHABET = "ABCDEFGHJKLMNPQRSTUVWXYZ"
STORE_ID_LENGTH = 6
GC_THRESHOLDS = (50_000, 20, 50)
"""Orders live long and have no cycles: the collector looks rarely, and never at what recovery has built."""


class Serving(NamedTuple):
    """What a process that has come up tells whoever started it."""

    listen: str
    port: int
    recovered: Recovered
    seconds: float


Announce = Callable[[Serving], None]


def run_gateway(path: Path, *, create: bool = False, announce: Announce | None = None) -> int:
    """The gateway: reads its YAML, recovers, serves until SIGTERM or SIGINT; returns the exit code.

    `create` makes the store when there is none. Raises ConfigRefused, JournalRefused or OSError (the address is taken)
    before anything has been said to anyone."""
    config = load_gateway(path)
    return uvloop.run(_gateway(config, create, announce))


def run_exchange(path: Path, *, create: bool = False, attached: bool = False, announce: Announce | None = None) -> int:
    """The simulated exchange, a FIX venue of its own. As `run_gateway`; `attached` also ends it with the process that
    holds its standard input."""
    config = load_exchange(path)
    return uvloop.run(_exchange(config, create, attached, announce))


async def _gateway(config: GatewayConfig, create: bool, announce: Announce | None) -> int:
    journal = _open_journal(config.journal, create)
    desk = desk_of(config, journal.store_id)
    return await _serve(desk, journal, config, RULES_OF_ENGAGEMENT, config.admin.socket, announce)


async def _exchange(config: ExchangeConfig, create: bool, attached: bool, announce: Announce | None) -> int:
    journal = _open_journal(config.journal, create)
    exchange = Exchange(exchange_settings_of(config, journal.store_id))
    return await _serve(exchange, journal, config, None, "", announce, attached)


async def _serve(
    application: Application,
    journal: Journal,
    config: GatewayConfig | ExchangeConfig,
    client_terms: RulesOfEngagement | None,
    admin_socket: str,
    announce: Announce | None,
    attached: bool = False,
) -> int:
    started = time.monotonic()
    recovered = recover(journal, application)
    register = recovered.register
    sessions = sessions_of(config.sessions, journal.numbers(), client_terms, register.instances)
    record = open_logs(config.logs, config.sessions, terminal())
    lobby = Lobby(
        (session for session in sessions if session.settings.role is Role.ACCEPTOR),
        admissions={session.name: admission_of(session) for session in config.sessions},
        passwords=register.passwords,
    )
    spine = Spine(journal, sessions, lobby, application, register)
    gc.collect()
    gc.freeze()
    gc.set_threshold(*GC_THRESHOLDS)

    crank = Crank(spine, read_clock, record)
    acceptors = [Acceptor(door_terms_of(door), crank.make_pump, record.note) for door in config.listen]
    initiators = [
        Initiator(c.name, calling_of(c), crank.make_pump, record.note, *_watch(spine, c.name), random.random)
        for c in config.sessions
        if c.connect
    ]
    admin = Admin(Path(admin_socket), crank.command, command_of) if admin_socket else None

    crank.start()
    for acceptor in acceptors:
        await acceptor.open()
    if admin is not None:
        await admin.open()
    calling = [asyncio.create_task(initiator.run()) for initiator in initiators]
    serving = Serving(acceptors[0].host, acceptors[0].port, recovered, time.monotonic() - started)
    record.note("info", "", "serving", {"listen": f"{serving.listen}:{serving.port}", "records": recovered.records})
    if announce is not None:
        announce(serving)

    await _stop_signal(attached)
    for acceptor in acceptors:
        acceptor.close()
    for task in calling:
        task.cancel()
    await crank.shut_down("the gateway is going down", SHUTDOWN_TIMEOUT_S)
    if admin is not None:
        await admin.close()
    record.note("info", "", "stopped", {})
    record.close()
    journal.close()
    return 0


def _watch(spine: Spine, session: str) -> tuple[Callable[[], float], Callable[[], int]]:
    """What an initiator asks of its session before and after a call: how long it is closed, how often logged on."""
    return (lambda: spine.opens_in_s(session, read_clock()), lambda: spine.logons(session))


async def _stop_signal(attached: bool) -> None:
    """Wait for SIGTERM or SIGINT, or, when attached, for the end of standard input. A second signal ends the process at
    once: it is safe at any moment."""
    loop = asyncio.get_running_loop()
    asked: asyncio.Future[None] = loop.create_future()

    def ask() -> None:
        if not asked.done():
            asked.set_result(None)
            if attached:
                loop.remove_reader(0)
            for again in (signal.SIGTERM, signal.SIGINT):
                loop.remove_signal_handler(again)
                signal.signal(again, signal.SIG_DFL)

    for first in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(first, ask)
    if attached:
        loop.add_reader(0, ask)
    await asked


def _open_journal(config: JournalConfig, create: bool) -> Journal:
    directory = Path(config.directory)
    if create and not directory.exists():
        store_id = "".join(secrets.choice(STORE_ID_ALPHABET) for _ in range(STORE_ID_LENGTH))
        return Journal.create(directory, store_id, config.map_size_gb, config.segment_bytes)
    return Journal.open(directory, config.map_size_gb)
