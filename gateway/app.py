"""The composition root: the only file that names everything. It reads like a list: what there is, and what is given to
what. `run_gateway` and `run_exchange` are the two processes; both are the same spine with another application on it.
"""

from __future__ import annotations

import asyncio
import gc
import secrets
import signal
import time
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

import uvloop

from config.load import load_exchange, load_gateway
from config.model import ExchangeConfig, GatewayConfig, JournalConfig, KillSwitchConfig, SessionConfig
from fixspec.rulebook import RulesOfEngagement
from gateway.calls import Calls
from gateway.clock import read_clock
from gateway.crank import Crank
from gateway.exchange.application import Exchange
from gateway.from_config.doors import admission_of, door_terms_of
from gateway.from_config.reloader import Reloader
from gateway.from_config.session_templates import Welcome, sessions_with_made
from gateway.from_config.sessions import rulebook_of, sessions_of
from gateway.from_config.setup import Clients, calling_of, clients_of, desk_of, exchange_settings_of, members_of
from gateway.journal import Journal
from gateway.net.acceptor import Acceptor
from gateway.operators.kill_switch_doors import KillSwitchDoors
from gateway.operators.operator import command_of
from gateway.process_limits import set_process_limits
from gateway.recovery import Recovered, Restorable, recover
from gateway.session.lobby import Lobby
from gateway.session.settings import Role
from gateway.steward import Steward
from gateway.store.snapshot_starter import SnapshotStarter
from gateway.telemetry.logs import Logs, log_name_of, open_logs, terminal
from gateway.telemetry.watching import Watching
from gateway.transact import Spine
from gateway.translate.engagement import RULES_OF_ENGAGEMENT
from gateway.turn import Application

if TYPE_CHECKING:
    from gateway.operators.admin import Admin

SHUTDOWN_TIMEOUT_S = 5.0
STORE_ID_ALPHABET = "ABCDEFGHJKLMNPQRSTUVWXYZ"
STORE_ID_LENGTH = 6
DOORS_FIRST_S = 0.02
GC_THRESHOLDS = (5_000, 200, 50)
"""Orders live long and have no cycles: the collector never looks at what recovery has built, and at the young often
enough to be done in 3 ms; at 50,000 of them everybody waited for 30. Those that have survived it looks at rarely."""


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
    return uvloop.run(_gateway(path, config, create, announce))


def run_exchange(path: Path, *, create: bool = False, attached: bool = False, announce: Announce | None = None) -> int:
    """The simulated exchange, a FIX venue of its own. As `run_gateway`; `attached` also ends it with the process that
    holds its standard input."""
    config = load_exchange(path)
    return uvloop.run(_exchange(config, create, attached, announce))


class Program(NamedTuple):
    """What is particular to one of the two processes."""

    application: Application
    take_in: Callable[[list[SessionConfig]], None]
    """Tells the application which sessions there are."""
    client_terms: RulesOfEngagement | None = None
    admin_socket: str = ""
    path: Path | None = None
    """The file to read again on SIGHUP; None: what is configured stays."""
    attached: bool = False
    kill_switch: KillSwitchConfig | None = None
    """Its doors; None where there is nothing to stop."""


def run_program(program: Program, config: GatewayConfig, *, announce: Announce | None = None) -> int:
    """Another application in the gateway's house; its store is made when there is none. As `run_gateway`."""

    async def serve() -> int:
        return await _serve(program, _open_journal(config.journal, True), config, announce)

    return uvloop.run(serve())


async def _gateway(path: Path, config: GatewayConfig, create: bool, announce: Announce | None) -> int:
    journal = _open_journal(config.journal, create)
    desk = desk_of(config, journal.store_id)
    clients = Clients()

    def take_in(sessions: list[SessionConfig]) -> None:
        clients.update(clients_of(sessions))  # who was one stays one: it may have orders
        desk.use_clients(clients)

    program = Program(desk, take_in, RULES_OF_ENGAGEMENT, config.admin.socket, path, kill_switch=config.kill_switch)
    return await _serve(program, journal, config, announce)


async def _exchange(config: ExchangeConfig, create: bool, attached: bool, announce: Announce | None) -> int:
    journal = _open_journal(config.journal, create)
    exchange = Exchange(exchange_settings_of(config, journal.store_id))
    program = Program(exchange, lambda sessions: exchange.use_sessions(members_of(sessions)), attached=attached)
    return await _serve(program, journal, config, announce)


class House(NamedTuple):
    """What stands before the doors open."""

    recovered: Recovered
    sessions: list[SessionConfig]
    spine: Spine
    welcome: Welcome
    record: Logs


