"""The rulebooks that session tests run by: our own dictionaries, and for versions we do not speak their nearest kin."""

from __future__ import annotations

from functools import cache

from fixspec.dictionary import join_dictionaries, own_dictionary
from fixspec.rulebook import Rulebook

_KIN = {"FIX.4.0": "FIX42", "FIX.4.1": "FIX42", "FIX.4.2": "FIX42", "FIX.4.3": "FIX44", "FIX.4.4": "FIX44"}


@cache
def rulebook(version: str) -> Rulebook:
    """For a BeginString(8). At the session layer FIX.4.0 and 4.1 are a part of 4.2, and 4.3 of 4.4."""
    if version == "FIXT.1.1":
        return Rulebook(join_dictionaries(own_dictionary("FIXT11"), own_dictionary("FIX50SP2")))
    return Rulebook(own_dictionary(_KIN[version]))
