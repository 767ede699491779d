"""A gateway whose FIX venue is a stock QuickFIX acceptor, and what tests do to the two."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from tests.interop.configurations import write_gateway
from tests.interop.fixgate_process import Fixgate
from tests.interop.party import Party
from tests.interop.quickfix_settings import STOCK, write_settings
from tests.ports import free_port


class VenueHouse:
    """The gateway, and the exchange that it calls."""

    def __init__(self, directory: Path, begin_string: str = "FIX.4.4") -> None:
        gateway_port, exchange_port = free_port(), free_port()
        settings = write_settings(directory, "acceptor", begin_string, "EXCHANGE", "FIXGATE", exchange_port, STOCK)
        self.exchange = Party("quickfix_exchange", settings)
        self.gateway = Fixgate("run", write_gateway(directory, gateway_port, exchange_port, begin_string), gateway_port)

    def start(self) -> None:
        """Both, with the session between them up and the gateway's subscription to prices answered."""
        self.exchange.start()
        self.exchange.expect_event("listening")
        self.gateway.start()
        self.expect_venue_session()

    def expect_venue_session(self) -> None:
        """Wait until the gateway has logged on to the exchange, once more than before."""
        self.exchange.expect_logon()
        self.exchange.expect("35=V")

    @contextmanager
    def muted(self) -> Iterator[None]:
        """The exchange carries out what comes, and says nothing."""
        yield from self._switched("mute")

    @contextmanager
    def holding(self) -> Iterator[None]:
        """The exchange looks at requests only when the block is over."""
        yield from self._switched("hold")

    @contextmanager
    def refusing(self) -> Iterator[None]:
        """The exchange rejects what comes."""
        yield from self._switched("refuse")

    def _switched(self, command: str) -> Iterator[None]:
        self.exchange.command(command, on=True)
        self.exchange.expect_done(command)
        yield
        self.exchange.command(command, on=False)
        self.exchange.expect_done(command)

    def kill(self) -> None:
        self.gateway.kill()
        self.exchange.kill()