def _build(program: Program, journal: Journal, config: GatewayConfig | ExchangeConfig) -> House:
    """Read the log, and put everything where it was. The collector would look at all of it again and again."""
    gc.disable()
    recovered = recover(journal, program.application)
    register, terms = recovered.register, program.client_terms
    configs = sessions_with_made(config.sessions, config.session_templates, register.made)
    program.take_in(configs)
    sessions = sessions_of(configs, journal.numbers(), terms, register.instances)
    record = open_logs(config.logs, configs, terminal())
    lobby = Lobby(
        (session for session in sessions if session.settings.role is Role.ACCEPTOR),
        admissions={session.name: admission_of(session) for session in configs},
        passwords=register.passwords,
    )
    spine = Spine(journal, sessions, lobby, program.application, register, config.replays_max)
    spine.serve(Steward(spine, lobby).deeds())

    def greet(session: SessionConfig) -> None:
        program.take_in([session])
        record.know(session.name, log_name_of(session))

    welcome = Welcome(spine, lobby, admission_of, greet)
    welcome.use((template, rulebook_of(template, terms)) for template in config.session_templates)
    gc.collect()
    gc.freeze()
    gc.set_threshold(*GC_THRESHOLDS)
    gc.enable()
    for why in recovered.passed_over:
        record.note("warning", "", "snapshot_passed_over", {"why": why})
    return House(recovered, configs, spine, welcome, record)


async def _serve(
    program: Program, journal: Journal, config: GatewayConfig | ExchangeConfig, announce: Announce | None
) -> int:
    started = time.monotonic()
    house = _build(program, journal, config)
    watching = Watching(config, program.application, house.record, journal.store_id)
    record = watching.record
    crank = Crank(house.spine, read_clock, record)
    watching.use(crank)
    connections_max = set_process_limits()
    acceptors = [Acceptor(door_terms_of(door, connections_max), crank.make_pump, record.note) for door in config.listen]
    calls = Calls(house.spine, crank.make_pump, record.note)
    command, hang_up, stop_reloads = crank.command, _not_reloadable(house.record), _nothing
    if program.path is not None and isinstance(config, GatewayConfig):
        reloader = Reloader(
            program.path,
            config,
            program.client_terms,
            house.recovered.register,
            house.welcome,
            house.record,
            calls,
            crank.command,
            program.take_in,
        )
        reloader.doors = acceptors
        command, hang_up, stop_reloads = reloader.command, reloader.hang_up, reloader.stop
    snapshots = _snapshots(program, journal, config.journal, house)
    stopped = asyncio.create_task(_stop_signal(program.attached, hang_up))
    await asyncio.sleep(0)  # from here on signals are heard; who is asked to stop comes up first
    crank.start()
    kill = _kill_switch_doors(program, crank)
    for acceptor in acceptors:
        await acceptor.open()
    admin = await _open_admin(Path(program.admin_socket), command) if program.admin_socket else None
    await watching.open(house.spine, crank)
    for session in house.sessions:
        if session.connect:
            calls.use(session, calling_of(session))
    snapshots.start()
    serving = Serving(acceptors[0].host, acceptors[0].port, house.recovered, time.monotonic() - started)
    records = house.recovered.records
    record.note("info", "", "serving", {"listen": f"{serving.listen}:{serving.port}", "records": records})
    if announce is not None:
        announce(serving)

    await stopped
    stop_reloads()
    if kill is not None:
        kill.close()
    snapshots.stop()
    for acceptor in acceptors:
        acceptor.close()
    calls.stop()
    await watching.close()
    await crank.shut_down("the gateway is going down", SHUTDOWN_TIMEOUT_S)
    if admin is not None:
        await admin.close()
    record.note("info", "", "stopped", {})
    house.record.close()
    journal.close()
    return 0


def _kill_switch_doors(program: Program, crank: Crank) -> KillSwitchDoors | None:
    """They are open before the clients' doors: what was to be stopped is stopped when the first of them comes."""
    config = program.kill_switch
    if config is None:
        return None
    doors = KillSwitchDoors(crank.command, Path(config.file) if config.file else None)
    doors.open()
    return doors


async def _open_admin(socket: Path, command: Callable[[object], Awaitable[object]]) -> Admin:
    """The operators' door brings an HTTP server with it, which takes a fifth of a second to load: whoever waits at the
    clients' doors comes before it."""
    await asyncio.sleep(DOORS_FIRST_S)
    from gateway.operators.admin import Admin

    admin = Admin(socket, command, command_of)
    await admin.open()
    return admin


def _snapshots(program: Program, journal: Journal, config: JournalConfig, house: House) -> SnapshotStarter:
    records = config.snapshot_records if isinstance(program.application, Restorable) else 0
    return SnapshotStarter(journal, config.map_size_gb, records, house.recovered.snapshot_seq, house.record.note)


def _nothing() -> None:
    """There are no reloads to stop."""


def _not_reloadable(record: Logs) -> Callable[[], None]:
    return lambda: record.note("warning", "", "reload_refused", {"why": "the exchange is restarted for a change"})


async def _stop_signal(attached: bool, hang_up: Callable[[], None]) -> None:
    """Wait for SIGTERM or SIGINT, or, when attached, for the end of standard input. A second signal ends the process at
    once: it is safe at any moment. SIGHUP means `hang_up`."""
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
    loop.add_signal_handler(signal.SIGHUP, hang_up)
    if attached:
        loop.add_reader(0, ask)
    await asked
    loop.add_signal_handler(signal.SIGHUP, lambda: None)  # there is nothing to reload any more


def _open_journal(config: JournalConfig, create: bool) -> Journal:
    directory = Path(config.directory)
    if create and not directory.exists():
        store_id = "".join(secrets.choice(STORE_ID_ALPHABET) for _ in range(STORE_ID_LENGTH))
        return Journal.create(directory, store_id, config.map_size_gb, config.segment_bytes)
    return Journal.open(directory, config.map_size_gb)
