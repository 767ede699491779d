"""A counterparty without a past: it begins with the numbers that the gateway has."""

from __future__ import annotations

import pytest

from gateway.certify.counterparty import fields_of, framed, show
from gateway.certify.party import Party, comp_ids_of


def said(number: int, msg_type: bytes, more: bytes = b"") -> bytes:
    head = b"35=%b\x0134=%d\x0149=G\x0152=20260101-00:00:00\x0156=V\x01" % (msg_type, number)
    return framed(b"FIX.4.4", head + more)


@pytest.fixture
def heard() -> list[dict[bytes, bytes]]:
    return []


@pytest.fixture
def venue(heard: list[dict[bytes, bytes]]) -> Party:
    party = Party("venue", "FIX.4.4", ("V", "G"), lambda: 0, [])
    party.wire = lambda raw: heard.append(fields_of(raw))
    return party


def test_it_takes_the_number_and_the_interval_of_the_logon(venue: Party, heard: list[dict[bytes, bytes]]) -> None:
    venue.take(said(57, b"A", b"98=0\x01108=10\x01"))
    assert (venue.next_in, venue.logged_on) == (58, True)
    assert [(m[b"35"], m[b"34"], m[b"108"]) for m in heard] == [(b"A", b"1", b"10")]


def test_told_which_number_is_expected_it_goes_on_from_there(venue: Party) -> None:
    venue.take(said(57, b"A", b"98=0\x01108=10\x01"))
    venue.take(said(58, b"5", b"58=MsgSeqNum too low, expecting 99 but received 1\x01"))
    assert venue.next_out == 99


def test_it_resets_with_who_asks_for_it(venue: Party, heard: list[dict[bytes, bytes]]) -> None:
    venue.take(said(1, b"A", b"98=0\x01108=10\x01141=Y\x01"))
    assert (heard[0][b"34"], heard[0][b"141"]) == (b"1", b"Y")
    assert (venue.next_in, venue.next_out) == (2, 2)


def test_a_client_asks_for_a_reset_once(heard: list[dict[bytes, bytes]]) -> None:
    client = Party("client", "FIX.5.0SP2", ("C", "G"), lambda: 0, [])
    client.wire = lambda raw: heard.append(fields_of(raw))
    client.reset, client.credentials = True, b"553=ann\x01554=secret\x01"
    client.log_on()
    client.log_on()
    assert [(m[b"34"], m.get(b"141"), m[b"553"], m[b"1137"]) for m in heard] == [
        (b"1", b"Y", b"ann", b"9"),
        (b"2", None, b"ann", b"9"),
    ]


def test_the_answer_to_a_question_is_noticed(venue: Party, heard: list[dict[bytes, bytes]]) -> None:
    venue.take(said(1, b"A", b"98=0\x01108=10\x01"))
    venue.ask_back(b"MARK")
    assert heard[-1][b"35"] == b"1"
    venue.take(said(2, b"0", b"112=MARK\x01"))
    assert venue.heard_back == b"MARK"


def test_a_logon_says_for_whom_it_is() -> None:
    assert comp_ids_of(said(1, b"A")) == ("FIX.4.4", ("V", "G"))
    fixt = framed(b"FIXT.1.1", b"35=A\x0134=1\x0149=G\x0156=V\x01")
    assert comp_ids_of(fixt) == ("FIX.5.0SP2", ("V", "G"))


def test_a_password_is_never_shown() -> None:
    assert "|554=***|" in show(framed(b"FIX.4.4", b"35=A\x01554=secret\x01"))
    history: list[str] = []
    client = Party("client", "FIX.4.4", ("C", "G"), lambda: 0, history)
    client.wire, client.credentials = (lambda _: None), b"553=ann\x01554=secret\x01925=secret2\x01"
    client.log_on()
    assert "553=ann" in history[0]
    assert "secret" not in history[0]
