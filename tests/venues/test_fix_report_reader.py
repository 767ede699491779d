"""Every kind of message of a FIX venue, and what it is read as. Row by row: fields in, report out."""

from __future__ import annotations

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fixspec.codec import decode, encode
from fixspec.message import SOH, Message
from oms.fill_details import FillDetails
from oms.types import OrdStatus, Side
from oms.types import RejectReason as R
from oms.types import RestatementReason as Why
from oms.venue_reports import (
    AnyVenueReport,
    ReferencePriceSeen,
    VenueAccepted,
    VenueBusted,
    VenueCanceled,
    VenueCancelRejected,
    VenueCorrected,
    VenueDoneForDay,
    VenueExpired,
    VenueFilled,
    VenueOrderStatus,
    VenuePendingCancel,
    VenuePendingReplace,
    VenueRejected,
    VenueReplaced,
    VenueRestated,
    VenueStopped,
    VenueSuspended,
    VenueTriggered,
    VenueUnknownOrder,
    VenueUnreadable,
)
from venues.fix_report_reader import read_message

D = Decimal


def message(text: str) -> Message:
    """`35=8|11=A|...` as decoded, not validated: the reader must not depend on a dictionary."""
    head, _, body = text.partition("|")
    content = f"{head}|34=2|49=V|56=G|52=20260101-00:00:00|{body}|".encode("latin-1").replace(b"|", SOH)
    decoded = decode(encode(b"FIX.4.4", content))
    assert isinstance(decoded, Message), decoded
    return decoded


def read(text: str) -> list[AnyVenueReport]:
    return read_message("V", message(text))


FIGURES = "38=10|14=4|151=6|6=100.5"
NS = 1_767_225_600_000_000_000  # 20260101-00:00:00

