"""The public acceptance definitions of FIX 4.2, where they are at hand; an empty set where they are not."""

from __future__ import annotations

from pathlib import Path

import pytest

from fixspec.dictionary import load_dictionary
from fixspec.rulebook import Rulebook
from tests.gateway.session.definitions import REFERENCE_DATA, Player, acceptor_settings, definitions


@pytest.fixture(scope="module")
def stock_fix42() -> Rulebook:
    return Rulebook(load_dictionary(REFERENCE_DATA / "fix-dictionaries" / "FIX42.xml"))


CASES = [pytest.param(path, id=path.stem) for path in definitions("fix42")]

if CASES:  # pytest counts an empty parametrisation as a skipped test; here there is simply none

    @pytest.mark.parametrize("path", CASES)
    def test_definition_passes(path: Path, stock_fix42: Rulebook) -> None:
        Player(acceptor_settings(b"FIX.4.2", b"TW42"), stock_fix42).play(path)
