"""SIGTERM to a process that is still coming up: it ends as asked, with 0, for there is nothing yet to bring to an end.

Python's own answer to the signal is to die of it (-15), which a supervisor takes for a crash. Nothing has been said to
anybody before `gateway.app` hears the signal itself; and what the store holds, it holds at any moment.
"""

from __future__ import annotations

import os
import signal
from collections.abc import Sequence

PROCESSES = frozenset({"run", "exchange", "demo"})


def heed_sigterm(arguments: Sequence[str]) -> None:
    """From now on, if these arguments of the command line start a process that serves."""
    if arguments and arguments[0] in PROCESSES:
        signal.signal(signal.SIGTERM, lambda number, frame: os._exit(0))