READ: list[tuple[str, AnyVenueReport]] = [
    ("35=8|37=O|11=T1|17=E|150=0|39=0|14=0|151=10", VenueAccepted("V", "T1", "O")),
    ("35=8|37=O|11=T1|17=E|20=0|150=0|39=0", VenueAccepted("V", "T1", "O")),
    (
        f"35=8|37=O|11=T1|17=E7|150=F|39=1|32=4|31=100.50|60=20260101-00:00:00|{FIGURES}",
        VenueFilled("V", "T1", "O", "E7", D(4), D("100.50"), NS, D(4), D(6)),
    ),
    ("35=8|11=T1|17=E7|150=F|32=4|31=-1", VenueFilled("V", "T1", "", "E7", D(4), D(-1))),  # a spread trades below zero
    ("35=8|11=T1|17=E7|150=F|32=4|31=1|60=yesterday|99999=x", VenueFilled("V", "T1", "", "E7", D(4), D(1))),
    ("35=8|37=O|11=T1|17=E7|20=0|150=1|39=1|32=4|31=1", VenueFilled("V", "T1", "O", "E7", D(4), D(1))),
    ("35=8|37=O|11=T1|17=E7|20=0|150=2|39=2|32=4|31=1", VenueFilled("V", "T1", "O", "E7", D(4), D(1))),
    ("35=8|37=O|11=T2|41=T1|17=E|150=4|39=4|58=bye", VenueCanceled("V", "T2", "T1", "bye")),
    ("35=8|37=O|11=T1|17=E|150=4|39=4", VenueCanceled("V", "T1", None, "")),
    ("35=8|37=O|11=T2|41=T1|17=E|150=5|39=0|38=9|44=7.5", VenueReplaced("V", "T2", "T1", D(9), D("7.5"), "O")),
    ("35=8|11=T2|150=5", VenueReplaced("V", "T2", None, None, None, "")),
    ("35=8|37=O|11=T1|17=E|150=C|39=C|58=end of day", VenueExpired("V", "T1", "end of day")),
    ("35=8|37=O|11=T2|41=T1|17=E|150=6|39=6", VenuePendingCancel("V", "T2")),
    ("35=8|37=O|11=T2|41=T1|17=E|150=E|39=E", VenuePendingReplace("V", "T2")),
    ("35=8|37=O|11=T1|150=8|39=8|103=1|58=no such thing", VenueRejected("V", "T1", "no such thing", R.UNKNOWN_SYMBOL)),
    ("35=8|37=O|11=T1|150=8|39=8|103=99", VenueRejected("V", "T1", "OrdRejReason(103)=99", R.OTHER)),
    ("35=8|37=O|11=T1|150=8|39=8", VenueRejected("V", "T1", "no reason given", R.BROKER_OPTION)),
    ("35=8|37=O|11=T1|150=8|39=8|103=4711", VenueRejected("V", "T1", "OrdRejReason(103)=4711", R.BROKER_OPTION)),
    (
        f"35=8|37=O|11=T1|150=8|39=1|103=6|58=twice|{FIGURES}",
        VenueOrderStatus("V", "T1", OrdStatus.PARTIALLY_FILLED, D(4), D(6), "O", D(10), D("100.5"), "twice"),
    ),
    (
        f"35=8|37=O|11=T1|17=0|150=I|39=1|{FIGURES}",
        VenueOrderStatus("V", "T1", OrdStatus.PARTIALLY_FILLED, D(4), D(6), "O", D(10), D("100.5")),
    ),
    ("35=8|37=O|11=T1|17=0|20=3|150=0|39=0|14=0|151=10", VenueOrderStatus("V", "T1", OrdStatus.NEW, D(0), D(10), "O")),
    ("35=8|37=O|11=T1|150=I|39=8|103=0|14=0|151=0", VenueOrderStatus("V", "T1", OrdStatus.REJECTED, D(0), D(0), "O")),
    ("35=8|37=NONE|11=T1|150=I|39=8|103=5|58=who?", VenueUnknownOrder("V", "T1", "who?")),
    ("35=8|37=NONE|11=T1|20=3|150=8|39=8|103=5", VenueUnknownOrder("V", "T1", "")),
    ("35=8|37=O|11=T1|150=A|39=A|14=0|151=10", VenueOrderStatus("V", "T1", OrdStatus.PENDING_NEW, D(0), D(10), "O")),
    ("35=8|37=O|11=T1|150=3|39=3|14=4|151=0|58=bye", VenueDoneForDay("V", "T1", "bye")),
    ("35=8|37=O|11=T1|150=7|39=7|14=4|151=6", VenueOrderStatus("V", "T1", OrdStatus.STOPPED, D(4), D(6), "O")),
    ("35=8|37=O|11=T1|150=7|39=7|32=4|31=50.1|58=guaranteed", VenueStopped("V", "T1", D(4), D("50.1"), "guaranteed")),
    ("35=8|37=O|11=T1|150=9|39=9|14=4|151=6|58=halt", VenueSuspended("V", "T1", "halt")),
    ("35=8|37=O|11=T1|17=E|150=L|39=0", VenueTriggered("V", "T1")),
    (
        "35=8|37=O|11=T1|17=E7|150=F|32=4|31=2|55=BTC-USD|54=2|30=XLON|12=-0.5|479=USD|851=1",
        VenueFilled(
            "V", "T1", "O", "E7", D(4), D(2), symbol="BTC-USD", side=Side.SELL,
            details=FillDetails("XLON", D("-0.5"), "USD", "1"),
        ),
    ),
    (
        "35=8|37=O|11=T1|17=E7|150=F|32=4|31=2|54=5|12=0.25|13=1",
        VenueFilled("V", "T1", "O", "E7", D(4), D(2), details=FillDetails("", D("1.00"))),
    ),
    (
        "35=8|37=O|11=T1|17=E7|150=F|32=4|31=2|54=1|12=3|13=2|851=2",  # three percent, or three hundred?
        VenueFilled("V", "T1", "O", "E7", D(4), D(2), side=Side.BUY, details=FillDetails("", None, "", "2")),
    ),
    (
        "35=8|37=O|11=T1|17=E8|150=G|39=1|19=E7|32=3|31=2.5|60=20260101-00:00:00",
        VenueCorrected("V", "T1", "O", "E8", "E7", D(3), D("2.5"), NS),
    ),
    (
        "35=8|37=O|11=T1|17=E8|20=2|150=1|39=1|19=E7|32=3|31=2.5",
        VenueCorrected("V", "T1", "O", "E8", "E7", D(3), D("2.5")),
    ),
    ("35=8|37=O|11=T1|17=E8|150=H|39=1|19=E7|32=0|31=0|58=error", VenueBusted("V", "T1", "O", "E8", "E7", "error")),
    ("35=8|37=O|11=T1|17=E8|20=1|150=1|39=4|19=E7|32=3|31=2.5", VenueBusted("V", "T1", "O", "E8", "E7")),
    (
        "35=8|37=O|11=T1|17=E|150=D|39=1|38=9|44=7.5|14=4|151=5|378=5|58=part",
        VenueRestated(
            "V", "T1", D(9), D("7.5"), D(4), Why.PARTIAL_DECLINE_OF_ORDER_QTY, OrdStatus.PARTIALLY_FILLED, "part", "O",
            "E",
        ),
    ),
    ("35=8|11=T1|150=D|378=4711", VenueRestated("V", "T1")),
    ("35=8|37=O|11=T1|17=E|150=4|39=4|378=6", VenueCanceled("V", "T1", None, "", Why.CANCEL_ON_TRADING_HALT)),
    ("35=9|37=O|11=T2|41=T1|102=0|58=too late", VenueCancelRejected("V", "T2", "too late", R.TOO_LATE)),
    ("35=9|11=T2|39=8|434=1|102=1", VenueCancelRejected("V", "T2", "CxlRejReason(102)=1", R.UNKNOWN_ORDER)),
    ("35=9|11=T2|102=3", VenueCancelRejected("V", "T2", "CxlRejReason(102)=3", R.ALREADY_PENDING)),
    ("35=9|11=T2|102=77", VenueCancelRejected("V", "T2", "CxlRejReason(102)=77", R.BROKER_OPTION)),
    ("35=j|45=9|372=D|379=T1|380=4|58=asleep", VenueRejected("V", "T1", "asleep")),
    ("35=j|45=9|372=F|379=T2|380=4", VenueCancelRejected("V", "T2", "BusinessRejectReason(380)=4")),
    ("35=j|45=9|372=G|379=T2|380=4", VenueCancelRejected("V", "T2", "BusinessRejectReason(380)=4")),
]  # fmt: skip


