"""Bears gateways quickly: each life of the gateway is a fork of this process, which has imported everything, read the
configuration once for what is kept of its types, and counts nothing of it as garbage to be looked for.

Run as a process of its own (`python -m tests.crash.nursery`), it takes one JSON object a line on standard input and
answers each with one:

    {"do": "bear", "config": FILE, "output": FILE, "point": NAME or null, "occurrence": N, "mutant": NAME or null}
    {"do": "bear", "config": FILE, "output": FILE, "exchange": true}    the exchange instead of a gateway
    {"do": "wait", "pid": N}              until the child is dead; answers how it died
    {"do": "kill", "pid": N, "signal": N} then wait

It has no threads when it forks.
"""

from __future__ import annotations

import gc
import json
import os
import sys
import traceback
from pathlib import Path
from typing import Any

import gateway.operators.admin  # noqa: F401  # a gateway imports it when it comes to its doors
from config.load import load_gateway
from gateway.app import run_exchange, run_gateway
from gateway.from_config.sessions import sessions_of
from gateway.translate.engagement import RULES_OF_ENGAGEMENT
from tests.crash.points import MUTANTS, arm


def bear(order: dict[str, Any]) -> int:
    pid = os.fork()
    if pid:
        return pid
    try:
        output = os.open(order["output"], os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
        os.dup2(os.open(os.devnull, os.O_RDONLY), 0)
        os.dup2(output, 1)
        os.dup2(output, 2)
        if order.get("mutant"):
            MUTANTS[order["mutant"]]()
        if order.get("point"):
            arm(order["point"], order["occurrence"])
        run = run_exchange if order.get("exchange") else run_gateway
        run(Path(order["config"]), create=True)
    except BaseException:
        traceback.print_exc()
        sys.stderr.flush()
        os._exit(99)
    os._exit(0)


def prepare(config: Path) -> None:
    """What every life would do anew before it has read a byte of its own."""
    sessions_of(load_gateway(config).sessions, {}, RULES_OF_ENGAGEMENT)
    gc.collect()
    gc.freeze()


def main() -> None:
    prepared = False
    for line in sys.stdin:
        order = json.loads(line)
        if order["do"] == "bear":
            if not prepared and not order.get("exchange"):
                prepare(Path(order["config"]))
                prepared = True
            answer: dict[str, int] = {"pid": bear(order)}
        else:
            if order["do"] == "kill":
                os.kill(order["pid"], order["signal"])
            _, status = os.waitpid(order["pid"], 0)
            answer = {"exit": os.waitstatus_to_exitcode(status)}
        print(json.dumps(answer), flush=True)


if __name__ == "__main__":
    main()
