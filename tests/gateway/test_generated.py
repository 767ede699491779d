"""What is made from the codes is current, and every code that the house says is among them."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from gateway.generate import files
from gateway.translate.refusals_page import refusals_page
from oms.refusals import CODES, Code
from oms.types import RejectReason

ROOT = Path(__file__).parents[2]
SAID = re.compile(r'(?:refuse\(\s*|Unsupported\(\s*|"code": )"([A-Z_]{4,})"|f?"([A-Z_]{4,}): ')
NOT_IN_A_REFUSAL = {"LISTENER", "UNHEDGED"}
"""A BusinessMessageReject(j) to a session that sends no requests at all; an alarm about an order that goes on."""


@pytest.mark.parametrize(("path", "text"), list(files()), ids=lambda value: getattr(value, "name", ""))
def test_it_is_current(path: Path, text: str) -> None:
    assert path.read_text() == text, "run: python -m gateway.generate"


def test_every_code_has_a_row_with_its_meaning_and_its_cure() -> None:
    page = refusals_page()
    for code, (_, meaning, cure) in CODES.items():
        assert f"| `{code}` | " in page
        assert f" | {meaning} | {cure} |" in page


def test_versions_that_have_no_number_for_it_are_told_apart() -> None:
    page = refusals_page({"BAD_ACCOUNT": Code(RejectReason.UNKNOWN_ACCOUNT, "Is | not.", "Do.")})
    assert page.splitlines()[-1] == "| `BAD_ACCOUNT` | 0, 15, 15 | 2 | Is \\| not. | Do. |"


def test_no_code_is_said_that_is_not_documented() -> None:
    said = {
        code
        for folder in ("oms", "gateway/translate")
        for path in (ROOT / folder).rglob("*.py")
        for found in SAID.findall(path.read_text())
        for code in found
        if code
    }
    assert len(said) > 40
    assert said - CODES.keys() - NOT_IN_A_REFUSAL == set()
