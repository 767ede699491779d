"""Dictionaries: the stock files load unchanged; expansion of components; errors that show the place."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from fixspec.dictionary import (
    Dictionary,
    DictionaryError,
    Member,
    join_dictionaries,
    load_dictionary,
    own_dictionary,
)

BESIDE = Path(__file__).parents[2].parent / "shared" / "reference" / "data"
REFERENCE = Path(os.environ.get("FIXGATE_REFERENCE_DATA", BESIDE))
STOCK = sorted((REFERENCE / "fix-dictionaries").glob("*.xml")) + sorted(REFERENCE.glob("venues/*/fix-schemas/*.xml"))

SMALL = """<fix type='FIX' major='4' minor='4' servicepack='0'>
 <header>
  <field name='BeginString' required='Y'/>
  <field name='MsgType' required='Y'/>
 </header>
 <messages>
  <message name='NewOrderSingle' msgtype='D' msgcat='app'>
   <field name='ClOrdID' required='Y'/>
   <component name='Parties' required='N'/>
   <component name='Instrument' required='Y'/>
  </message>
  <message name='Heartbeat' msgtype='0' msgcat='admin'/>
 </messages>
 <trailer>
  <field name='CheckSum' required='Y'/>
 </trailer>
 <components>
  <component name='Instrument'>
   <field name='Symbol' required='Y'/>
   <field name='SecurityID' required='N'/>
  </component>
  <component name='Parties'>
   <group name='NoPartyIDs' required='Y'>
    <component name='Party' required='Y'/>
    <group name='NoPartySubIDs' required='N'>
     <field name='PartySubID' required='Y'/>
    </group>
   </group>
  </component>
  <component name='Party'>
   <field name='PartyID' required='Y'/>
   <field name='PartyRole' required='N'/>
  </component>
 </components>
 <fields>
  <field number='8' name='BeginString' type='STRING'/>
  <field number='10' name='CheckSum' type='STRING'/>
  <field number='11' name='ClOrdID' type='STRING'/>
  <field number='35' name='MsgType' type='STRING'/>
  <field number='48' name='SecurityID' type='STRING'/>
  <field number='54' name='Side' type='CHAR'>
   <value enum='1' description='BUY'/>
   <value enum='2' description='SELL'/>
  </field>
  <field number='55' name='Symbol' type='STRING'/>
  <field number='448' name='PartyID' type='STRING'/>
  <field number='452' name='PartyRole' type='INT'/>
  <field number='453' name='NoPartyIDs' type='NUMINGROUP'/>
  <field number='523' name='PartySubID' type='STRING'/>
  <field number='802' name='NoPartySubIDs' type='NUMINGROUP'/>
 </fields>
