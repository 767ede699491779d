"""What a dialect may say is what the dictionary of its version has."""

from __future__ import annotations

import pytest

from fixspec.dictionary import own_dictionary
from gateway.translate.dialect import FIX42, FIX44, FIX50SP2, Dialect, dialect_of

DIALECTS = {"FIX42": FIX42, "FIX44": FIX44, "FIX50SP2": FIX50SP2}


@pytest.mark.parametrize("name", DIALECTS)
def test_codes_are_those_of_the_dictionary(name: str) -> None:
    dialect = DIALECTS[name]
    fields = {tag: f for message in own_dictionary(name).messages.values() for tag, f in message.fields.items()}
    assert dialect.cxl_rej_reasons == set(fields[b"102"].values)
    assert dialect.business_reject_reasons == set(fields[b"380"].values)
    assert dialect.ord_rej_reasons <= set(fields[b"103"].values)


@pytest.mark.parametrize("name", DIALECTS)
def test_the_way_of_telling_an_execution_is_that_of_the_dictionary(name: str) -> None:
    dialect = DIALECTS[name]
    report = own_dictionary(name).messages[b"8"]
    required = {member.field.tag for member in report.members if member.required}
    assert dialect.exec_trans_type == (b"20" in required) == (b"20" in {m.field.tag for m in report.members})
    exec_types = report.fields[b"150"].values
    assert dialect.trade_by_exec_type == (b"F" in exec_types)
    assert dialect.status_by_exec_type == (b"I" in exec_types)


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
