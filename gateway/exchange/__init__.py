"""The simulated exchange: a FIX venue of its own with a price-time matching engine, for trying out and for testing."""

from gateway.exchange.application import Exchange
from gateway.exchange.rules import ExchangeSettings, ListedInstrument

__all__ = ["Exchange", "ExchangeSettings", "ListedInstrument"]
