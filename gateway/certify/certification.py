"""Plays the suite against a gateway over sockets, scenario by scenario, under ClOrdIDs that were never used before."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field

from gateway.certify.player import NotPlayable, Player, Terms
from gateway.certify.scenario import Scenario
from gateway.certify.sockets import NotConnected, SocketStage
from gateway.certify.suite import suite
from gateway.certify.verdicts import FAILED, PASSED, SKIPPED, Verdict


@dataclass(frozen=True)
class Order:
    """What is to be certified, and on which terms."""

    only: tuple[str, ...] = ()
    """Row groups, or beginnings of them: `A.1.a`, `B`. All when empty."""
    symbol: str = "BTC-USD"
    fields: dict[str, str] = field(default_factory=dict)
    """Further fields of each order and replace, such as Account(1)."""
    with_settings: bool = False
    """Also play what needs the gateway to be configured as the scenario says."""


def chosen(order: Order) -> list[Scenario]:
    return [scenario for scenario in suite() if not order.only or scenario.row_group.startswith(order.only)]


def certify(stage: SocketStage, order: Order, run: str) -> Iterator[tuple[Scenario, Verdict]]:
    """A verdict for each scenario, as it comes. `run` makes the ClOrdIDs of this run unique."""
    for number, scenario in enumerate(chosen(order)):
        yield scenario, _played(stage, order, scenario, f"{run}{number}-")


def _played(stage: SocketStage, order: Order, scenario: Scenario, prefix: str) -> Verdict:
    def verdict(kind: str, reason: str = "", left_out: Iterable[str] = ()) -> Verdict:
        return Verdict(scenario.row_group, scenario.name, kind, reason, tuple(left_out))

    needs = scenario.needs
    if scenario.changes and not needs and not order.with_settings:
        needs = " ".join(f"{key}={value}" for key, value in scenario.changes.items())
    if needs:
        return verdict(SKIPPED, f"needs {needs}")
    if stage.target.version not in scenario.clients:
        return verdict(SKIPPED, f"not in {stage.target.version}")
    player = Player(stage, Terms(prefix, order.symbol, order.fields, strict=False))
    is_clear = False
    try:
        player.play(scenario)
        is_clear = True
    except NotPlayable as reason:
        return verdict(SKIPPED, str(reason))
    except NotConnected as why:
        return verdict(FAILED, str(why))
    except AssertionError as failure:
        return verdict(FAILED, "\n".join([str(failure), *getattr(failure, "__notes__", ())]))
    finally:
        _tidied(stage, player, is_clear)
    return verdict(PASSED, left_out=player.left_out)


def _tidied(stage: SocketStage, player: Player, is_clear: bool) -> None:
    """No order of one scenario is left to the next; what that is answered by is forgotten."""
    try:
        if player.tidy_up() or not is_clear:
            stage.clear()
    except (AssertionError, NotPlayable):
        stage.clear()
