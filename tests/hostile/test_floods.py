"""Floods on a real gateway process while a client trades with it: the attacks of `bench.attacks`, small.

The client gets one report for each order, under the next number, whatever happens beside it. The gateway does not grow
beyond bounds, hangs up on who does not log on, and lets nobody in: in the end its journal has words of those who could
log on, and of nobody else. FIXGATE_HOSTILE=full makes them large: 10,000 connections, 1,000 Logons.
"""

from __future__ import annotations

import asyncio
import contextlib
import os
import threading
import time
from collections import Counter
from collections.abc import Iterator

import pytest

from bench.attacks import ATTACKS, Target, allow_connections
from bench.hostile import SCALES, rss_mb, write_config
from gateway.journal import Journal
from gateway.store.log_records import INBOUND, OUTBOUND, split_inbound, split_outbound
from tests.crash.bookkeeper import Bookkeeper, fields, stamp
from tests.interop.fixgate_process import Fixgate
from tests.ports import free_port

FULL = os.environ.get("FIXGATE_HOSTILE") == "full"
SECONDS = 8.0 if FULL else 0.7
LOGON_TIMEOUT_S = 5 if FULL else 1
SMALL = {"idle": 600, "slowloris": 50, "passwords": 30, "lengths": 20, "garbage": 2, "questions": 1, "resends": 1,
         "rejected": 1, "duplicates": 1}  # fmt: skip
GROWTH_MB_MAX = 64
NOT_LET_IN = ("idle", "slowloris", "lengths", "garbage")


@pytest.fixture(scope="module")
def gateway(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Fixgate]:
    directory = tmp_path_factory.mktemp("floods")
    port = free_port()
    made = Fixgate("run", write_config(directory, port, {"logon_timeout_s": LOGON_TIMEOUT_S}), port)
    made.start()
    yield made
    made.stop()
    journal = Journal.open(directory / "journal", 1)
    writers = {split_inbound(record.payload)[0] for record in journal.records() if record.kind == INBOUND}
    writers |= {split_outbound(record.payload)[0] for record in journal.records() if record.kind == OUTBOUND}
    assert {"LIVE"} <= writers == journal.numbers().keys() <= {"LIVE", "ATTACKER"}
    journal.close()


@pytest.fixture(scope="module")
def live(gateway: Fixgate) -> Iterator[Bookkeeper]:
    client = Bookkeeper(gateway.port, "LIVE", "GATEWAY")
    client.connect()
    yield client
    client.disconnect()


def order_and_report(live: Bookkeeper, cl_ord_id: bytes) -> None:
    live.send(b"D", b"11=%b\x0155=BTC-USD\x0154=1\x0160=%b\x0138=1\x0140=2\x0144=49000\x01" % (cl_ord_id, stamp()))
    reports = len(live.application)
    live.until(lambda raw: len(live.application) > reports)
    report = fields(live.application[-1])
    assert (report[b"35"], report[b"11"], report[b"39"]) == (b"8", cl_ord_id, b"0")
    assert len(live.application) == reports + 1
    assert not live.resend_asked


@pytest.mark.parametrize("name", SMALL)
def test_a_flood(gateway: Fixgate, live: Bookkeeper, name: str) -> None:
    target = Target(gateway.port, SECONDS, min((SCALES if FULL else SMALL)[name], allow_connections()))
    done: Counter[str] = Counter()
    attack = threading.Thread(target=lambda: done.update(asyncio.run(ATTACKS[name](target))))
    before_mb = rss_mb(gateway.pid)
    attack.start()
    orders, most_mb = 0, 0.0
    while attack.is_alive() or orders < 3:
        orders += 1
        order_and_report(live, b"%b-%d" % (name.encode(), orders))
        most_mb = max(most_mb, rss_mb(gateway.pid))
        time.sleep(0.02)
    attack.join()
    gateway.assert_alive()
    print(f"{name}: {orders} orders, {most_mb - before_mb:.1f} MiB, {dict(done)}")
    assert most_mb - before_mb < GROWTH_MB_MAX
    assert done["answered"] == 0
    if name in NOT_LET_IN:
        assert done["connections"] > 0


def test_who_does_not_log_on_is_hung_up_on(gateway: Fixgate, live: Bookkeeper) -> None:
    """All of them, when the time for a Logon is over; or sooner, when there are too many."""
    count = min(10_000 if FULL else 100, allow_connections())
    calling = asyncio.Semaphore(100)  # fewer than the kernel keeps waiting, or it forgets some of them
    waited_s: list[float] = []

    async def one(number: int) -> None:
        async with calling:
            source = f"127.0.2.{1 + number % 20}"
            reader, writer = await asyncio.open_connection("127.0.0.1", gateway.port, local_addr=(source, 0))
            begun = time.monotonic()
            await asyncio.sleep(0.05)
        with contextlib.suppress(OSError):
            async with asyncio.timeout(30):
                assert await reader.read() == b""
        waited_s.append(time.monotonic() - begun)
        writer.close()

    async def all_of_them() -> None:
        await asyncio.gather(*(one(number) for number in range(count)))

    asyncio.run(all_of_them())
    print(f"{count} idle connections: hung up on after {min(waited_s):.1f} to {max(waited_s):.1f} s")
    assert len(waited_s) == count
    assert max(waited_s) < LOGON_TIMEOUT_S + (5 if FULL else 2)
    order_and_report(live, b"after")
