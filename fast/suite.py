"""A pytest plugin: the suite against the compiled tree (`make test-fast`), but for what only the sources can answer."""

from __future__ import annotations

import pytest

import gateway.transact

INTERPRETED = {
    "tests/crash/test_crash.py::test_a_gateway_that_sends": "changes the order of methods that are compiled",
    "tests/bench/test_stages.py": "measures by wrappers around functions, likewise",
    "tests/gateway/test_failures.py": "puts broken methods into the desk and its venues",
    "tests/oms/test_order_to_trade.py": "sets a constant that is compiled in",
    "tests/interop/": "starts processes of its own on the checkout",
    "tests/test_house.py": "reads the sources",
    "tests/test_every_refusal.py": "likewise",
    "tests/gateway/translate/test_requests.py::test_what_is_read_without_asking": "likewise",
    "tests/config/test_generated.py": "compares with files of the checkout",
    "tests/gateway/test_generated.py": "likewise",
    "tests/gateway/operators/test_config_commands.py::test_import": "likewise",
}
"""Node ids (their beginnings) of what is left to `make test`, and why."""


def pytest_configure(config: pytest.Config) -> None:
    file = gateway.transact.__file__
    if file.endswith(".py"):
        raise pytest.UsageError(f"gateway.transact is not compiled: it was found at {file}")


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    left = [item for item in items if item.nodeid.startswith(tuple(INTERPRETED))]
    config.hook.pytest_deselected(items=left)
    items[:] = [item for item in items if item not in set(left)]