@pytest.mark.parametrize(("text", "report"), READ, ids=[text for text, _ in READ])
def test_what_is_understood(text: str, report: AnyVenueReport) -> None:
    assert read(text) == [report]


UNREADABLE = [
    ("35=8|37=O|17=E|150=F|32=4|31=1", ""),  # a fill of nobody's
    ("35=8|37=O|11=T1|150=F|32=4|31=1", "T1"),  # no ExecID: it could be booked twice
    ("35=8|37=O|11=T1|17=E|150=F|32=4", "T1"),
    ("35=8|37=O|11=T1|17=E|150=F|31=4", "T1"),
    ("35=8|37=O|11=T1|17=E|150=F|32=0|31=4", "T1"),
    ("35=8|37=O|11=T1|17=E|150=F|32=1e3|31=4", "T1"),
    ("35=8|37=O|11=T1|17=E|150=G|39=1|32=4|31=1", "T1"),  # of which execution?
    ("35=8|37=O|11=T1|150=G|39=1|19=E1|32=4|31=1", "T1"),
    ("35=8|37=O|11=T1|17=E|150=G|39=1|19=E1|32=0|31=1", "T1"),
    ("35=8|37=O|11=T1|17=E|150=G|39=1|19=E1|32=4", "T1"),
    ("35=8|37=O|11=T1|17=E|150=H|39=1|32=4|31=1", "T1"),
    ("35=8|37=O|11=T1|150=H|39=1|19=E1", "T1"),
    ("35=8|37=O|17=E|150=H|39=1|19=E1", ""),
    ("35=8|37=O|11=T1|17=E|20=1|150=1|39=1|32=4|31=1", "T1"),
    ("35=8|37=O|11=T1|17=E|20=4|150=1|39=1|19=E1|32=4|31=1", "T1"),
    ("35=8|37=O|11=T1|17=E|150=B|39=B", "T1"),
    ("35=8|37=O|11=T1|17=E|39=0", "T1"),
    ("35=8|37=NONE|11=T1|150=I|39=8|103=0|58=too many questions|14=0|151=0", "T1"),  # not "no such order"
    ("35=8|37=O|11=T1|150=I|39=?|14=0|151=0", "T1"),
    ("35=8|37=O|11=T1|150=I|39=0|14=0", "T1"),
    ("35=9|37=O|41=T1|39=0", ""),
    ("35=3|45=17|371=44|372=D|373=5|58=wrong", ""),
    ("35=j|45=17|372=D|380=3", ""),
    ("35=j|45=17|372=H|379=T1|380=4", "T1"),  # a question refused says nothing about the order
    ("35=j|45=17|379=T1|380=4", "T1"),
    ("35=B|148=closing early", ""),
    ("35=h|336=1|340=3", ""),
]


