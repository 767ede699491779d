"""Names of fields and values as people read them."""

import pytest

from fixspec import tags
from fixspec.names import enum_name, field_name, field_tag


@pytest.mark.parametrize(
    ("tag", "name"),
    [(b"11", "ClOrdID"), (b"22", "SecurityIDSource"), (b"32", "LastQty"), (b"9999", "9999"), (b"\xff", "\ufffd")],
)
def test_field_names(tag: bytes, name: str) -> None:
    assert field_name(tag) == name


@pytest.mark.parametrize(
    ("name", "tag"), [("ClOrdID", b"11"), ("IDSource", b"22"), ("SecurityIDSource", b"22"), ("Nonsense", None)]
)
def test_field_tags_by_the_name_of_any_version(name: str, tag: bytes | None) -> None:
    assert field_tag(name) == tag


@pytest.mark.parametrize(
    ("tag", "value", "name"),
    [
        (tags.ORD_STATUS, b"2", "FILLED"),
        (tags.EXEC_TYPE, b"F", "TRADE"),
        (tags.EXEC_TYPE, b"1", "PARTIAL_FILL"),
        (tags.MSG_TYPE, b"D", "NEW_ORDER_SINGLE"),
        (tags.REF_MSG_TYPE, b"D", "NEW_ORDER_SINGLE"),
        (tags.DEFAULT_APPL_VER_ID, b"9", "FIX50SP2"),
        (tags.SIDE, b"?", None),
        (tags.CL_ORD_ID, b"1", None),
        (b"9999", b"1", None),
    ],
)
def test_value_names(tag: bytes, value: bytes, name: str | None) -> None:
    assert enum_name(tag, value) == name
