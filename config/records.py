"""What the records of a configuration are made of: the record itself, and the types of values of several of them.

Units stand at the end of a key; a path is taken from the working directory; prices, quantities and multipliers are
exact decimals, best written in quotes.
"""

from __future__ import annotations

from decimal import Decimal
from typing import Annotated, Literal

import msgspec
from msgspec import Meta


class Record(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A mapping in the YAML file; keys it does not know are errors."""


ONE_OR_MORE = Meta(extra={"one_or_more": True})
"""Marks a list that may be written as its only item."""

Name = Annotated[str, Meta(pattern=r"^[A-Za-z0-9][A-Za-z0-9_.-]*$", max_length=64)]
CompId = Annotated[str, Meta(pattern=r"^[\x21-\x7e](?:[\x20-\x7e]*[\x21-\x7e])?$", max_length=64)]
CompIdPattern = Annotated[str, Meta(pattern=r"^[A-Za-z0-9_.*?-]+$", max_length=64)]
Symbol = Annotated[str, Meta(pattern=r"^[\x21-\x7e]+$", max_length=64)]
Pattern = Annotated[str, Meta(pattern=r"^[\x20-\x7e]+$", max_length=64)]
MarketId = Annotated[str, Meta(pattern=r"^[\x21-\x7e]+$", max_length=16)]
Port = Annotated[int, Meta(ge=0, le=65535)]
Positive = Annotated[Decimal, Meta(extra={"positive": True})]
NotNegative = Annotated[Decimal, Meta(extra={"not_negative": True})]
CurrencyCode = Annotated[str, Meta(pattern=r"^[A-Za-z0-9]+$", max_length=12)]
Count = Annotated[int, Meta(ge=1, le=1_000_000_000)]
TimeOfDay = Annotated[str, Meta(pattern=r"^(?:[01][0-9]|2[0-3]):[0-5][0-9]:[0-5][0-9]$", max_length=8)]
Day = Literal["monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday"]
Network = Annotated[str, Meta(min_length=2, max_length=64)]
"""An address or a network in CIDR notation; `config.cross_checks` reads it once more, as a network."""
CertificateBinding = Annotated[
    str, Meta(pattern=r"^(?:(?:CN|SAN)=.+|SHA256=(?:[0-9A-Fa-f]{2}:?){31}[0-9A-Fa-f]{2})$", max_length=256)
]
TlsVersion = Literal["1.2", "1.3"]
