"""What the venue of a certification says to messages that no scenario is about."""

from __future__ import annotations

from gateway.certify.courtesies import Courtesies
from gateway.certify.spelling import joined, split


def test_orders_and_requests_are_for_the_scenario() -> None:
    venue = Courtesies()
    assert [venue.is_of_a_scenario(split(f"35={msg_type}|11=A")) for msg_type in "DFGq3"] == [True] * 5
    assert [venue.is_of_a_scenario(split(f"35={msg_type}|11=A")) for msg_type in "HVxg"] == [False] * 4


def test_an_order_that_it_does_not_know_is_denied_one_that_it_knows_is_not_spoken_of() -> None:
    venue = Courtesies()
    venue.is_of_a_scenario(split("35=D|11=A"))
    assert venue.answers(split("35=H|11=A|55=S|54=2")) == []
    (answer,) = venue.answers(split("35=H|11=B|55=S|54=2|790=Q"))
    assert joined(answer) == "35=8|37=NONE|17=<new>|150=I|39=8|11=B|55=S|54=2|790=Q|151=0|14=0|6=0|103=5"


def test_who_subscribes_to_prices_gets_them_again_and_again() -> None:
    venue = Courtesies()
    told = venue.answers(split("35=V|262=R|263=1|267=1|269=2|146=2|55=S|55=T"))
    assert [joined(price) for price in told] == [
        "35=W|262=R|55=S|268=1|269=2|270=50000|271=1",
        "35=W|262=R|55=T|268=1|269=2|270=50000|271=1",
    ]
    assert venue.prices() == told
    assert Courtesies().prices() == []


def test_a_request_that_came_too_late_is_rejected_by_its_kind() -> None:
    venue = Courtesies()
    refused = venue.refusal(split("35=G|11=B|41=A"))
    assert refused is not None
    assert joined(refused) == "35=9|37=NONE|11=B|41=A|39=8|434=2|102=1"
    assert dict(venue.refusal(split("35=F|11=B|41=A")) or [])["434"] == "1"
    assert venue.refusal(split("35=D|11=B")) is None
