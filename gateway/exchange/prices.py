"""The exchange's market data: MarketDataRequest(V) in, MarketDataSnapshotFullRefresh(W) out.

A snapshot is the last trade, the best bid and the best offer. Until something has traded, the listed reference price
stands for the last trade (an entry without a size). A subscriber gets a snapshot at once; then, on every beat (one a
second by default), a fresh one of each symbol that has changed since the last beat, and now and then one of a symbol
that has not. Subscriptions live as long as the session's connection: who logs on again subscribes again.
"""

from __future__ import annotations

from decimal import Decimal
from typing import NamedTuple

from fixspec import tags
from fixspec.message import Message
from fixspec.numbers import format_decimal
from fixspec.tags import MDEntryType, MDReqRejReason, MsgType, SubscriptionRequestType
from gateway.exchange.rules import ExchangeSettings
from gateway.turn import Turn
from venues.matching import Book, PriceLevel


class _Picture(NamedTuple):
    """What a snapshot shows; two equal ones are not worth a message."""

    last_px: Decimal
    last_qty: Decimal | None
    bid: PriceLevel | None
    offer: PriceLevel | None


class PriceFeed:
    """Who wants which symbols, and what they have been told."""

    def __init__(self, settings: ExchangeSettings, books: dict[bytes, Book]) -> None:
        self._settings = settings
        self._books = books
        self._reference_prices = {listed.symbol: listed.reference_price for listed in settings.instruments}
        self._subscriptions: dict[tuple[str, bytes], list[bytes]] = {}
        self._published: dict[bytes, tuple[_Picture, int]] = {}
        self._beat_at_ns: int | None = None

    def request(self, session: str, message: Message, turn: Turn) -> None:
        """Answer a MarketDataRequest(V): snapshots, or MarketDataRequestReject(Y)."""
        md_req_id = message.fields[tags.MD_REQ_ID]
        kind = message.fields.get(tags.SUBSCRIPTION_REQUEST_TYPE, b"")
        if kind == SubscriptionRequestType.DISABLE_PREVIOUS_SNAPSHOT:
            self._subscriptions.pop((session, md_req_id), None)
            return
        symbols = [value for tag, value in message.pairs if tag == tags.SYMBOL]
        reason = self._refuse(session, md_req_id, symbols)
        if reason is not None:
            code, text = reason
            turn.send(
                session, MsgType.MARKET_DATA_REQUEST_REJECT, b"262=%b\x01281=%b\x0158=%b\x01" % (md_req_id, code, text)
            )
            return
        for symbol in symbols:
            self._send(session, md_req_id, symbol, self._picture(symbol), turn)
        if kind == SubscriptionRequestType.SNAPSHOT_AND_UPDATES:
            self._subscriptions[session, md_req_id] = symbols
            if self._beat_at_ns is None:
                self._beat_at_ns = turn.now.mono_ns + self._settings.market_data_interval_ns

    def _refuse(self, session: str, md_req_id: bytes, symbols: list[bytes]) -> tuple[bytes, bytes] | None:
        if (session, md_req_id) in self._subscriptions:
            return MDReqRejReason.DUPLICATE_MD_REQ_ID, b"MDReqID(262)=%b is in use" % md_req_id
        for symbol in symbols:
            if symbol not in self._reference_prices:
                return MDReqRejReason.UNKNOWN_SYMBOL, b"unknown Symbol(55): %b" % symbol
        return None

    def forget(self, session: str) -> None:
        """The session is gone, and its subscriptions with it."""
        for key in [key for key in self._subscriptions if key[0] == session]:
            del self._subscriptions[key]

    def deadline(self) -> int | None:
        """The next beat, on the monotonic clock in ns; None while nobody subscribes."""
        return self._beat_at_ns if self._subscriptions else None

    def beat(self, turn: Turn) -> None:
        """Tell the subscribers what has changed."""
        now_ns = turn.now.mono_ns
        self._beat_at_ns = now_ns + self._settings.market_data_interval_ns if self._subscriptions else None
        due: dict[bytes, _Picture] = {}
        for symbol in {symbol for symbols in self._subscriptions.values() for symbol in symbols}:
            picture = self._picture(symbol)
            published = self._published.get(symbol)
            if (
                published is None
                or published[0] != picture
                or now_ns - published[1] >= self._settings.market_data_refresh_ns
            ):
                due[symbol] = picture
                self._published[symbol] = picture, now_ns
        for (session, md_req_id), symbols in self._subscriptions.items():
            for symbol in symbols:
                if symbol in due:
                    self._send(session, md_req_id, symbol, due[symbol], turn)

    def _picture(self, symbol: bytes) -> _Picture:
        book = self._books[symbol]
        bids, offers = book.bids(), book.offers()
        return _Picture(
            self._reference_prices[symbol] if book.last_px is None else book.last_px,
            book.last_qty,
            bids[0] if bids else None,
            offers[0] if offers else None,
        )

    @staticmethod
    def _send(session: str, md_req_id: bytes, symbol: bytes, picture: _Picture, turn: Turn) -> None:
        entries = [_entry(MDEntryType.TRADE, picture.last_px, picture.last_qty)]
        if picture.bid is not None:
            entries.append(_entry(MDEntryType.BID, picture.bid.price, picture.bid.quantity))
        if picture.offer is not None:
            entries.append(_entry(MDEntryType.OFFER, picture.offer.price, picture.offer.quantity))
        body = b"262=%b\x0155=%b\x01268=%d\x01%b" % (md_req_id, symbol, len(entries), b"".join(entries))
        turn.send(session, MsgType.MARKET_DATA_SNAPSHOT_FULL_REFRESH, body)


def _entry(kind: bytes, price: Decimal, size: Decimal | None) -> bytes:
    entry = b"269=%b\x01270=%b\x01" % (kind, format_decimal(price))
    return entry if size is None else entry + b"271=%b\x01" % format_decimal(size)
