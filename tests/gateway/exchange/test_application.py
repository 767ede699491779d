"""The exchange as its clients see it, in each dialect."""

from __future__ import annotations

from dataclasses import replace

import pytest

from tests.gateway.exchange.floor_in_memory import SETTINGS, Venue, shown

FIGURES = ("150", "39", "38", "14", "151", "32", "31", "6")


@pytest.fixture
def venue() -> Venue:
    return Venue()


def test_an_order_rests_and_says_so(venue: Venue) -> None:
    (new,) = venue.order("A44", "a1", "1", "2.5", "50000.10", "1=ACC|59=1")
    assert shown([new], "to", "35", "37", "11", "17", "1", "55", "54", "40", "44", "59") == [
        ("A44", "8", "X-2", "a1", "X-2-1", "ACC", "BTC-USD", "1", "2", "50000.10", "1")
    ]
    assert shown([new], *FIGURES) == [("0", "0", "2.5", "0", "2.5", None, None, "0")]
    assert new["60"] == "20260921-14:13:20.000" and "20" not in new and "41" not in new


def test_two_sessions_trade_with_each_other(venue: Venue) -> None:
    venue.order("A44", "a1", "2", "1", "50000")
    venue.order("A44", "a2", "2", "1", "50001")
    told = venue.order("B44", "b1", "1", "3", "50001")
    assert shown(told, "to", "11", "37", "17", "150", "39", "14", "151", "32", "31", "6") == [
        ("B44", "b1", "X-6", "X-6-1", "0", "0", "0", "3", None, None, "0"),
        ("B44", "b1", "X-6", "X-6-2", "F", "1", "1", "2", "1", "50000", "50000"),
        ("A44", "a1", "X-2", "X-6-3", "F", "2", "1", "0", "1", "50000", "50000"),
        ("B44", "b1", "X-6", "X-6-4", "F", "1", "2", "1", "1", "50001", "50000.5"),
        ("A44", "a2", "X-4", "X-6-5", "F", "2", "1", "0", "1", "50001", "50001"),
    ]


def test_each_side_hears_a_trade_in_its_own_dialect(venue: Venue) -> None:
    (new,) = venue.order("A42", "a1", "2", "2", "50000")
    assert (new["20"], new["150"]) == ("0", "0")
    told = venue.order("A50", "b1", "1", "1")
    assert shown(told, "to", "20", "150", "39") == [
        ("A50", None, "0", "0"),
        ("A50", None, "F", "2"),
        ("A42", "0", "1", "1"),
    ]
    told = venue.order("A50", "b2", "1", "1")
    assert shown(told[2:], "to", "20", "150", "39") == [("A42", "0", "2", "2")]


@pytest.mark.parametrize(
    ("more", "price", "text"),
    [
        ("", None, "no more quantity on the other side"),
        ("59=3", "50000", "immediate or cancel: no more quantity at this price"),
        ("59=4", "50000", "fill or kill: the full quantity is not there"),
    ],
)
def test_what_must_not_rest_is_canceled(venue: Venue, more: str, price: str | None, text: str) -> None:
    venue.order("B44", "b1", "2", "1", "50000")
    told = venue.order("A44", "a1", "1", "3", price, more)
    assert shown(told[-1:], "to", "11", "41", "150", "39", "14", "151", "58") == [
        ("A44", "a1", None, "4", "4", "0" if more == "59=4" else "1", "0", text)
    ]
    assert shown(told[:1], "150") == [("0",)]


def test_cancel(venue: Venue) -> None:
    venue.order("A44", "a1", "1", "3", "50000")
    venue.order("B44", "b1", "2", "1", "50000")
    told = venue.cancel("A44", "a2", "a1")
    assert shown(told, "35", "37", "11", "41", *FIGURES) == [
        ("8", "X-2", "a2", "a1", "4", "4", "3", "1", "0", None, None, "50000")
    ]
    assert shown(venue.cancel("A44", "a3", "a1"), "35", "37", "11", "41", "39", "434", "102") == [
        ("9", "X-2", "a3", "a1", "4", "1", "0")
    ]


