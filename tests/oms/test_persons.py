"""One person under two spellings is one person."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from oms.events import LimitRowChanged, OperatorRefused
from oms.limit_commands import RemoveLimitRow
from oms.persons import is_second, person
from tests.oms.test_exposure import row, with_rows
from tests.oms.world import World

SPELLINGS = (
    "ANN", " ann ", "Ann", "\uff41\uff4e\uff4e", "a\u200bnn", "an\u00adn", "\u2060ann", "ann\u0301", "ann\u00a0",
    "a\u0000nn", "\u202eann", "ann\ufe0f",
)  # fmt: skip


@pytest.mark.parametrize("spelling", SPELLINGS)
def test_other_spellings_of_ann(spelling: str) -> None:
    assert person(spelling) == "ann"
    assert not is_second(spelling, "ann")


def test_spaces_and_ligatures() -> None:
    assert person("Ann  M.\tSmith") == person("ann m. smith")
    assert person("\ufb01nn") == person("finn")
    assert person("STRASSE") == person("stra\u00dfe")
    assert is_second("bob", "ann", "carl")
    assert not is_second("  \u200b ", "ann"), "nobody"
    assert not is_second("", "ann")


@given(st.text(max_size=12))
def test_it_is_the_same_however_often_it_is_asked_and_shouted(name: str) -> None:
    assert person(person(name)) == person(name)
    assert not is_second(name, name)


@pytest.mark.parametrize("spelling", SPELLINGS)
def test_nobody_approves_of_his_own_raise_by_writing_his_name_otherwise(spelling: str) -> None:
    rule = row({"order_qty_max": "5"}, account="*")
    world = World(with_rows(rule, raises_need_approval=True))
    assert isinstance(world.do(RemoveLimitRow(rule.of, "ann", "why not", spelling))[0], OperatorRefused)
    assert isinstance(world.do(RemoveLimitRow(rule.of, spelling, "why not", "ann"))[0], OperatorRefused)
    assert isinstance(world.do(RemoveLimitRow(rule.of, "ann", "asked for", "bob"))[0], LimitRowChanged)
