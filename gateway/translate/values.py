"""FIX characters and the desk's names for them, both ways. The names are FIX's own, so the tables make themselves."""

from __future__ import annotations

from enum import StrEnum
from typing import Final, TypeVar

from fixspec import tags
from oms.types import OrdStatus, OrdType, Side, TimeInForce

E = TypeVar("E", bound=StrEnum)


def _values(names: type[E], characters: type) -> dict[E, bytes]:
    return {name: getattr(characters, name.name) for name in names}


SIDE_VALUES: Final = _values(Side, tags.Side)
ORD_TYPE_VALUES: Final = _values(OrdType, tags.OrdType)
TIME_IN_FORCE_VALUES: Final = _values(TimeInForce, tags.TimeInForce)
ORD_STATUS_VALUES: Final = _values(OrdStatus, tags.OrdStatus)

SIDES: Final = {value: name for name, value in SIDE_VALUES.items()}
ORD_TYPES: Final = {value: name for name, value in ORD_TYPE_VALUES.items()}
TIMES_IN_FORCE: Final = {value: name for name, value in TIME_IN_FORCE_VALUES.items()}
