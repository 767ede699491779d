"""Why a request passes or not: every gate, in the order in which they are asked, with verdict and figures. Pure.

Nothing is decided and nothing is remembered: whoever asks can ask as often as he likes.
"""

from __future__ import annotations

from typing import NamedTuple

from oms.blotter import Blotter
from oms.refusals import Refusal
from oms.risk.figures import FIGURES, Figure
from oms.risk.gate import OrderRequest
from oms.risk.pipeline import gates_of
from oms.types import Moment


class Finding(NamedTuple):
    """What one gate has to say."""

    gate: str
    refusal: Refusal | None
    """None when the request passes it."""
    figures: tuple[Figure, ...]
    """Empty when the gate has nothing to measure: no limit of its kind holds for the request."""


def explain(request: OrderRequest, blotter: Blotter, at: Moment) -> list[Finding]:
    """All gates, as they would answer at that moment."""
    found: list[Finding] = []
    for name, gate in gates_of(blotter):
        figures = FIGURES.get(name)
        told = () if figures is None else tuple(figures(request, blotter, at))
        found.append(Finding(name, gate(request, blotter, at), told))
    return found
