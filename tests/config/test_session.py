"""Templates: who fits, and what is made."""

from __future__ import annotations

import pytest

from config.model import SessionTemplate
from config.session import SessionKeys

TEMPLATE = SessionTemplate(name="ALGO", begin_string="FIX.4.4", target_comp_id_pattern="A?G*", heart_bt_int_s=7)


@pytest.mark.parametrize("comp_id", ["ALGO", "ALG", "AxG", "ALGO-1_b.c", "ALG" + "x" * 56])
def test_who_fits(comp_id: str) -> None:
    assert TEMPLATE.fits(comp_id)


@pytest.mark.parametrize(
    "comp_id",
    ["", "AG", "algo", "ALGO 1", "ALGO/1", "ALGÖ", "ALG\x01", "ALG\n", "BALGO", "ALG" + "x" * 57, "ALG*", "ALG[1]"],
)
def test_who_does_not(comp_id: str) -> None:
    assert not TEMPLATE.fits(comp_id)


def test_the_session_of_a_template_has_its_keys() -> None:
    session = TEMPLATE.session("ALGO1")
    assert (session.name, session.target_comp_id) == ("ALGO.ALGO1", "ALGO1")
    for key in SessionKeys.__struct_fields__:
        assert getattr(session, key) == getattr(TEMPLATE, key)