@pytest.mark.parametrize(("text", "venue_cl_ord_id"), UNREADABLE, ids=[text for text, _ in UNREADABLE])
def test_what_is_not_understood_is_kept_whole(text: str, venue_cl_ord_id: str) -> None:
    (told,) = read(text)
    assert isinstance(told, VenueUnreadable) and told.why and told.venue == "V"
    assert told.raw == message(text).raw and told.venue_cl_ord_id == venue_cl_ord_id


PRICES: list[tuple[str, list[tuple[str, str]]]] = [
    ("35=W|262=m|55=A|268=3|269=2|270=10|271=1|269=0|270=9|269=1|270=12", [("A", "10")]),
    ("35=W|55=A|268=3|269=0|270=9|271=1|269=0|270=8|269=1|270=12.5|269=1|270=13", [("A", "10.75")]),
    ("35=W|55=A|268=1|269=0|270=9", []),
    ("35=W|55=A|268=0", []),
    ("35=W|55=A|268=1|269=2|270=0", []),
    ("35=W|55=A|268=1|269=2|270=ten", []),
    ("35=W|268=1|269=2|270=10", []),
    ("35=W|43=Y|55=A|268=1|269=2|270=10", []),
    ("35=X|268=2|279=0|269=2|55=A|270=10|279=0|269=2|55=B|270=3", [("A", "10"), ("B", "3")]),
    ("35=X|268=2|279=0|269=2|55=A|270=10|279=0|269=2|270=11", [("A", "11")]),
    ("35=X|268=2|279=2|269=2|55=A|270=10|279=1|269=0|55=A|270=9", []),
]


@pytest.mark.parametrize(("text", "prices"), PRICES, ids=[text for text, _ in PRICES])
def test_prices(text: str, prices: list[tuple[str, str]]) -> None:
    assert read(text) == [ReferencePriceSeen("V", symbol, D(price)) for symbol, price in prices]


_TAGS = (
    "6 11 12 13 14 17 19 20 30 31 32 37 38 39 41 44 54 55 60 103 150 151 268 269 270 279 372 378 379 851".split()
)  # fmt: skip
_VALUES = st.text(st.characters(min_codepoint=0x20, max_codepoint=0xFF, exclude_characters="|"), min_size=1, max_size=8)
_FIELDS = st.lists(
    st.tuples(
        st.sampled_from(_TAGS),
        st.one_of(st.sampled_from("0123456789ACDEFGHIL"), _VALUES),
    ),
    min_size=1,
    max_size=14,
)


@given(st.sampled_from(["8", "9", "j", "3", "W", "X", "B", "zz"]), _FIELDS)
def test_nothing_a_venue_says_raises_or_is_dropped(msg_type: str, fields: list[tuple[str, str]]) -> None:
    text = "|".join([f"35={msg_type}", *(f"{tag}={value}" for tag, value in fields)])
    told = read(text)
    assert told or msg_type in "WX"
