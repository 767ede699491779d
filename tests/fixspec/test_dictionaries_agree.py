"""Our dictionaries against QuickFIX's: numbers, types, values, required flags and groups are the same facts.

The stock files are not part of this project. They are read from $FIXGATE_REFERENCE_DATA (the folder that holds
`fix-dictionaries`) or from ../shared/reference/data beside the checkout; without them there is nothing to compare.
"""

import os
from pathlib import Path

import pytest

from fixspec.dictionary import Dictionary, Member, load_dictionary, own_dictionary
from fixspec.generate import OWN_DICTIONARIES

BESIDE = Path(__file__).resolve().parents[3] / "shared" / "reference" / "data"
STOCK = Path(os.environ.get("FIXGATE_REFERENCE_DATA", BESIDE)) / "fix-dictionaries"
NAMES = [name for name in OWN_DICTIONARIES if (STOCK / f"{name}.xml").exists()]

# Fields whose list of values differs on purpose: (values only we have, the reason).
MORE_VALUES: dict[tuple[str, str], tuple[set[bytes], str]] = {
    ("FIX42", "SettlCurrFxRateCalc"): ({b"M", b"D"}, "the 4.2 specification names them"),
    ("FIX44", "ExecInst"): ({b"T"}, "the stock file has it in 4.2 and in 5.0 but not between"),
    ("FIX44", "OrdStatus"): ({b"5"}, "venues speaking 4.4 still report Replaced in OrdStatus(39)"),
    ("FIX44", "OrdRejReason"): ({b"12"}, "surveillance option: in 4.4's specification"),
    ("FIX44", "StipulationType"): (
        {b"ABS", b"CPP", b"CPR", b"CPY", b"HEP", b"MHP", b"MPR", b"PPC", b"PSA", b"SMM"},
        "the prepayment speeds are in 4.4's specification",
    ),
}
# The stock FIXT11 has the component MsgTypeGrp empty, and so lacks its fields; the standard has them.
FIXT_ONLY_OURS = {"NoMsgTypes", "MsgDirection", "DefaultVerIndicator"}
# Lists that extension packs keep extending and that the gateway does not act on: open with us.
OPEN_IN_5_0 = {
    *("SecurityType", "BenchmarkCurveName", "StipulationType", "YieldType", "QuoteCondition", "TradeCondition"),
    *("MatchType", "TradingSessionSubID", "PosType", "PosAmtType", "TrdRegTimestampType", "PartySubIDType"),
    *("EventType", "InstrAttribType", "UnitOfMeasure", "CustOrderHandlingInst", "OrderHandlingInstSource"),
    *("DeskType", "MDSecSizeType", "FlowScheduleType", "Seniority", "OptPayoutType", "ComplexEventType"),
    "ComplexEventPriceTimeType",
}
# Required in the stock file only: the standard has LastUpdateTime(779) of a snapshot optional.
STRICTER_STOCK = {("FIX50SP2", b"W", "LastUpdateTime")}


def stock(name: str) -> Dictionary:
    return load_dictionary(STOCK / f"{name}.xml")


def required(members: tuple[Member, ...], path: str = "") -> dict[str, bool]:
    """Path of each field (NoPartyIDs/PartyID) -> whether it must be there."""
    flags: dict[str, bool] = {}
    for member in members:
        flags[path + member.field.name] = member.required
        if member.group:
            flags |= required(member.group.members, f"{path}{member.field.name}/")
    return flags


def groups(members: tuple[Member, ...], path: str = "") -> dict[str, list[str]]:
    """Path of each group -> the names of its members in order."""
    found: dict[str, list[str]] = {}
    for member in members:
        if member.group:
            here = path + member.field.name
            found[here] = [m.field.name for m in member.group.members]
            found |= groups(member.group.members, f"{here}/")
    return found


def bodies(name: str, dictionary: Dictionary) -> dict[bytes, tuple[Member, ...]]:
    """The member lists that can be compared: messages, and the header and trailer as if they were two."""
    lists = {message.msg_type: message.members for message in dictionary.messages.values()}
    return lists if name == "FIX50SP2" else {**lists, b"header": dictionary.header, b"trailer": dictionary.trailer}


@pytest.mark.parametrize("name", NAMES)
def test_numbers_names_and_types_agree(name: str) -> None:
    theirs = {field.name: (field.tag, field.type) for field in stock(name).fields.values()}
    ours = {field.name: (field.tag, field.type) for field in own_dictionary(name).fields.values()}
    only_ours = FIXT_ONLY_OURS if name == "FIXT11" else set()
    assert {field for field in ours if theirs.get(field) != ours[field]} == only_ours


@pytest.mark.parametrize("name", NAMES)
def test_values_agree(name: str) -> None:
    theirs = {field.name: set(field.values) for field in stock(name).fields.values()}
    for field in own_dictionary(name).fields.values():
        more, _reason = MORE_VALUES.get((name, field.name), (set(), ""))
        if name == "FIX50SP2" and field.name in OPEN_IN_5_0:
            assert set(field.values) == set()
        elif field.name not in FIXT_ONLY_OURS or name != "FIXT11":
            assert set(field.values) == theirs[field.name] | more, field.name


@pytest.mark.parametrize("name", NAMES)
def test_required_flags_agree_and_nothing_is_missing(name: str) -> None:
    theirs = bodies(name, stock(name))
    for msg_type, members in bodies(name, own_dictionary(name)).items():
        ours, stock_flags = required(members), required(theirs[msg_type])
        extra = {path for path in ours if path not in stock_flags}
        assert extra == {path for path in ours if name == "FIXT11" and path.startswith("NoMsgTypes")}, msg_type
        different = {path for path in ours if path in stock_flags and ours[path] != stock_flags[path]}
        assert different == {p for v, m, p in STRICTER_STOCK if (v, m) == (name, msg_type)}, msg_type
        missing = {path for path in stock_flags if path not in ours}
        if name == "FIX50SP2":  # optional things of extension packs may be missing, required ones of a known group not
            missing = {path for path in missing if stock_flags[path] and path.rpartition("/")[0] in {"", *ours}}
        assert missing == set(), msg_type


@pytest.mark.parametrize("name", NAMES)
def test_groups_have_their_members_in_the_same_order(name: str) -> None:
    """The first one delimits the entries, and the order within an entry is checked on the wire."""
    theirs = bodies(name, stock(name))
    for msg_type, members in bodies(name, own_dictionary(name)).items():
        stock_groups = groups(theirs[msg_type])
        for path, names in groups(members).items():
            if name == "FIXT11" and path == "NoMsgTypes":
                continue
            order = [member for member in stock_groups[path] if member in names]
            assert names == order, (msg_type, path)
            assert names[0] == stock_groups[path][0], (msg_type, path)


def test_the_lists_of_differences_are_not_stale() -> None:
    """Every difference listed above is one: a reason without its difference misleads."""
    for (name, field), (more, reason) in MORE_VALUES.items():
        assert reason
        if name in NAMES:
            theirs = {f.name: set(f.values) for f in stock(name).fields.values()}
            assert not more & theirs[field], (name, field)
    for name, msg_type, path in STRICTER_STOCK & {(n, m, p) for n, m, p in STRICTER_STOCK if n in NAMES}:
        assert required(stock(name).messages[msg_type].members)[path]
