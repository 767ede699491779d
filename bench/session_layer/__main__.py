"""The generator of one scenario: a process of its own that prints one JSON object."""

from __future__ import annotations

import argparse
import json
import resource
import sys

from bench.load import RunFailed
from bench.session_layer import replay, stalled, storm, together


def parse() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="bench.session_layer", description="one scenario against a running gateway")
    parser.add_argument("scenario", choices=["fill", "replay", "together", "stalled", "storm"])
    parser.add_argument("--port", type=int, required=True)
    parser.add_argument("--pid", type=int, default=0, help="the gateway's, for its memory")
    parser.add_argument("--messages", type=int, default=10_000, help="fill, replay: how many are asked for")
    parser.add_argument("--sessions", type=int, default=50)
    parser.add_argument("--orders", type=int, default=20_000, help="of all sessions together; storm: of each")
    parser.add_argument("--ping-pongs", type=int, default=3_000)
    parser.add_argument("--seconds", type=float, default=4.0, help="replay, stalled: how long without it")
    parser.add_argument("--timeout-s", type=float, default=10.0, help="stalled: slow_consumer_timeout_s of the gateway")
    return parser.parse_args()


def run(given: argparse.Namespace) -> dict[str, object]:
    if given.scenario == "fill":
        return replay.fill(given.port, given.messages)
    if given.scenario == "replay":
        return replay.run(given.port, given.pid, given.messages, given.seconds)
    if given.scenario == "together":
        return together.run(given.port, given.sessions, given.orders, given.ping_pongs)
    if given.scenario == "stalled":
        return stalled.run(given.port, given.sessions, given.seconds, given.timeout_s)
    return storm.run(given.port, given.sessions, given.orders)


def main() -> int:
    most = resource.getrlimit(resource.RLIMIT_NOFILE)[1]
    resource.setrlimit(resource.RLIMIT_NOFILE, (most, most))
    try:
        print(json.dumps(run(parse())))
    except (RunFailed, OSError) as error:
        print(json.dumps({"failed": f"{type(error).__name__}: {error}"}))
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
