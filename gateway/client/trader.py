"""Carries out commands: the session, the orders, the memory and the display, brought together over one connection.

Bytes leave only after the memory that they belong to is saved (`_settle`), so a client that dies in between asks or
answers for them at the next logon.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from copy import copy

from fixspec import names
from fixspec.tags import MsgType
from gateway.client import requests
from gateway.client.commands import (
    Cancel,
    Command,
    Condition,
    Connect,
    Expect,
    ExpectNothing,
    Help,
    Logout,
    NewOrder,
    Nothing,
    Pause,
    Raw,
    Replace,
    ShowOrders,
    Status,
    Wait,
)
from gateway.client.display import Display, headline, order_line
from gateway.client.events import Ended, Received
from gateway.client.memory import MemoryFile
from gateway.client.orders import ClientOrder, Orders, decimal_text
from gateway.client.session import ClientSession, State
from gateway.client.wire import WireMessage, timestamp
from gateway.instant import NS_PER_S, Instant

LOGOUT_SECONDS = 5.0
DONE = ""  # what perform() returns when nothing went wrong

_DIGITS = "0123456789abcdefghijklmnopqrstuvwxyz"


class Trader:
    """One client. The host gives it a connection, the bytes that come in, and a tick some times a second."""

    def __init__(
        self,
        session: ClientSession,
        orders: Orders,
        memory_file: MemoryFile,
        display: Display,
        clock: Callable[[], Instant],
    ) -> None:
        self.session = session
        self.orders = orders
        self.dial: Callable[[], Awaitable[str]] | None = None  # what `connect` does; returns why it failed
        self._memory_file = memory_file
        self._display = display
        self._clock = clock
        self._write: Callable[[bytes], None] | None = None
        self._close: Callable[[], None] | None = None
        self._inbox: list[WireMessage] = []  # application messages and rejects, for `expect`
        self._read = 0
        self._news = asyncio.Event()
        self._run_id = _base36(clock().utc_ns // NS_PER_S)
        self._ids = 0

    # -- the connection ------------------------------------------------------------------------------------------------

    def connected(self, write: Callable[[bytes], None], close: Callable[[], None], *, reset: bool = False) -> None:
        self._write, self._close = write, close
        self.session.connected(self._clock(), reset=reset)
        self._settle()

    def data_received(self, data: bytes) -> None:
        self.session.receive(data, self._clock())
        self._settle()

    def connection_lost(self) -> None:
        self.session.closed()
        self._settle()

    def tick(self) -> None:
        self.session.tick(self._clock())
        self._settle()

    @property
    def is_logged_on(self) -> bool:
        return self.session.state is State.LOGGED_ON

    @property
    def is_over(self) -> bool:
        return self.session.state is State.DISCONNECTED

    async def until(self, done: Callable[[], bool], seconds: float) -> bool:
        """Wait until `done`, at most `seconds`. Asked again whenever something happened."""
        try:
            async with asyncio.timeout(seconds):
                while not done():
                    self._news.clear()
                    await self._news.wait()
        except TimeoutError:
            return False
        return True

    def _settle(self) -> None:
        """Save, then send, then show: in this order."""
        data, events = self.session.take_outgoing(), self.session.take_events()
        if not data and not events:
            return
        about: dict[int, ClientOrder] = {}
        for position, event in enumerate(events):
            if isinstance(event, Received) and event.fresh and (not event.is_admin or _is_reject(event.message)):
                self._inbox.append(event.message)
                order = self.orders.apply(event.message)
                if order is not None:
                    about[position] = copy(order)  # as it was then: the next message may change it before it is shown
        self._memory_file.save(self.session.memory, self.orders)
        if data and self._write is not None:
            self._write(data)
        for position, event in enumerate(events):
            self._display.event(event)
            if position in about:
                self._display.order(about[position])
            if isinstance(event, Ended) and self._close is not None:
                self._close()
                self._write = self._close = None
        self._news.set()

    # -- commands ------------------------------------------------------------------------------------------------------

    async def perform(self, command: Command) -> str:
        """Carry out one command. Returns DONE, or what went wrong, for the user."""
        match command:
            case NewOrder() | Cancel() | Replace() | Status() | Raw():
                if not self.is_logged_on:
                    return "not logged on: `connect` tries again"
                return self._ask(command)
            case Wait(state, seconds):
                return await self._wait(state, seconds)
            case Expect(conditions, seconds):
                return await self._expect(conditions, seconds)
            case ExpectNothing(seconds):
                return await self._expect_nothing(seconds)
            case Pause(seconds):
                await asyncio.sleep(seconds)
            case Connect():
                return await self._connect()
            case Logout():
                self.session.logout(self._clock())
                self._settle()
                await self.until(lambda: self.is_over, LOGOUT_SECONDS)
            case ShowOrders():
                self._display.orders(self.orders)
            case Help(topic):
                self._display.help(topic)
            case Nothing():
                pass
        return DONE

    def _ask(self, command: NewOrder | Cancel | Replace | Status | Raw) -> str:
        """The commands that send one message."""
        if isinstance(command, Raw):
            (_, msg_type), *body = command.fields
            self.session.send(msg_type, body, self._clock())
        elif isinstance(command, NewOrder):
            self._new_order(command)
        else:
            order = self.orders.find(command.order)
            if order is None:
                return f"there is no order {command.order}: `orders` lists them" if command.order else "no orders yet"
            self._about(order, command)
        self._settle()
        return DONE

    def _new_order(self, command: NewOrder) -> None:
        now = self._clock()
        order = ClientOrder(
            number=self.orders.next_number(),
            cl_ord_id=command.cl_ord_id or self._new_id(),
            symbol=command.symbol,
            side="BUY" if command.side == b"1" else "SELL",
            order_qty=decimal_text(command.order_qty),
            price=decimal_text(command.price) if command.price is not None else "",
            time_in_force=(command.time_in_force or b"").decode(),
            account=command.account or "",
        )
        body = requests.new_order_single(order, timestamp(now.utc_ns))
        self.orders.add(order, self.session.send(MsgType.NEW_ORDER_SINGLE, body, now))

    def _about(self, order: ClientOrder, command: Cancel | Replace | Status) -> None:
        now = self._clock()
        transact_time = timestamp(now.utc_ns)
        if isinstance(command, Status):
            seq = self.session.send(MsgType.ORDER_STATUS_REQUEST, requests.order_status_request(order), now)
            self.orders.asked(order, seq, order.cl_ord_id)
            return
        cl_ord_id = self._new_id()
        if isinstance(command, Cancel):
            body = requests.order_cancel_request(order, cl_ord_id, transact_time)
            seq = self.session.send(MsgType.ORDER_CANCEL_REQUEST, body, now)
            self.orders.asked(order, seq, cl_ord_id, [])
        else:
            order_qty = decimal_text(command.order_qty)
            price = decimal_text(command.price) if command.price is not None else order.price
            body = requests.order_cancel_replace_request(order, cl_ord_id, order_qty, price, transact_time)
            seq = self.session.send(MsgType.ORDER_CANCEL_REPLACE_REQUEST, body, now)
            self.orders.asked(order, seq, cl_ord_id, [order_qty, price])

    async def _connect(self) -> str:
        if not self.is_over:
            return "the client is connected"
        assert self.dial is not None
        return await self.dial()

    async def _wait(self, state: str, seconds: float) -> str:
        order = self.orders.find(None)
        if order is None:
            return "there is no order to wait for"
        if await self.until(lambda: state in order.seen, seconds):
            return DONE
        return f"not {state} after {seconds:g} s: {order_line(order)}"

    async def _expect(self, conditions: tuple[Condition, ...], seconds: float) -> str:
        if await self.until(lambda: self._take(conditions), seconds):
            return DONE
        passed = [headline(message, outbound=False) for message in self._inbox[self._read :]]
        return f"it did not come within {seconds:g} s; what came: {', '.join(passed) or 'nothing'}"

    def _take(self, conditions: tuple[Condition, ...]) -> bool:
        """Find the next message that meets all conditions; it and those before it are then behind us."""
        for position in range(self._read, len(self._inbox)):
            if all(_meets(self._inbox[position], condition) for condition in conditions):
                self._read = position + 1
                return True
        return False

    async def _expect_nothing(self, seconds: float) -> str:
        if not await self.until(lambda: len(self._inbox) > self._read, seconds):
            return DONE
        message = self._inbox[self._read]
        self._read += 1
        return f"there came {headline(message, outbound=False)}"

    def _new_id(self) -> str:
        """A ClOrdID(11) that no earlier run of this client used: the second it started, and a count."""
        self._ids += 1
        return f"{self._run_id}-{self._ids}"


def _is_reject(message: WireMessage) -> bool:
    return message.msg_type == MsgType.REJECT


def _meets(message: WireMessage, condition: Condition) -> bool:
    for tag, value in message.fields:
        if tag == condition.tag:
            if condition.contains:
                if condition.value in value:
                    return True
            elif value == condition.value or (names.enum_name(tag, value) or "").encode() == condition.value.upper():
                return True
    return False


def _base36(number: int) -> str:
    digits = ""
    while number:
        number, digit = divmod(number, 36)
        digits = _DIGITS[digit] + digits
    return digits