def test_the_id_of_a_cancel_is_used_up(venue: Venue) -> None:
    venue.order("A44", "a1", "1", "3", "50000")
    venue.cancel("A44", "a2", "a1")
    assert shown(venue.order("A44", "a2", "1", "1", "50000"), "150", "103", "39") == [("8", "6", "4")]
    assert shown(venue.tell("A44", "35=H|11=a2|55=BTC-USD|54=1"), "150", "11", "39") == [("I", "a1", "4")]


def test_cancel_of_a_filled_order_is_too_late(venue: Venue) -> None:
    venue.order("A44", "a1", "1", "1", "50000")
    venue.order("B44", "b1", "2", "1", "50000")
    assert shown(venue.cancel("A44", "a2", "a1"), "35", "39", "102") == [("9", "2", "0")]


@pytest.mark.parametrize(
    ("session", "orig", "cl_ord_id", "more", "code"),
    [
        ("A44", "nobody", "a2", "55=BTC-USD|54=1", "1"),
        ("B44", "a1", "a2", "55=BTC-USD|54=1", "1"),  # somebody else's order
        ("A44", "a1", "a1", "55=BTC-USD|54=1", "6"),
        ("A42", "c1", "c1", "55=BTC-USD|54=1", None),  # FIX 4.2 has no code for a duplicate
        ("A44", "a1", "a2", "55=ETH-USD|54=1", "99"),
        ("A44", "a1", "a2", "55=BTC-USD|54=2", "99"),
    ],
)
def test_cancel_refused(venue: Venue, session: str, orig: str, cl_ord_id: str, more: str, code: str | None) -> None:
    venue.order("A44", "a1", "1", "3", "50000")
    venue.order("A42", "c1", "1", "3", "50000")
    (told,) = venue.cancel(session, cl_ord_id, orig, more)
    unknown = code == "1"
    assert shown([told], "to", "35", "102", "434", "39") == [(session, "9", code, "1", "8" if unknown else "0")]
    assert (told["37"] == "NONE") is unknown and told["58"]
    assert venue.cancel("A44", "a9", "a1")[0]["150"] == "4"


def test_replace(venue: Venue) -> None:
    venue.order("A44", "a1", "1", "3", "50000")
    venue.order("B44", "b1", "2", "1", "50000")
    told = venue.replace("A44", "a2", "a1", "5", "49000")
    assert shown(told, "35", "37", "11", "41", "44", *FIGURES) == [
        ("8", "X-2", "a2", "a1", "49000", "5", "1", "5", "1", "4", None, None, "50000")
    ]
    told = venue.order("B44", "b2", "2", "1", "49000")
    assert shown(told[2:], "11", "150", "14") == [("a2", "F", "2")]
    assert shown(venue.cancel("A44", "a3", "a1"), "35", "102") == [("9", "1")]  # a1 is not its last ClOrdID
    assert shown(venue.cancel("A44", "a4", "a2"), "11", "41", "150") == [("a4", "a2", "4")]


def test_replace_changes_the_terms(venue: Venue) -> None:
    venue.order("A44", "a1", "1", "3", "50000")
    told = venue.replace("A44", "a2", "a1", "3", "50000", "54=1|59=1")
    assert shown(told, "150", "40", "59") == [("5", "2", "1")]
    told = venue.tell("A44", "35=G|11=a3|41=a2|55=BTC-USD|54=1|60=20260101-00:00:00|38=3|40=1")
    assert shown(told, "150", "40", "44", "59", "39") == [("5", "1", None, "1", "0"), ("4", "1", None, "1", "4")]


def test_replace_that_trades(venue: Venue) -> None:
    venue.order("B44", "b1", "2", "1", "50001")
    venue.order("A44", "a1", "1", "3", "50000")
    told = venue.replace("A44", "a2", "a1", "3", "50001")
    assert shown(told, "to", "11", "150", "39", "14", "151") == [
        ("A44", "a2", "5", "0", "0", "3"),
        ("A44", "a2", "F", "1", "1", "2"),
        ("B44", "b1", "F", "2", "1", "0"),
    ]


def test_replace_below_what_is_filled_closes_the_order(venue: Venue) -> None:
    venue.order("A44", "a1", "1", "3", "50000")
    venue.order("B44", "b1", "2", "2", "50000")
    told = venue.replace("A44", "a2", "a1", "1", "50000")
    assert shown(told, "150", "39", "38", "14", "151") == [("5", "2", "2", "2", "0")]


