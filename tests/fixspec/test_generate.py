"""tags.py is exactly what the dictionaries say, and its names follow from the FIX names by rule."""

from pathlib import Path

import pytest

from fixspec import tags
from fixspec.dictionary import Field, own_dictionary
from fixspec.generate import OWN_DICTIONARIES, _collect, constant_name, tags_text

FIELDS = [(name, field) for name in OWN_DICTIONARIES for field in own_dictionary(name).fields.values()]


def test_the_committed_tags_are_the_generated_ones() -> None:
    assert Path(tags.__file__).read_text(encoding="ascii") == tags_text()


@pytest.mark.parametrize(
    ("field", "constant"),
    [
        ("ClOrdID", "CL_ORD_ID"),
        ("OrigClOrdID", "ORIG_CL_ORD_ID"),
        ("MsgSeqNum", "MSG_SEQ_NUM"),
        ("NoMDEntries", "NO_MD_ENTRIES"),
        ("CxlRejReason", "CXL_REJ_REASON"),
        ("AvgPx", "AVG_PX"),
        ("DefaultApplVerID", "DEFAULT_APPL_VER_ID"),
        ("OrderQty2", "ORDER_QTY2"),
        ("Nested3PartyID", "NESTED3_PARTY_ID"),
        ("SecurityXMLLen", "SECURITY_XML_LEN"),
        ("DKReason", "DK_REASON"),
        ("IOIID", "IOIID"),
        ("IOIid", "IO_IID"),  # 4.2 wrote it so
    ],
)
def test_constant_names_are_mechanical(field: str, constant: str) -> None:
    assert constant_name(field) == constant


def test_every_field_and_value_of_every_version_has_its_constant() -> None:
    for version, field in FIELDS:
        assert getattr(tags, constant_name(field.name)) == field.tag, version
        for value, description in field.values.items():
            assert getattr(getattr(tags, field.name), description) == value, (version, field.name)


def test_no_two_fields_of_different_numbers_share_a_constant() -> None:
    numbers: dict[str, bytes] = {}
    for _, field in FIELDS:
        assert numbers.setdefault(constant_name(field.name), field.tag) == field.tag


def test_a_contradiction_between_versions_is_refused() -> None:
    with pytest.raises(ValueError, match=r"FIX42: field ClOrdID is 11, elsewhere 12"):
        _collect("FIX42", {"ClOrdID": 12}, {})
    with pytest.raises(ValueError, match=r"FIX42: Side BUY is b'1', elsewhere b'9'"):
        _collect("FIX42", {}, {"Side": {"BUY": b"9"}})


def test_a_description_that_is_no_name_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    field = Field(b"54", "Side", "CHAR", {b"1": "1ST"})
    dictionary = type("Fake", (), {"fields": {b"54": field}})
    monkeypatch.setattr("fixspec.generate.own_dictionary", lambda _name: dictionary)
    with pytest.raises(ValueError, match="description '1ST' of Side"):
        _collect("FIX42", {}, {})
