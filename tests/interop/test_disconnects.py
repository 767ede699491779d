"""A hundred broken connections in each direction, while both sides go on talking; nobody touches a number.

Five stock QuickFIX clients trade with the gateway, and the gateway with five stock QuickFIX exchanges, each over a line
of its own that breaks at random bytes (`cutting_proxy`). Both sides give messages numbers while they cannot be sent.
When the lines are good again: every session goes on, the numbers of both sides agree, and every application message of
either side has reached the application of the other exactly once, in order.

`FIXGATE_DISCONNECTS` sets the number for each direction (100), `FIXGATE_DISCONNECTS_SEED` the dice.
"""

from __future__ import annotations

import os
import random
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
import yaml

from gateway.journal import Journal
from gateway.store.log_records import INBOUND, OUTBOUND, split_inbound, split_outbound
from tests.interop.cutting_proxy import CuttingProxy
from tests.interop.fixgate_process import Fixgate
from tests.interop.party import ADMINISTRATIVE, Fields, Party, fields
from tests.interop.quickfix_settings import STOCK, write_settings
from tests.interop.trader import BUY, Trader
from tests.ports import free_port

DISCONNECTS = int(os.environ.get("FIXGATE_DISCONNECTS", "100"))
SEED = int(os.environ.get("FIXGATE_DISCONNECTS_SEED", "7"))
PARTIES = 5
CUTS = -(-DISCONNECTS // PARTIES)
PACE_S = 0.04
"""Between the orders of one client."""
TROUBLE_S_MAX = 25.0 + 2.0 * CUTS
SETTLE_S_MAX = 20.0
VERSIONS = ("FIX.4.2", "FIX.4.4", "FIXT.1.1", "FIX.4.4", "FIX.4.2")
OF_THE_TRANSMISSION = frozenset({8, 9, 10, 43, 52, 122})


class Scene:
    """One gateway; its journal tells afterwards what it heard and said."""

    def __init__(self, directory: Path, sessions: list[dict[str, object]], venues: list[dict[str, object]]) -> None:
        self.directory = directory
        self.port = free_port()
        self.parties: list[Party] = []
        self.proxies: list[CuttingProxy] = []
        names = [str(venue["name"]) for venue in venues]
        config = {
            "name": "cut",
            "listen": {"host": "127.0.0.1", "port": self.port},
            "journal": {"directory": "journal", "map_size_gb": 1},
            "logs": {"directory": "logs"},
            "admin": {"socket": "admin.sock"},
            "sessions": sessions,
            "venues": venues,
            "instruments": [
                {"symbol": f"{name}-USD", "venue": name, "reference_price": "50000", "max_qty": "1000"}
                for name in names
            ],
            "limits": {
                "reference_price_age_ms_max": 86400000,
                "throttle": {"messages": 100000, "cancel_messages": 100000},
            },
        }
        path = directory / "gateway.yaml"
        path.write_text(yaml.safe_dump(config, sort_keys=False))
        self.gateway = Fixgate("run", path, self.port)

    def close(self) -> None:
        self.gateway.kill()
        for party in self.parties:
            party.kill()
        for proxy in self.proxies:
            proxy.close()

    def heard_and_said(self, session: str) -> tuple[list[Fields], dict[int, Fields]]:
        """Application messages of one session in the journal: what came in, in order; what went out, by number."""
        journal = Journal.open(self.directory / "journal", 1)
        heard: list[Fields] = []
        said: dict[int, Fields] = {}
        for record in journal.records():
            if record.kind == INBOUND:
                name, raw = split_inbound(record.payload)
                message = fields(raw.decode("latin-1"), "\x01")
                if name == session and message[35] not in ADMINISTRATIVE:
                    heard.append(message)
            elif record.kind == OUTBOUND:
                name, _, number, raw = split_outbound(record.payload)
                message = fields(raw.decode("latin-1"), "\x01")
                if name == session and message[35] not in ADMINISTRATIVE:
                    assert number not in said
                    said[number] = message
        numbers = journal.numbers()[session]
        journal.close()
        assert numbers.generation == 1, f"{session}: its numbers were reset"
        return heard, said


@pytest.fixture
def scene_of(tmp_path: Path) -> Iterator[list[Scene]]:
    made: list[Scene] = []
    yield made
    for scene in made:
        scene.close()


def content(message: Fields) -> list[tuple[int, str]]:
    return sorted((tag, value) for tag, value in message.items() if tag not in OF_THE_TRANSMISSION)


def applications(messages: list[Fields]) -> list[Fields]:
    return [message for message in messages if message[35] not in ADMINISTRATIVE]


def assert_every_message_once(party: Party, heard: list[Fields], said: dict[int, Fields]) -> None:
    """What the party sent is what the gateway heard; what the gateway said is what the party got. Once, in order."""
    own: dict[str, Fields] = {}
    for message in applications(party.sent):
        own.setdefault(message[34], message)  # QuickFIX shows a message again when it sends it again
    assert [content(message) for message in heard] == [content(message) for message in own.values()]
    got = applications(party.received)
    assert [content(message) for message in got] == [content(message) for _, message in sorted(said.items())]


def numbers_of_quickfix(settings: Path) -> tuple[int, int]:
    """Its next MsgSeqNum out and in, from its store."""
    (file,) = settings.with_suffix(".store").glob("*.seqnums")
    out, _, into = file.read_text().partition(":")
    return int(out), int(into)


def assert_numbers_agree(scene: Scene, session: str, settings: Path) -> None:
    journal = Journal.open(scene.directory / "journal", 1)
    numbers = journal.numbers()[session]
    journal.close()
    assert (numbers.next_target_msg_seq_num, numbers.next_sender_msg_seq_num) == numbers_of_quickfix(settings)


def wait_until_good(scene: Scene, keep_busy: Callable[[], int]) -> int:
    """Trade on until every line has broken as often as it should; orders sent."""
    until = time.monotonic() + TROUBLE_S_MAX
    orders = 0
    while not all(proxy.is_good for proxy in scene.proxies):
        cuts = [len(proxy.cuts) for proxy in scene.proxies]
        assert time.monotonic() < until, f"only {cuts} connections broke in {TROUBLE_S_MAX} s"
        scene.gateway.assert_alive()
        orders += keep_busy()
        time.sleep(PACE_S)
    return orders


def test_clients_whose_connections_break(tmp_path: Path, scene_of: list[Scene]) -> None:
    sessions: list[dict[str, object]] = []
    for index in range(PARTIES):
        session: dict[str, object] = {"name": f"C{index}", "target_comp_id": f"C{index}"}
        session["begin_string"] = VERSIONS[index]
        if VERSIONS[index] == "FIXT.1.1":
            session["default_appl_ver_id"] = "FIX.5.0SP2"
        sessions.append(session)
    scene = Scene(tmp_path, sessions, [{"name": "SIM", "adapter": "simulated"}])
    scene_of.append(scene)
    scene.gateway.start()
    traders = []
    for index in range(PARTIES):
        proxy = CuttingProxy(scene.port, SEED * 1000 + index, CUTS)
        scene.proxies.append(proxy)
        trader = Trader(tmp_path, VERSIONS[index], f"C{index}", "FIXGATE", proxy.port, STOCK)
        scene.parties.append(trader)
        traders.append(trader)
        trader.start()
    dice = random.Random(SEED)
    last = [0] * PARTIES

    def keep_busy() -> int:
        for index, trader in enumerate(traders):
            last[index] += 1
            trader.new(f"K{last[index]}", "SIM-USD", BUY, dice.randint(1, 5), "49000")
            trader.drain()
        return PARTIES

    orders = wait_until_good(scene, keep_busy)
    for index, trader in enumerate(traders):
        wait_for(trader, f"11=K{last[index]}")
        trader.stop()
        trader.drain()
    scene.gateway.stop()
    for index, trader in enumerate(traders):
        heard, said = scene.heard_and_said(f"C{index}")
        assert_every_message_once(trader, heard, said)
        assert len([message for message in heard if message[35] == "D"]) == last[index]
        assert_numbers_agree(scene, f"C{index}", trader._settings)
    report("clients", scene, orders)


def test_exchanges_whose_connections_break(tmp_path: Path, scene_of: list[Scene]) -> None:
    sessions: list[dict[str, object]] = [{"name": "CLIENT", "target_comp_id": "CLIENT", "begin_string": "FIX.4.4"}]
    venues: list[dict[str, object]] = []
    exchanges, settings = [], []
    proxies = []
    for index in range(PARTIES):
        name, port = f"X{index}", free_port()
        begin_string = "FIX.4.2" if index % 2 else "FIX.4.4"
        settings.append(write_settings(tmp_path, "acceptor", begin_string, name, "FIXGATE", port, STOCK))
        exchanges.append(Party("quickfix_exchange", settings[-1]))
        proxies.append(CuttingProxy(port, SEED * 2000 + index, CUTS))
        session: dict[str, object] = {"name": name, "kind": "venue", "target_comp_id": name, "reconnect_interval_s": 1}
        session |= {"begin_string": begin_string, "connect": {"host": "127.0.0.1", "port": proxies[-1].port}}
        sessions.append(session)
        venues.append({"name": name, "adapter": "fix_standard", "session": name, "market_data": False})
    scene = Scene(tmp_path, sessions, venues)
    scene_of.append(scene)
    scene.parties += exchanges
    scene.proxies += proxies
    for exchange in exchanges:
        exchange.start()
        exchange.expect_event("listening")
    scene.gateway.start()
    trader = Trader(tmp_path, "FIX.4.4", "CLIENT", "FIXGATE", scene.port, STOCK)
    scene.parties.append(trader)
    trader.start()
    trader.expect_logon()
    last = [0]
    filled: list[dict[str, int]] = [{} for _ in exchanges]

    def keep_busy() -> int:
        """An order to each exchange, and from each a fill of one lot, whether it is connected or not."""
        for index, exchange in enumerate(exchanges):
            last[0] += 1
            trader.new(f"K{last[0]}", f"X{index}-USD", BUY, 3, "49000")
            exchange.drain()
            fill_one_lot(exchange, filled[index])
        trader.drain()
        return PARTIES

    orders = wait_until_good(scene, keep_busy)
    for index in range(PARTIES):
        scene.gateway.wait_for_session(f"X{index}")
        last[0] += 1
        trader.new(f"K{last[0]}", f"X{index}-USD", BUY, 3, "49000")
        wait_for(trader, f"35=8|11=K{last[0]}|39=0")
    trader.stop()
    scene.gateway.stop()
    for index, exchange in enumerate(exchanges):
        exchange.stop()
        exchange.drain()
        heard, said = scene.heard_and_said(f"X{index}")
        assert_every_message_once(exchange, heard, said)
        assert sum(message.get(32) == "1" for message in heard) == sum(filled[index].values()) > 0
        assert_numbers_agree(scene, f"X{index}", settings[index])
    report("exchanges", scene, orders)


def fill_one_lot(exchange: Party, filled: dict[str, int]) -> None:
    """Of the last order that it has received, three lots at most."""
    placed = [message for message in exchange.received[-20:] if message[35] == "D"]
    if placed and filled.get(placed[-1][11], 0) < 3:
        cl_ord_id = placed[-1][11]
        filled[cl_ord_id] = filled.get(cl_ord_id, 0) + 1
        exchange.command("fill", cl_ord_id=cl_ord_id, last_qty="1", last_px="49000")


def wait_for(party: Party, text: str) -> None:
    """Until it has the message, which comes when the line is good and every gap is closed."""
    until = time.monotonic() + SETTLE_S_MAX
    while not party.count(text):
        assert time.monotonic() < until, f"{party.name}: no {text} within {SETTLE_S_MAX} s"
        time.sleep(0.05)


def report(what: str, scene: Scene, orders: int) -> None:
    cuts = sum(len(proxy.cuts) for proxy in scene.proxies)
    swallowed = sum(proxy.swallowed_bytes for proxy in scene.proxies)
    print(f"{what}: {cuts} connections broke, {swallowed} bytes swallowed, {orders} orders, every message once")
