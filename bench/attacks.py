"""Floods by hostile clients, on a real gateway: `python -m bench.attacks NAME --port P --seconds S --scale N`.

    idle         connections that say nothing, from twenty addresses; who is hung up on comes again
    slowloris    connections that send a Logon at one byte a second
    passwords    Logons with ResetSeqNumFlag(141)=Y and a wrong password, for the session SECRET
    lengths      connections that announce a message of a gigabyte
    garbage      connections that send noise as fast as it is taken
    questions    a session (ATTACKER) that sends TestRequests as fast as they are answered
    resends      a session (ATTACKER) that asks for everything again, and again
    rejected     a session (ATTACKER) that sends orders without what an order must have
    duplicates   a session (ATTACKER) that says again and again what it has said

    neighbour    no attack: a process that keeps a processor busy, for comparison

Each returns what it has done, as numbers. It runs at low priority: what is measured is what a gateway does to its
clients, not what a busy machine does to a gateway.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import os
import random
import resource
import sys
import time
from collections import Counter
from collections.abc import Awaitable, Callable, Coroutine
from typing import NamedTuple

from bench.wire import Party, utc_timestamp

ADDRESSES = 20
CONNECTS_AT_ONCE = 200
FDS_RESERVED = 200


class Target(NamedTuple):
    """Where, for how long, and with how many connections or Logons."""

    port: int
    seconds: float
    scale: int


Attack = Callable[[Target], Coroutine[None, None, Counter[str]]]


async def _connect(target: Target, number: int) -> tuple[asyncio.StreamReader, asyncio.StreamWriter]:
    """From 127.0.1.1 and so on: each is another address to the gateway."""
    source = f"127.0.1.{1 + number % ADDRESSES}"
    return await asyncio.open_connection("127.0.0.1", target.port, local_addr=(source, 0))


async def _crowd(
    target: Target, behave: Callable[[asyncio.StreamReader, asyncio.StreamWriter], Awaitable[None]]
) -> Counter[str]:
    """`scale` connections at a time, each behaving until it is closed; then it comes again, until the time is over."""
    done: Counter[str] = Counter()
    until = time.monotonic() + target.seconds
    calling = asyncio.Semaphore(CONNECTS_AT_ONCE)
    open_now = 0

    async def one(number: int) -> None:
        nonlocal open_now
        while time.monotonic() < until:
            try:
                async with calling:
                    reader, writer = await _connect(target, number)
            except OSError:
                done["not let in"] += 1
                await asyncio.sleep(0.1)
                continue
            done["connections"] += 1
            open_now += 1
            done["most at once"] = max(done["most at once"], open_now)
            try:
                async with asyncio.timeout_at(asyncio.get_running_loop().time() + max(0.0, until - time.monotonic())):
                    await behave(reader, writer)
                done["hung up on"] += 1
            except TimeoutError:
                pass
            except OSError:
                done["hung up on"] += 1
            open_now -= 1
            writer.transport.abort()
            await asyncio.sleep(0.2)

    await asyncio.gather(*(one(number) for number in range(target.scale)))
    return done


async def _until_closed(reader: asyncio.StreamReader) -> None:
    try:
        await reader.read()
    except OSError:
        pass


async def idle(target: Target) -> Counter[str]:
    async def behave(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.read()

    return await _crowd(target, behave)


async def slowloris(target: Target) -> Counter[str]:
    async def behave(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        closed = asyncio.ensure_future(_until_closed(reader))
        for byte in _logon("ATTACKER"):
            writer.write(bytes([byte]))
            await asyncio.wait([closed], timeout=1.0)
            if closed.done():
                return

    return await _crowd(target, behave)


async def lengths(target: Target) -> Counter[str]:
    async def behave(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.write(b"8=FIX.4.4\x019=999999999\x0135=A\x01" + b"58=" + b"x" * 60_000)
        await reader.read()

    return await _crowd(target, behave)


async def garbage(target: Target) -> Counter[str]:
    noise = random.Random(7).randbytes(1 << 16)

    async def behave(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        closed = asyncio.ensure_future(_until_closed(reader))
        while not closed.done():
            writer.write(noise)
            await writer.drain()

    return await _crowd(target, behave)


async def passwords(target: Target) -> Counter[str]:
    """`scale` Logons in all, 50 at a time."""
    done: Counter[str] = Counter()
    turn = asyncio.Semaphore(50)

    async def one(number: int) -> None:
        async with turn:
            try:
                reader, writer = await _connect(target, number)
                writer.write(_logon("SECRET", b"141=Y\x01553=SECRET\x01554=guess number %d\x01" % number))
                answer = await reader.read()
                writer.close()
            except OSError:
                answer = b""
            done["Logons"] += 1
            done["answered"] += bool(answer)

    await asyncio.gather(*(one(number) for number in range(target.scale)))
    return done


async def questions(target: Target) -> Counter[str]:
    return await _session(target, b"1", b"112=ARE YOU THERE\x01")


async def resends(target: Target) -> Counter[str]:
    return await _session(target, b"2", b"7=1\x0116=0\x01")


async def rejected(target: Target) -> Counter[str]:
    return await _session(target, b"D", b"11=A\x01")


async def duplicates(target: Target) -> Counter[str]:
    body = b"43=Y\x01122=%b\x0111=A\x01" % utc_timestamp()
    return await _session(target, b"D", body, again=True)


async def neighbour(target: Target) -> Counter[str]:
    done: Counter[str] = Counter()
    until = time.monotonic() + target.seconds
    while time.monotonic() < until:
        done["rounds"] += 1
    return done


async def _session(target: Target, msg_type: bytes, body: bytes, again: bool = False) -> Counter[str]:
    """Log on as ATTACKER and say the same a hundred at a time, `again` under the number of the Logon; who is hung up on
    comes again."""
    done: Counter[str] = Counter()
    until = time.monotonic() + target.seconds
    party = Party(b"FIX.4.4", b"ATTACKER", b"GATEWAY")
    while time.monotonic() < until:
        reader, writer = await _connect(target, 0)
        done["connections"] += 1
        reading = asyncio.ensure_future(_count(reader, done))
        writer.write(party.message(b"A", 1, b"98=0\x01108=30\x01141=Y\x01", utc_timestamp()))
        number = 2
        try:
            while time.monotonic() < until and not reading.done():
                now = utc_timestamp()
                numbers = [1] * 100 if again else range(number, number + 100)
                writer.write(b"".join(party.message(msg_type, each, body, now) for each in numbers))
                number += 100
                done["sent"] += 100
                await writer.drain()
                await asyncio.sleep(0.001)
        except OSError:
            pass
        writer.transport.abort()
        await asyncio.gather(reading, return_exceptions=True)
        await asyncio.sleep(0.2)
    return done


async def _count(reader: asyncio.StreamReader, done: Counter[str]) -> None:
    while data := await reader.read(1 << 16):
        done["answers"] += data.count(b"8=FIX")


def _logon(comp_id: str, extra: bytes = b"") -> bytes:
    party = Party(b"FIX.4.4", comp_id.encode(), b"GATEWAY")
    return party.message(b"A", 1, b"98=0\x01108=30\x01" + extra, utc_timestamp())


ATTACKS: dict[str, Attack] = {
    "idle": idle,
    "slowloris": slowloris,
    "passwords": passwords,
    "lengths": lengths,
    "garbage": garbage,
    "questions": questions,
    "resends": resends,
    "rejected": rejected,
    "duplicates": duplicates,
    "neighbour": neighbour,
}


def allow_connections() -> int:
    """Raise the limit of open files as far as it goes; how many connections it leaves room for."""
    _, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (hard, hard))
    return hard - FDS_RESERVED


def main() -> int:
    parser = argparse.ArgumentParser(prog="bench.attacks", description="attack a gateway of your own")
    parser.add_argument("attack", choices=ATTACKS)
    parser.add_argument("--port", type=int, required=True)
    parser.add_argument("--seconds", type=float, default=5.0)
    parser.add_argument("--scale", type=int, default=100)
    given = parser.parse_args()
    os.nice(10)
    target = Target(given.port, given.seconds, min(given.scale, allow_connections()))
    print(json.dumps(asyncio.run(ATTACKS[given.attack](target))))
    return 0


if __name__ == "__main__":
    sys.exit(main())
