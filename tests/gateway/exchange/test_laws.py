"""Laws of the exchange: whatever is sent to it, it goes on; its books balance; its log makes it again."""

from __future__ import annotations

from decimal import Decimal

from hypothesis import given, settings
from hypothesis import strategies as st

from fixspec.codec import decode, encode
from fixspec.message import SOH, Message
from tests.gateway.exchange.floor_in_memory import BEGIN_STRINGS, Told, Venue

# -- anything may come -------------------------------------------------------------------------------------------------

_NUMBERS = ["0", "-1", "1e3", "NaN", "999999999999999", "0.000000000001", "1_0", " 1", "1" * 40, "50000.01"]
_TAGS = ["1", "11", "18", "38", "40", "41", "44", "54", "55", "59", "97", "99", "111", "126"]
_TAGS += ["262", "263", "584", "585", "790"]
_VALUES = st.one_of(
    st.sampled_from([*"01234569ABZ", "a1", "BTC-USD", *_NUMBERS]),
    st.text(st.characters(min_codepoint=0x20, max_codepoint=0xFF), min_size=1, max_size=6),
)
_MESSAGES = st.tuples(
    st.sampled_from(["A42", "A44", "A50"]),
    st.sampled_from(["D", "D", "F", "G", "H", "AF", "V", "8", "zz"]),
    st.dictionaries(st.sampled_from(_TAGS), _VALUES, max_size=len(_TAGS)),
)


@given(st.lists(_MESSAGES, max_size=8))
def test_whatever_is_sent_is_answered(messages: list[tuple[str, str, dict[str, str]]]) -> None:
    venue = Venue()
    for session, msg_type, fields in messages:
        body = "".join(f"{tag}={value}\x01" for tag, value in fields.items())
        content = f"35={msg_type}\x0134=7\x0149=C\x0156=X\x0152=20260101-00:00:00\x01{body}".encode("latin-1")
        message = decode(encode(BEGIN_STRINGS[session], content))
        assert isinstance(message, Message)
        venue.turn.seq += 1
        venue.exchange.message_received(session, message, venue.turn)
        sent, venue.turn.sent = venue.turn.sent, []
        assert sent or msg_type == "V"
        for _, _, answer in sent:
            assert answer.endswith(SOH)
    venue.restarted()


# -- its books balance -------------------------------------------------------------------------------------------------

_STEPS = st.tuples(
    st.sampled_from(["D", "D", "D", "F", "G"]),
    st.sampled_from(["A42", "A44", "A50"]),
    st.integers(0, 19),
    st.sampled_from(["1", "2"]),
    st.integers(1, 6),
    st.sampled_from(["49999", "50000", "50001", None]),
    st.sampled_from(["0", "1", "3", "4"]),
    st.sampled_from(["", "", "18=6", "111=1", "99=50000"]),
)
Step = tuple[str, str, int, str, int, str | None, str, str]


def play(venue: Venue, step: Step, number: int) -> list[Told]:
    kind, session, which, side, qty, price, time_in_force, special = step
    if kind == "D" and special:
        special = special.replace("111=", "1138=") if session == "A50" else special
        ord_type = "4" if special.startswith("99") else "2"
        head = f"35=D|11=id{number}|21=1|55=BTC-USD|54={side}|60=20260101-00:00:00"
        return venue.tell(session, f"{head}|38={qty}|40={ord_type}|44={price or 50000}|59=0|{special}")
    if kind == "D":
        return venue.order(session, f"id{number}", side, f"{qty}", price, f"59={time_in_force}")
    if kind == "F":
        return venue.cancel(session, f"id{number}", f"id{which}", f"55=BTC-USD|54={side}")
    return venue.replace(session, f"id{number}", f"id{which}", f"{qty}", price or "50000", f"54={side}")


@settings(max_examples=60, deadline=None)
@given(st.lists(_STEPS, max_size=20))
def test_reports_add_up_and_the_log_makes_the_same_exchange(script: list[Step]) -> None:
    venue = Venue()
    told = [answer for number, step in enumerate(script) for answer in play(venue, step, number)]
    reports = [answer for answer in told if answer["35"] == "8" and answer["37"] != "NONE"]
    last: dict[str, Told] = {}
    bought = sold = Decimal(0)
    for report in reports:
        before = last.get(report["37"])
        cum_qty, leaves_qty, order_qty = Decimal(report["14"]), Decimal(report["151"]), Decimal(report["38"])
        traded = Decimal(report.get("32", "0"))
        assert cum_qty == (Decimal(before["14"]) if before else 0) + traded
        assert leaves_qty == (0 if report["39"] == "4" else order_qty - cum_qty)
        assert report["39"] == ("4" if report["150"] == "4" else "2" if not leaves_qty else "1" if cum_qty else "0")
        bought, sold = (bought + traded, sold) if report["54"] == "1" else (bought, sold + traded)
        last[report["37"]] = report
    assert bought == sold
    exec_ids = [answer["17"] for answer in told if answer["35"] == "8"]
    assert len(set(exec_ids)) == len(exec_ids)

    twin = venue.restarted()
    for report in reports:
        ask = f"35=H|11={report['11']}|55=BTC-USD|54=1"
        answer = venue.tell(report["to"], ask)
        assert answer == twin.tell(report["to"], ask)
        now = last[report["37"]]
        assert [answer[0][tag] for tag in ("37", "39", "14", "151", "6")] == [
            now[tag] for tag in ("37", "39", "14", "151", "6")
        ]