@pytest.mark.parametrize(
    ("session", "qty", "price", "code"),
    [("A44", "1.00001", "50000", "99"), ("A50", "1", "50000.001", "18"), ("A42", "1", "50000.001", None)],
)
def test_replace_refused(venue: Venue, session: str, qty: str, price: str, code: str | None) -> None:
    venue.order(session, "a1", "1", "3", "50000")
    told = venue.replace(session, "a2", "a1", qty, price)
    assert shown(told, "35", "37", "39", "434", "102") == [("9", "X-2", "0", "2", code)]
    assert shown(venue.replace(session, "a3", "nobody", "1", "1"), "35", "37", "39", "102") == [("9", "NONE", "8", "1")]


@pytest.mark.parametrize("session", ["A42", "A44", "A50"])
@pytest.mark.parametrize(
    ("order", "code42", "code44", "code50"),
    [
        ("55=NO-SUCH|54=1|38=1|40=2|44=1", "1", "1", "1"),
        ("55=BTC-USD|54=1|38=1|40=6|44=1", "0", "11", "11"),
        ("55=BTC-USD|54=1|38=1|40=2|44=1|59=2", "0", "11", "11"),
        ("55=BTC-USD|54=8|38=1|40=2|44=1", "0", "11", "11"),
        ("55=BTC-USD|54=1|38=0|40=2|44=1", "0", "13", "13"),
        ("55=BTC-USD|54=1|38=0.00001|40=2|44=1", "0", "13", "13"),
        ("55=BTC-USD|54=1|40=2|44=1", "0", "13", "13"),
        ("55=BTC-USD|54=1|38=1|40=2", "0", "99", "99"),
        ("55=BTC-USD|54=1|38=1|40=2|44=-5", "0", "99", "99"),
        ("55=BTC-USD|54=1|38=1|40=2|44=1.001", "0", "0", "18"),
    ],
)
def test_order_refused(venue: Venue, session: str, order: str, code42: str, code44: str, code50: str) -> None:
    (told,) = venue.tell(session, f"35=D|11=a1|21=1|{order}|60=20260101-00:00:00")
    code = {"A42": code42, "A44": code44, "A50": code50}[session]
    assert shown([told], "35", "37", "11", "150", "39", "103", "14", "151") == [
        ("8", "NONE", "a1", "8", "8", code, "0", "0")
    ]
    assert told["58"] and told.get("20") == ("0" if session == "A42" else None)
    assert not venue.turn.log  # a refused order is no fact
    assert venue.order(session, "a1", "1", "1", "50000")[0]["150"] == "0"


def test_duplicate_cl_ord_id_tells_how_the_first_order_fares(venue: Venue) -> None:
    venue.order("A44", "a1", "1", "3", "50000")
    venue.order("B44", "a1", "2", "1", "50000")  # another session's ids are its own
    told = venue.order("A44", "a1", "1", "9", "50000")
    assert shown(told, "11", "103", *FIGURES) == [("a1", "6", "8", "1", "3", "1", "2", None, None, "50000")]
    told = venue.order("A44", "a1", "1", "9", "50000", "97=Y")
    assert shown(told, "11", "17", "103", "150", "39", "38") == [("a1", "0", None, "I", "1", "3")]


def test_exec_ids_are_unique(venue: Venue) -> None:
    told = []
    for n in range(4):
        told += venue.order("A44", "a1", "1", "1", "50000")  # the first is accepted, the others are duplicates
        told += venue.order("B44", f"b{n}", "2", "2", "50000")
        told += venue.order("B44", f"c{n}", "2", "0", "50000")
        told += venue.cancel("B44", f"d{n}", f"b{n}", "55=BTC-USD|54=2")
    exec_ids = [answer["17"] for answer in told if answer["35"] == "8"]
    assert len(exec_ids) > 16 and len(set(exec_ids)) == len(exec_ids)


