"""The rulebooks that session tests run by: our own dictionaries, and for versions we do not speak their nearest kin."""

from __future__ import annotations

from functools import cache

from fixspec.dictionary import join_dictionaries, own_dictionary
from fixspec.rulebook import Rulebook, RulesOfEngagement

_KIN = {"FIX.4.0": "FIX42", "FIX.4.1": "FIX42", "FIX.4.2": "FIX42", "FIX.4.3": "FIX44", "FIX.4.4": "FIX44"}


def rulebook(version: str, terms: RulesOfEngagement | None = None) -> Rulebook:
    """For a BeginString(8). At the session layer FIX.4.0 and 4.1 are a part of 4.2, and 4.3 of 4.4."""
    return _plain(version) if terms is None else Rulebook(_plain(version).dictionary, roe=terms)


@cache
def _plain(version: str) -> Rulebook:
    if version == "FIXT.1.1":
        return Rulebook(join_dictionaries(own_dictionary("FIXT11"), own_dictionary("FIX50SP2")))
    return Rulebook(own_dictionary(_KIN[version]))
