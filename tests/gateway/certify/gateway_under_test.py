"""Our gateway as a process of its own, between a client and a venue that both are somebody else."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from gateway.certify.sockets import SocketStage, Target
from tests.gateway.live_gateway import LiveGateway
from tests.ports import free_port

VERSION_KEYS = {
    "FIX.4.2": {"begin_string": "FIX.4.2"},
    "FIX.4.4": {"begin_string": "FIX.4.4"},
    "FIX.5.0SP2": {"begin_string": "FIXT.1.1", "default_appl_ver_id": "FIX.5.0SP2"},
}


def gateway_under_test(directory: Path, version: str, venue_port: int, program: str = "") -> LiveGateway:
    client = {"name": "client", "target_comp_id": "CLIENT", **VERSION_KEYS[version]}
    venue = {
        "name": "venue", "target_comp_id": "VENUE", "kind": "venue", "begin_string": "FIX.4.4",
        "connect": {"host": "127.0.0.1", "port": venue_port},
    }  # fmt: skip
    gateway = LiveGateway(directory, [{}], [client, venue], program)
    gateway.config["venues"] = [{"name": "VENUE", "adapter": "fix_standard", "session": "venue"}]
    gateway.config["instruments"] = [
        {"symbol": "BTC-USD", "venue": "VENUE", "reference_price": "50000", "max_qty": "1000000"}
    ]
    gateway.config["limits"] = {"max_order_qty": "1000000", "max_notional": "1000000000000", "throttle": {}}
    return gateway


@contextmanager
def stage_before(directory: Path, version: str = "FIX.4.4", program: str = "") -> Iterator[SocketStage]:
    """The stage, its venue waiting, before a gateway that has just started."""
    port, venue_port = free_port(), free_port()
    stage = SocketStage(Target("127.0.0.1", port, version, "CLIENT", "FIXGATE", venue_port, timeout_s=2))
    gateway = gateway_under_test(directory, version, venue_port, program)
    gateway.config["listen"][0]["port"] = port
    with gateway:
        try:
            yield stage
        finally:
            stage.close()
