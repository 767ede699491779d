"""Gates that an installation has added: limits on Greeks, value at risk, whatever it has a model for.

Each is a plain function with the contract of every other gate (`oms.risk.gate`): a request, the blotter and a moment go
in, nothing or `refuse("FURTHER_LIMIT", figures)` comes out. It must be pure, as all gates are: what it decides by is in
the blotter, or was loaded at the start. A replay asks no gate, so a log never depends on one.

What fails does not let pass. A gate that raises, or answers with anything else, refuses the request."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Final

from oms.refusals import Refusal, refuse
from oms.types import Moment

REFUSES_BY: Final = "FURTHER_LIMIT"
FAILED: Final = "FURTHER_GATE_FAILED"

Question = Callable[[Any, Any, Moment], object]
"""Of request, blotter and moment."""


class FurtherGate:
    """One of them, by the name under which the configuration has it: `package.module:gate`."""

    __slots__ = ("ask", "failure", "name")

    def __init__(self, name: str, ask: Question) -> None:
        self.name = name
        self.ask = ask
        self.failure: Exception | None = None
        """What it raised last, for whoever tells a person. Nothing of the state."""

    def refusal(self, request: Any, blotter: Any, at: Moment) -> Refusal | None:
        """What it has against the request, with its name; or that it has failed."""
        try:
            found = self.ask(request, blotter, at)
        except Exception as error:  # whatever a stranger's function raises
            self.failure = error
            return self._failed(f"error={type(error).__name__}")
        if found is None:
            return None
        if not isinstance(found, Refusal) or found.code != REFUSES_BY or not found.text.isprintable():
            self.failure = None
            return self._failed(f"returned={type(found).__name__}")
        return refuse(REFUSES_BY, f"gate={self.name} {found.text.removeprefix(f'{REFUSES_BY}: ')}")

    def _failed(self, figures: str) -> Refusal:
        return refuse(FAILED, f"gate={self.name} {figures}")
