"""Our own dictionaries hold together: every reference resolves, every number is used once, every type is a FIX type."""

from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from xml.etree import ElementTree

import pytest

import fixspec
from fixspec.dictionary import Dictionary, Member, own_dictionary
from fixspec.formats import FORMATS
from fixspec.generate import OWN_DICTIONARIES

DICTIONARIES = Path(fixspec.__file__).parent / "dictionaries"

SESSION = {b"A", b"0", b"1", b"2", b"3", b"4", b"5"}
ORDERS_42 = {b"D", b"F", b"G", b"H", b"8", b"9", b"Q", b"j", b"V", b"W", b"X", b"Y", b"B", b"c", b"d", b"g", b"h"}
ORDERS_42 |= {b"E", b"K", b"L", b"M", b"N", b"f"}
ORDERS_44 = ORDERS_42 | {b"q", b"r", b"AF", b"x", b"y", b"AN", b"AO", b"AP", b"AB", b"AC"}
ORDERS_50 = ORDERS_44 | {b"BW", b"BX", b"BY"}
SPOKEN = {"FIX42": SESSION | ORDERS_42, "FIX44": SESSION | ORDERS_44, "FIXT11": SESSION, "FIX50SP2": ORDERS_50}


def members_below(members: tuple[Member, ...]) -> Iterator[tuple[Member, ...]]:
    """The member list itself and that of each group in it, at any depth."""
    yield members
    for member in members:
        if member.group:
            yield from members_below(member.group.members)


def member_lists(dictionary: Dictionary) -> Iterator[tuple[Member, ...]]:
    yield from members_below(dictionary.header)
    yield from members_below(dictionary.trailer)
    for message in dictionary.messages.values():
        yield from members_below(message.members)


def xml(name: str) -> ElementTree.Element:
    return ElementTree.parse(DICTIONARIES / f"{name}.xml").getroot()


@pytest.mark.parametrize("name", OWN_DICTIONARIES)
def test_the_messages_we_speak_are_there_and_no_others(name: str) -> None:
    messages = own_dictionary(name).messages
    assert set(messages) == SPOKEN[name]
    assert {m for m in messages if messages[m].is_admin} == SPOKEN[name] & SESSION


@pytest.mark.parametrize("name", OWN_DICTIONARIES)
def test_no_number_and_no_name_is_given_twice(name: str) -> None:
    fields = list(xml(name).iterfind("fields/field"))
    for attribute in ("number", "name"):
        twice = [key for key, count in Counter(f.attrib[attribute] for f in fields).items() if count > 1]
        assert twice == []
    for field in fields:
        for attribute in ("enum", "description"):
            twice = [k for k, count in Counter(v.attrib[attribute] for v in field).items() if count > 1]
            assert twice == [], field.attrib["name"]


@pytest.mark.parametrize("name", OWN_DICTIONARIES)
def test_fields_stand_in_order_of_their_number(name: str) -> None:
    numbers = [int(f.attrib["number"]) for f in xml(name).iterfind("fields/field")]
    assert numbers == sorted(numbers)


@pytest.mark.parametrize("name", OWN_DICTIONARIES)
def test_every_type_is_known_to_the_value_checks(name: str) -> None:
    assert {field.type for field in own_dictionary(name).fields.values()} <= set(FORMATS)


@pytest.mark.parametrize("name", OWN_DICTIONARIES)
def test_every_field_is_used_and_every_component_too(name: str) -> None:
    root = xml(name)
    used = {e.attrib["name"] for tag in ("field", "group") for e in root.iter(tag) if "number" not in e.attrib}
    defined = {e.attrib["name"] for e in root.iterfind("fields/field")}
    versions_of_5_0 = {"MsgType", "ApplVerID"} if name == "FIX50SP2" else set()  # used by FIXT11's header
    assert used - defined == set()
    assert defined - used == versions_of_5_0
    components = {e.attrib["name"] for e in root.iterfind("components/component")}
    assert components == {e.attrib["name"] for e in root.iter("component") if "required" in e.attrib}


@pytest.mark.parametrize("name", OWN_DICTIONARIES)
def test_no_tag_stands_twice_in_one_list(name: str) -> None:
    for members in member_lists(own_dictionary(name)):
        twice = [key for key, count in Counter(m.field.name for m in members).items() if count > 1]
        assert twice == []


@pytest.mark.parametrize("name", OWN_DICTIONARIES)
def test_a_data_field_follows_its_length(name: str) -> None:
    for members in member_lists(own_dictionary(name)):
        for before, member in zip((None, *members), members, strict=False):
            if member.field.type in ("DATA", "XMLDATA"):
                assert before is not None
                length = before.field
                assert length.type == "LENGTH", member.field.name
                assert length.name in (f"{member.field.name}Len", f"{member.field.name}Length")


@pytest.mark.parametrize("name", OWN_DICTIONARIES)
def test_a_group_is_counted_by_a_counter(name: str) -> None:
    counter = "INT" if name == "FIX42" else "NUMINGROUP"
    for members in member_lists(own_dictionary(name)):
        for member in members:
            if member.group:
                assert member.field.type == counter, member.field.name


def test_the_notice_of_origin_is_beside_the_files() -> None:
    notice = (DICTIONARIES / "README.md").read_text(encoding="utf-8")
    assert all(f"{name}.xml" in notice for name in OWN_DICTIONARIES)
