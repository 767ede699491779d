"""The public acceptance definitions, where they are at hand, in memory and on fake time: those of FIX 4.2 as they are,
and rewritten by rule for every other version whose dictionary is at hand."""

from __future__ import annotations

from functools import cache
from pathlib import Path

import pytest

from fixspec.dictionary import join_dictionaries, load_dictionary
from fixspec.rulebook import Rulebook
from tests.conformance.definitions import STOCK_DICTIONARIES, Player, acceptor_settings, definitions
from tests.conformance.rewritten import LEFT_OUT, TARGETS, Target, rewrite


@cache
def stock_rulebook(target: Target) -> Rulebook:
    stock = [load_dictionary(STOCK_DICTIONARIES / f"{name}.xml") for name in target.dictionaries]
    return Rulebook(stock[0] if len(stock) == 1 else join_dictionaries(*stock))


def is_at_hand(target: Target) -> bool:
    return all((STOCK_DICTIONARIES / f"{name}.xml").exists() for name in target.dictionaries)


CASES = [
    pytest.param(target, path, id=f"{target.folder}-{path.stem}")
    for target in filter(is_at_hand, TARGETS.values())
    for path in definitions("fix42")
    if path.stem not in LEFT_OUT.get(target.folder, ())
]

if CASES:  # pytest counts an empty parametrisation as a skipped test; here there is simply none

    @pytest.mark.parametrize(("target", "path"), CASES)
    def test_definition_passes(target: Target, path: Path) -> None:
        settings = acceptor_settings(target.begin_string, target.comp_id, target.default_appl_ver_id)
        Player(settings, stock_rulebook(target)).play_text(path.name, rewrite(path.read_bytes(), target))
