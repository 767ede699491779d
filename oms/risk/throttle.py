"""The session keeps to its budget of requests. Cancels have a budget of their own, which orders cannot use up."""

from __future__ import annotations

from oms.blotter import Blotter
from oms.limits import Rate
from oms.refusals import Refusal, refuse
from oms.risk.gate import OrderRequest
from oms.token_bucket import wait_ns
from oms.types import Moment


def throttle(request: OrderRequest, blotter: Blotter, at: Moment) -> Refusal | None:
    return message_throttle(request.session, blotter, at)


def message_throttle(session: str, blotter: Blotter, at: Moment) -> Refusal | None:
    """For new orders, replaces and status requests."""
    client, rate, full_at_ns = blotter.clients.get(session), blotter.limits.messages, 0
    if client is not None:
        rate, full_at_ns = client.messages or rate, client.messages_full_at_ns
    wait = wait_ns(full_at_ns, at.utc_ns, rate)
    return _throttled("THROTTLED", rate, wait) if wait else None


def cancel_throttle(session: str, blotter: Blotter, at: Moment) -> Refusal | None:
    client, rate, full_at_ns = blotter.clients.get(session), blotter.limits.cancels, 0
    if client is not None:
        rate, full_at_ns = client.cancels or rate, client.cancels_full_at_ns
    wait = wait_ns(full_at_ns, at.utc_ns, rate)
    return _throttled("CANCEL_THROTTLED", rate, wait) if wait else None


def _throttled(code: str, rate: Rate, wait: int) -> Refusal:
    return refuse(code, f"per_s={rate.per_s} burst={rate.burst} retry_ms={-(-wait // 1_000_000)}")
