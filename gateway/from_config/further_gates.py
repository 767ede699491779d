"""The gates that the configuration names, found and looked at before the first order: `risk.further_gates`."""

from __future__ import annotations

import importlib
import inspect
from collections.abc import Sequence

from config.load import ConfigRefused
from oms.further_gates import FurtherGate


def further_gates_of(names: Sequence[str]) -> tuple[FurtherGate, ...]:
    """In this order. Importing runs the code of their modules. Raises ConfigRefused, with all that is wrong."""
    found, faults = [], []
    for i, name in enumerate(names):
        gate = _gate(name)
        if isinstance(gate, FurtherGate):
            found.append(gate)
        else:
            faults.append(f"risk.further_gates[{i}]: '{name}' {gate}")
    if faults:
        raise ConfigRefused(faults)
    return tuple(found)


def _gate(name: str) -> FurtherGate | str:
    """Or why it is none."""
    module, _, place = name.partition(":")
    try:
        gate = getattr(importlib.import_module(module), place, None)
    except Exception as error:  # whatever a stranger's module raises
        return f"cannot be imported: {type(error).__name__}: {error}"
    if gate is None:
        return f"is not there: {module} has no {place}"
    if not callable(gate):
        return "cannot be called"
    try:
        inspect.signature(gate).bind("request", "blotter", "at")
    except (TypeError, ValueError) as error:
        return f"does not take a request, the blotter and a moment: {error}"
    return FurtherGate(name, gate)
