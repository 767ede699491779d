"""The suite over real sockets against our own gateway as a process, and against one that is wrong."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from gateway.certify.certification import Order, certify
from gateway.certify.spelling import VERSIONS
from gateway.certify.verdicts import FAILED, PASSED, weighed
from tests.gateway.certify.gateway_under_test import stage_before

SAMPLE = ("A.1.a", "B.1.c", "C.1.b", "D.2.b", "F.1.b", "R.2")
ONLY = () if os.environ.get("FIXGATE_CERTIFY") == "full" else SAMPLE
WRONG_TELLER = """
from gateway.translate import reports
trade_report = reports.trade_report
reports.trade_report = lambda order, *rest: trade_report(order, *rest).replace(b"\\x01151=", b"\\x01151=1", 1)
"""


@pytest.mark.parametrize("version", VERSIONS)
def test_our_gateway_passes(tmp_path: Path, version: str) -> None:
    with stage_before(tmp_path, version) as stage:
        played = list(certify(stage, Order(ONLY), "T"))
    verdicts = weighed([scenario for scenario, _ in played], [verdict for _, verdict in played])
    assert not [verdict.reason for verdict in verdicts if verdict.verdict == FAILED]
    assert {verdict.row_group for verdict in verdicts if verdict.verdict == PASSED} >= set(SAMPLE)


def test_a_gateway_that_tells_the_wrong_leaves_qty_fails_where_it_does(tmp_path: Path) -> None:
    with stage_before(tmp_path, program=WRONG_TELLER) as stage:
        (_, verdict), *_ = certify(stage, Order(("A.1.a",)), "T")
    assert verdict.verdict == FAILED
    assert "A.1.a_FilledOrder.txt line 10: client < 8(X) | F 1" in verdict.reason
    assert "151 LeavesQty            8000                     18000     <---" in verdict.reason
