"""What all tests share: one deterministic Hypothesis, and the interop tests only where their engine is installed."""

from __future__ import annotations

import gc
import os
import sys
from importlib.util import find_spec

from hypothesis import HealthCheck, settings

# "ci", the default, finds the same examples everywhere; HYPOTHESIS_PROFILE=deep looks for new ones.
settings.register_profile(
    "ci", derandomize=True, database=None, deadline=None, suppress_health_check=[HealthCheck.too_slow]
)
settings.register_profile("deep", deadline=None, max_examples=5000, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile(os.environ.get("HYPOTHESIS_PROFILE", "ci"))

# The suite starts some hundred Pythons. Whatever this machine says of bytecode, they need not compile the house each.
os.environ.pop("PYTHONDONTWRITEBYTECODE", None)
sys.dont_write_bytecode = False

collect_ignore = [] if find_spec("quickfix") else ["interop"]


def pytest_collection_finish() -> None:
    """The modules and the thousands of tests stay to the end: no collection need look at them again."""
    gc.collect()
    gc.freeze()
