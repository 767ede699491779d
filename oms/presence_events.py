"""Events about clients whose orders are canceled when they leave (cancel on disconnect); of others nothing is recorded.

They are part of `oms.events`, whose rules hold for them."""

from __future__ import annotations

from oms.event import Event


class ClientArrived(Event, frozen=True, gc=False, array_like=True, tag=True):
    """The session has logged on. Nothing more is canceled because it was away."""

    session: str


class ClientLeft(Event, frozen=True, gc=False, array_like=True, tag=True):
    """The session is over: `in_good_order` by a Logout that was answered, else lost. At `cancel_at_ns` (UTC) its open
    orders are canceled, unless it is back; None when they stay."""

    session: str
    in_good_order: bool
    cancel_at_ns: int | None


class OrdersOfLeaverCanceled(Event, frozen=True, gc=False, array_like=True, tag=True):
    """A cancel of each order of the session that was to be canceled has been asked for: `orders` of them."""

    session: str
    orders: int