@pytest.mark.parametrize(
    ("session", "kind", "unknown_kind"),
    [("A42", ("3", "0"), ("3", "8")), ("A44", (None, "I"), (None, "I")), ("A50", (None, "I"), (None, "I"))],
)
def test_status(venue: Venue, session: str, kind: tuple[str | None, str], unknown_kind: tuple[str | None, str]) -> None:
    venue.order(session, "a1", "1", "3", "50000")
    told = venue.tell(session, "35=H|11=a1|55=BTC-USD|54=1")
    assert shown(told, "20", "150", "37", "11", "39", "38", "14", "151") == [(*kind, "X-2", "a1", "0", "3", "0", "3")]
    told = venue.tell(session, "35=H|11=zz|55=BTC-USD|54=1")
    assert shown(told, "20", "150", "37", "11", "39", "103", "55", "54") == [
        (*unknown_kind, "NONE", "zz", "8", "5", "BTC-USD", "1")
    ]


def test_status_by_any_cl_ord_id_of_the_chain_tells_the_last(venue: Venue) -> None:
    venue.order("A44", "a1", "1", "3", "50000")
    venue.replace("A44", "a2", "a1", "4", "50000")
    told = venue.tell("A44", "35=H|11=a1|790=q1|55=BTC-USD|54=1")
    assert shown(told, "11", "38", "790") == [("a2", "4", "q1")]


def test_mass_status(venue: Venue) -> None:
    for n in range(3):
        venue.order("A44", f"a{n}", "1", "1", "50000")
    venue.order("B44", "b1", "1", "1", "50000")
    venue.cancel("A44", "a9", "a1")
    told = venue.tell("A44", "35=AF|584=m1|585=7")
    assert shown(told, "11", "150", "584", "911", "912") == [("a0", "I", "m1", "2", "N"), ("a2", "I", "m1", "2", "Y")]
    told = venue.tell("A44", "35=AF|584=m2|585=1|55=ETH-USD")
    assert shown(told, "150", "39", "584", "911", "912", "55") == [("I", "8", "m2", "0", "Y", "ETH-USD")]


def test_what_it_does_not_take_is_said(venue: Venue) -> None:
    told = venue.tell("A44", "35=q|11=a1|530=7|60=20260101-00:00:00")
    assert shown(told, "35", "45", "372", "380") == [("j", "7", "q", "3")]


# -- market data -------------------------------------------------------------------------------------------------------

SUBSCRIBE = "35=V|262=m1|263=1|264=1|265=0|267=2|269=0|269=1|146=2|55=BTC-USD|55=ETH-USD"


def entries(venue: Venue, text: str) -> list[list[tuple[str, str]]]:
    """The entries of each snapshot that a message brings, as (MDEntryType, value...) in wire order."""
    pages: list[list[tuple[str, str]]] = []

    def watch(session: str, msg_type: bytes, body: bytes) -> None:
        fields = [tuple(field.decode().split("=", 1)) for field in body.split(b"\x01")[:-1]]
        pages.append([(tag, value) for tag, value in fields if tag in ("269", "270", "271")])

    venue.watch = watch
    venue.tell("A44", text)
    venue.watch = None
    return pages


def test_a_snapshot_shows_the_reference_price_until_there_is_a_trade(venue: Venue) -> None:
    assert entries(venue, SUBSCRIBE.replace("263=1", "263=0")) == [
        [("269", "2"), ("270", "50000")],
        [("269", "2"), ("270", "3000")],
    ]
    assert venue.exchange.deadline() is None
    venue.order("A44", "a1", "1", "3", "50001")
    venue.order("A44", "a2", "1", "2", "50001")
    venue.order("B44", "b1", "2", "1", "50001")
    venue.order("B44", "b2", "2", "1", "50002")
    (page,) = entries(venue, "35=V|262=m2|263=0|264=1|267=1|269=2|146=1|55=BTC-USD")
    assert page == [
        ("269", "2"), ("270", "50001"), ("271", "1"),
        ("269", "0"), ("270", "50001"), ("271", "4"),
        ("269", "1"), ("270", "50002"), ("271", "1"),
    ]  # fmt: skip


def test_a_subscriber_hears_of_changes_once_a_second_and_now_and_then_of_none(venue: Venue) -> None:
    venue.tell("A44", SUBSCRIBE)
    for n in range(10):
        assert venue.order("B44", f"b{n}", "1", "1", f"{50000 + n}")[0]["35"] == "8"
    assert venue.wait(0.9) == []
    assert shown(venue.wait(0.2), "to", "35", "262", "55") == [
        ("A44", "W", "m1", "BTC-USD"),
        ("A44", "W", "m1", "ETH-USD"),
    ]
    assert venue.wait(3.9) == []
    assert shown(venue.wait(2.0), "35", "55") == [("W", "BTC-USD"), ("W", "ETH-USD")]
    venue.order("B44", "c1", "1", "1", "50100")
    assert shown(venue.wait(1.0), "35", "55") == [("W", "BTC-USD")]


