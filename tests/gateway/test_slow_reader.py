"""A real process and a client that does not read: it is cut, it finds everything, and nobody else has noticed."""

from __future__ import annotations

import time
from pathlib import Path
from typing import Any

import pytest

from tests.crash.bookkeeper import Bookkeeper, Broken, fields, stamp
from tests.gateway.live_gateway import LiveGateway

REQUESTS = 6000
ORDER = b"11=%b\x0155=SIM\x0154=1\x0160=%b\x0138=1\x0140=2\x0144=100\x01"
LIMITS: dict[str, dict[str, Any]] = {
    "bytes": {"slow_consumer_bytes_max": 65536, "slow_consumer_timeout_s": 3600},
    "time": {"slow_consumer_bytes_max": 1 << 30, "slow_consumer_timeout_s": 1},
}


@pytest.mark.parametrize("limit", LIMITS)
def test_who_does_not_read_is_cut_and_finds_everything(tmp_path: Path, limit: str) -> None:
    sessions = [
        {"name": name, "begin_string": "FIX.4.4", "target_comp_id": name} | LIMITS[limit] for name in ("SLOW", "OTHER")
    ]
    with LiveGateway(tmp_path, [{"socket_send_buffer_bytes": 16384}], sessions) as gateway:
        slow, other = (Bookkeeper(gateway.ports[0], name, "FIXGATE") for name in ("SLOW", "OTHER"))
        slow.connect()
        other.connect()
        for number in range(REQUESTS):
            slow.send(b"H", b"11=R%d\x0155=SIM\x0154=1\x01" % number)
        longest = 0.0
        orders = 0
        while not gateway.lines("slow_consumer_cut"):
            started = time.monotonic()
            other.send(b"D", ORDER % (b"O%d" % orders, stamp()))
            other.until(lambda raw: fields(raw).get(b"39") in (b"2", b"8"))  # done, or refused for the throttle
            longest = max(longest, time.monotonic() - started)
            orders += 1
            assert orders < 20_000, "not cut"
        (cut,) = gateway.lines("slow_consumer_cut")
        assert (cut["session"], cut["level"]) == ("SLOW", "warning")
        assert ("more than 65536" if limit == "bytes" else "the oldest for 1.") in cut["why"]
        assert longest < 5, "somebody else had to wait for it"
        with pytest.raises(Broken):
            slow.listen(10)
        heard = len(slow.application)
        assert heard < REQUESTS
        slow.connect()
        slow.until_quiet(30, lambda: slow.complete and slow.next_in > REQUESTS)
        answers = [fields(raw) for raw in slow.application]
        answered = [tags.get(b"11") or tags[b"45"] for tags in answers if tags[b"35"] in (b"8", b"j")]
        assert len(answered) == len(set(answered)), "an answer came twice"
        other.disconnect()
        slow.disconnect()