</fix>
"""


def load(tmp_path: Path, text: str) -> Dictionary:
    path = tmp_path / "TINY.xml"
    path.write_text(text)
    return load_dictionary(path)


def shape(members: tuple[Member, ...]) -> list[object]:
    """Names; a required one with a star; a group as (name, members)."""
    named: list[object] = []
    for member in members:
        name = member.field.name + "*" * member.required
        named.append((name, shape(member.group.members)) if member.group is not None else name)
    return named


def test_components_and_groups_are_expanded_in_order(tmp_path: Path) -> None:
    dictionary = load(tmp_path, SMALL)
    assert dictionary.begin_string == b"FIX.4.4"
    assert shape(dictionary.header) == ["BeginString*", "MsgType*"]
    assert shape(dictionary.trailer) == ["CheckSum*"]
    order = dictionary.messages[b"D"]
    assert (order.name, order.is_admin) == ("NewOrderSingle", False)
    # Of an optional component nothing is required, but inside its group, once there, all that it says.
    party = ("NoPartyIDs", ["PartyID*", "PartyRole", ("NoPartySubIDs", ["PartySubID*"])])
    assert shape(order.members) == ["ClOrdID*", party, "Symbol*", "SecurityID"]
    group = order.members[1].group
    assert group is not None
    assert group.delimiter == b"448"
    assert dictionary.messages[b"0"].is_admin
    assert dictionary.fields[b"54"].values == {b"1": "BUY", b"2": "SELL"}


@pytest.mark.parametrize(
    ("old", "new", "error"),
    [
        ("<field name='ClOrdID'", "<field name='ClOrdId'", "line 8: <field name='ClOrdId'>: field 'ClOrdId' is not"),
        ("name='Parties' required", "name='Partie' required", "line 9: <component name='Partie'>: component 'Partie'"),
        ("name='Party' required", "name='Parties' required", "line 24: <component name='Parties'>: component"),
        ("type='INT'", "type='INTEGER'", "line 47: <field name='PartyRole'>: type 'INTEGER' is not a FIX data type"),
        ("number='11'", "number='+11'", "line 38: <field name='ClOrdID'>: number '+11' is not a tag number"),
        ("number='11'", "number='011'", "line 38: <field name='ClOrdID'>: number '011' is not a tag number"),
        ("number='11'", "number='10'", "line 38: <field name='ClOrdID'>: number 10 or name 'ClOrdID' is defined twice"),
        ("name='Symbol' type", "name='Side' type", "line 45: <field name='Side'>: number 55 or name 'Side'"),
        ("msgtype='0'", "msgtype='D'", "line 12: <message name='Heartbeat'>: msgtype 'D' is defined twice"),
        (" msgtype='0'", "", "line 12: <message name='Heartbeat'>: it has no attribute msgtype"),
        ("<value enum='1'", "<value enam='1'", "line 42: <value>: it has no attribute enum"),
        ("<fields>", "<felds>", "not well-formed XML: mismatched tag: line 51"),
        ("<fix type='FIX'", "<fix type='FIXML'", "line 1: <fix>: type is not FIX or FIXT"),
        ("major='4'", "major='four'", "line 1: <fix>: type is not FIX or FIXT, or major, minor, servicepack are not"),
        ("     <field name='PartySubID' required='Y'/>\n", "", "line 25: <group name='NoPartySubIDs'>: the group"),
        ("<field name='PartySubID' ", "<feld name='PartySubID' ", "line 26: <feld name='PartySubID'>: unknown"),
    ],
)  # fmt: skip
def test_a_mistake_is_told_with_its_place(tmp_path: Path, old: str, new: str, error: str) -> None:
    assert old in SMALL
    with pytest.raises(DictionaryError) as caught:
        load(tmp_path, SMALL.replace(old, new, 1))
    assert str(tmp_path / "TINY.xml") in str(caught.value)
    assert error in str(caught.value)


@pytest.mark.parametrize("section", ["header", "messages", "trailer", "fields"])
def test_a_missing_section_is_told(tmp_path: Path, section: str) -> None:
    text = SMALL.replace(f"<{section}>", "<nothing>").replace(f"</{section}>", "</nothing>")
    with pytest.raises(DictionaryError, match=f"line 1: <fix>: there is no <{section}>"):
        load(tmp_path, text)


def test_another_document_is_no_dictionary(tmp_path: Path) -> None:
    with pytest.raises(DictionaryError, match="line 1: <html>: the document element is not <fix>"):
        load(tmp_path, "<html></html>")


def test_char_of_fix_4_0_is_a_text(tmp_path: Path) -> None:
    assert load(tmp_path, SMALL.replace("minor='4'", "minor='1'")).fields[b"54"].type == "STRING"
    assert load(tmp_path, SMALL).fields[b"54"].type == "CHAR"


@pytest.mark.parametrize(
    ("name", "begin_string"), [("FIX42", b"FIX.4.2"), ("FIX44", b"FIX.4.4"), ("FIXT11", b"FIXT.1.1")]
)
def test_own_dictionaries(name: str, begin_string: bytes) -> None:
    dictionary = own_dictionary(name)
    assert dictionary.begin_string == begin_string
    assert {b"0", b"1", b"2", b"3", b"4", b"5", b"A"} <= set(dictionary.messages)
    assert own_dictionary(name) is dictionary


def test_joined_dictionaries_keep_their_halves() -> None:
    transport, application = own_dictionary("FIXT11"), own_dictionary("FIX50SP2")
    joined = join_dictionaries(transport, application)
    assert application.begin_string == b"FIX.5.0SP2"
    assert joined.begin_string == b"FIXT.1.1"
    assert joined.header == transport.header
    assert joined.messages[b"0"].fields is transport.fields
    assert joined.messages[b"D"].fields is application.fields
    # FIX.4.4 has session messages too; those of the transport count.
    assert join_dictionaries(transport, own_dictionary("FIX44")).messages[b"A"].fields is transport.fields


@pytest.mark.parametrize("path", STOCK, ids=lambda path: path.name)
def test_stock_dictionaries_load_unchanged(path: Path) -> None:
    dictionary = load_dictionary(path)
    assert dictionary.fields[b"35"].name == "MsgType"
    groups = [m for message in dictionary.messages.values() for m in message.members if m.group is not None]
    assert all(member.group is not None and member.group.delimiter for member in groups)
    required = {m.field.name for m in dictionary.header if m.required}
    assert not dictionary.header or {"BeginString", "BodyLength", "MsgType", "MsgSeqNum"} <= required
