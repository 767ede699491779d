"""What a dialect may say is what the dictionary of its version has."""

from __future__ import annotations

import pytest

from fixspec.dictionary import own_dictionary
from gateway.translate.dialect import FIX42, FIX44, FIX50SP2, Dialect, dialect_of, exec_restatement_reason
from oms.types import RestatementReason

DIALECTS = {"FIX42": FIX42, "FIX44": FIX44, "FIX50SP2": FIX50SP2}


@pytest.mark.parametrize("name", DIALECTS)
def test_codes_are_those_of_the_dictionary(name: str) -> None:
    dialect = DIALECTS[name]
    fields = {tag: f for message in own_dictionary(name).messages.values() for tag, f in message.fields.items()}
    assert dialect.cxl_rej_reasons == set(fields[b"102"].values)
    assert dialect.business_reject_reasons == set(fields[b"380"].values)
    assert dialect.ord_rej_reasons <= set(fields[b"103"].values)
    assert set(dialect.exec_restatement_reasons.values()) <= set(fields[b"378"].values)
    assert set(dialect.exec_insts.values()) <= set(fields[b"18"].values)
    assert set(dialect.peg_price_types.values()) <= (set(fields[b"1094"].values) if b"1094" in fields else set())


@pytest.mark.parametrize("name", DIALECTS)
def test_the_way_of_telling_an_execution_is_that_of_the_dictionary(name: str) -> None:
    dialect = DIALECTS[name]
    report = own_dictionary(name).messages[b"8"]
    required = {member.field.tag for member in report.members if member.required}
    assert dialect.exec_trans_type == (b"20" in required) == (b"20" in {m.field.tag for m in report.members})
    exec_types = report.fields[b"150"].values
    assert dialect.trade_by_exec_type == (b"F" in exec_types)
    assert dialect.status_by_exec_type == (b"I" in exec_types)
    assert dialect.triggered == (b"L" if b"L" in exec_types else b"D")
    known = {member.field.tag for member in report.members}
    assert dialect.working_indicator == (b"636" in known)
    assert dialect.comm_currency == (b"479" in known)
    assert dialect.last_liquidity_ind == (b"851" in known)
    mass_cancel_report = own_dictionary(name).messages.get(b"r")
    required_of_it = {m.field.tag for m in mass_cancel_report.members if m.required} if mass_cancel_report else set()
    assert dialect.mass_action_report_id == (b"1369" in required_of_it)
    assert dialect.display_qty == (b"1138" if b"1138" in known else b"111")
    assert (b"1094" in known) == bool(dialect.peg_price_types)


def test_what_no_client_asked_for_has_a_reason_in_each_version() -> None:
    disconnect = RestatementReason.CANCEL_ON_SYSTEM_FAILURE
    assert [exec_restatement_reason(disconnect, d) for d in (FIX42, FIX44, FIX50SP2)] == [b"4", b"7", b"12"]
    for dialect in DIALECTS.values():
        assert all(exec_restatement_reason(reason, dialect) for reason in RestatementReason)


@pytest.mark.parametrize(
    ("begin_string", "default_appl_ver_id", "dialect"),
    [
        (b"FIX.4.2", b"", FIX42),
        (b"FIX.4.4", b"", FIX44),
        (b"FIXT.1.1", b"4", FIX42),
        (b"FIXT.1.1", b"6", FIX44),
        (b"FIXT.1.1", b"9", FIX50SP2),
    ],
)
def test_a_session_speaks_the_dialect_of_its_version(
    begin_string: bytes, default_appl_ver_id: bytes, dialect: Dialect
) -> None:
    assert dialect_of(begin_string, default_appl_ver_id) is dialect


def test_a_version_without_orders_is_named() -> None:
    with pytest.raises(KeyError, match=r"FIX\.4\.0"):
        dialect_of(b"FIX.4.0", b"")