def test_unsubscribe_and_log_out_end_it(venue: Venue) -> None:
    venue.tell("A44", SUBSCRIBE)
    venue.tell("B44", SUBSCRIBE)
    assert venue.tell("A44", SUBSCRIBE.replace("263=1", "263=2")) == []
    assert {told["to"] for told in venue.wait(1)} == {"B44"}
    venue.exchange.logged_out("B44", True, venue.turn)
    assert venue.exchange.deadline() is None and venue.wait(60) == []


@pytest.mark.parametrize(
    ("text", "code"),
    [
        (SUBSCRIBE.replace("ETH-USD", "NO-SUCH"), "0"),
        (SUBSCRIBE.replace("262=m1", "262=m0"), "1"),
    ],
)
def test_market_data_refused(venue: Venue, text: str, code: str) -> None:
    venue.tell("A44", SUBSCRIBE.replace("262=m1", "262=m0"))
    told = venue.tell("A44", text)
    assert shown(told, "35", "281") == [("Y", code)] and told[0]["262"] in ("m0", "m1")


# -- restart -----------------------------------------------------------------------------------------------------------


def test_the_log_makes_the_same_exchange_again(venue: Venue) -> None:
    venue.order("A44", "a1", "1", "3", "50000")
    venue.order("B44", "b1", "2", "1", "50000")
    venue.replace("A44", "a2", "a1", "5", "49999")
    venue.order("A42", "c1", "1", "1", "50000")
    venue.cancel("A42", "c2", "c1")
    venue.order("B44", "b2", "2", "0", "50000")
    venue.order("B44", "b3", "1", "2")
    twin = venue.restarted()
    for ask in (
        ("A44", "35=H|11=a1|55=BTC-USD|54=1"),
        ("B44", "35=H|11=b1|55=BTC-USD|54=2"),
        ("B44", "35=H|11=b3|55=BTC-USD|54=1"),
        ("A42", "35=H|11=c2|55=BTC-USD|54=1"),
        ("A44", "35=V|262=m2|263=0|264=1|267=1|269=2|146=1|55=BTC-USD"),
        ("B44", "35=D|11=b9|55=BTC-USD|54=2|60=20260101-00:00:00|38=9|40=2|44=49000"),
        ("A44", "35=D|11=a2|55=BTC-USD|54=2|60=20260101-00:00:00|38=9|40=2|44=49000"),
    ):
        assert venue.tell(*ask) == twin.tell(*ask) != []


def test_a_stricter_list_of_instruments_does_not_change_what_was_accepted(venue: Venue) -> None:
    venue.order("A44", "a1", "1", "0.0001", "50000.01")
    twin = venue.restarted(replace(SETTINGS, instruments=()))
    assert shown(twin.cancel("A44", "a2", "a1"), "150", "39") == [("4", "4")]


def test_a_session_that_is_gone_hears_nothing(venue: Venue) -> None:
    venue.order("B44", "b1", "2", "1", "50000")
    twin = venue.restarted(replace(SETTINGS, sessions={"A44": SETTINGS.sessions["A44"]}))
    told = twin.order("A44", "a1", "1", "1", "50000")
    assert shown(told, "to", "150") == [("A44", "0"), ("A44", "F")]


def test_a_request_that_names_no_order_is_rejected(venue: Venue) -> None:
    for msg_type in "FG":  # FIX 5.0 SP2 does not require OrigClOrdID(41)
        ord_type = "|40=1" if msg_type == "G" else ""
        told = venue.tell("A50", f"35={msg_type}|11=a2|55=BTC-USD|54=1|60=20260101-00:00:00|38=1{ord_type}")
        assert shown(told, "35", "372", "380") == [("j", msg_type, "5")]
    told = venue.tell("A50", "35=D|11=a2|54=1|60=20260101-00:00:00|38=1|40=1")
    assert shown(told, "35", "150", "103") == [("8", "8", "1")]
