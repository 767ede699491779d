"""Rows of Appendix D become the messages that they are about."""

from __future__ import annotations

import pytest

from gateway.certify.player import says
from gateway.certify.rows import Rows
from gateway.certify.spelling import NotAsExpected, completed, joined, spelled, split


@pytest.fixture
def rows() -> Rows:
    return Rows(lambda venue_id: f"P-{venue_id}")


def test_a_request_says_what_its_row_does(rows: Rows) -> None:
    assert joined(rows.sent("client", "D(X) 10000 @ 49990 | 59=1")) == "35=D|11=X|38=10000|44=49990|59=1"
    assert joined(rows.sent("client", "G(Y,X) 12000")) == "35=G|11=Y|41=X|38=12000"
    assert joined(rows.expected("venue", "G(Y,X) 12000")) == "35=G|11=@y|41=@x|38=12000"


def test_a_report_names_also_what_must_not_be_there(rows: Rows) -> None:
    wanted = dict(rows.expected("client", "8(X) | 0 0 | 10000 0 10000 0"))
    assert wanted == {
        "35": "8", "37": "@order-X", "11": "X", "41": "<none>", "150": "0", "39": "0", "38": "10000", "14": "0",
        "151": "10000", "32": "<zero>", "6": "0", "17": "<any>",
    }  # fmt: skip


def test_the_order_is_the_same_through_its_chain(rows: Rows) -> None:
    rows.sent("client", "G(Y,X) 12000")
    rows.sent("client", "G(Z,Y) 13000")
    assert dict(rows.expected("client", "8(Z) | F 1 | 13000 1 12999 1"))["37"] == "@order-X"


def test_avg_px_is_that_of_the_executions_that_the_venue_has_told(rows: Rows) -> None:
    rows.sent("venue", "8(X) | F 1 | 10000 1000 9000 1000 @ 100 | exec C")
    rows.sent("venue", "8(X) | F 2 | 10000 10000 0 9000 @ 110 | exec D")
    assert dict(rows.expected("client", "8(X) | F 2 | 10000 10000 0 9000 @ 110"))["6"] == "109"
    busted = dict(rows.sent("venue", "8(X) | H 1 | 10000 9000 1000 0 | exec E | ref C"))
    assert (busted["17"], busted["19"], busted["6"]) == ("P-V-E", "P-V-C", "110")
    corrected = dict(rows.sent("venue", "8(X) | G 1 | 10000 9000 1000 9000 @ 100 | exec F | ref D"))
    assert corrected["6"] == "100"


def test_what_a_cancel_reject_answers_follows_from_the_request(rows: Rows) -> None:
    rows.sent("client", "F(Y,X)")
    rows.sent("client", "G(Z,X) 1")
    assert dict(rows.expected("client", "9(Y,X) | - 1 | 102=0"))["434"] == "1"
    assert dict(rows.expected("client", "9(Z,X) | - 1 | 102=0"))["434"] == "2"


def test_the_venue_can_end_what_is_open(rows: Rows) -> None:
    rows.expected("venue", "D(X) 10000")
    assert rows.endings() == ["8(X) | 8 8 | 10000 0 0 0"]
    rows.sent("venue", "8(X) | 0 0 | 10000 0 10000 0")
    rows.sent("client", "G(Y,X) 12000")
    rows.sent("venue", "8(Y,X) | 5 0 | 12000 0 12000 0")
    rows.sent("venue", "8(Y) | F 1 | 12000 2000 10000 2000")
    assert rows.endings() == ["8(Y) | 4 4 | 12000 2000 0 0"]
    rows.sent("venue", "8(Y) | F 2 | 12000 12000 0 10000")
    assert rows.endings() == []


@pytest.mark.parametrize("row", ["8(X)", "8(X) | 0 | 1 0 1 0", "8(X) | 0 0 | 1 0 1", "K(X) 5", "D X 5"])
def test_what_is_no_row_is_refused(rows: Rows, row: str) -> None:
    with pytest.raises(NotAsExpected):
        rows.expected("client", row)


@pytest.mark.parametrize(
    ("line", "in_fix42", "in_fix44"),
    [
        ("35=8|150=F|39=1|38=10|14=4", "35=8|150=1|39=1|38=10|14=4|20=0", "35=8|150=F|39=1|38=10|14=4"),
        ("35=8|150=F|39=6|38=10|14=10", "35=8|150=2|39=6|38=10|14=10|20=0", "35=8|150=F|39=6|38=10|14=10"),
        ("35=8|150=H|39=4|38=10|14=0", "35=8|150=1|39=4|38=10|14=0|20=1", "35=8|150=H|39=4|38=10|14=0"),
        ("35=8|150=G|39=2|38=10|14=10", "35=8|150=2|39=2|38=10|14=10|20=2", "35=8|150=G|39=2|38=10|14=10"),
        ("35=8|150=I|39=E", "35=8|150=E|39=E|20=3", "35=8|150=I|39=E"),
        ("35=8|150=0|39=0", "35=8|150=0|39=0|20=0", "35=8|150=0|39=0"),
        ("35=8|150=4|39=4|378=6", "35=8|150=4|39=4|378=4|20=0", "35=8|150=4|39=4|378=6"),
        ("35=9|102=6", "35=9|102=2", "35=9|102=6"),
        ("35=9|102=18", "35=9|102=2", "35=9|102=2"),
    ],
)
def test_older_versions_say_it_their_way(line: str, in_fix42: str, in_fix44: str) -> None:
    assert joined(spelled("FIX.4.2", split(line))) == in_fix42
    assert joined(spelled("FIX.4.4", split(line))) == in_fix44
    assert joined(spelled("FIX.5.0SP2", split(line))) == line


def test_groups_keep_their_repeated_fields() -> None:
    sent = completed("client", "FIX.4.4", split("35=E|66=L|73=2|11=A|67=1|11=B|67=2|97=Y"))
    assert joined(sent) == "35=E|97=Y|66=L|73=2|11=A|67=1|11=B|67=2"


@pytest.mark.parametrize(
    ("tag", "wanted", "found", "same"),
    [
        ("38", "10000", "10000.00", True), ("38", "10000", "10001", False), ("38", "10000", "<none>", False),
        ("11", "1", "1.0", False), ("32", "<zero>", "<none>", True), ("32", "<zero>", "0.0", True),
        ("32", "<zero>", "1", False), ("58", "<any>", "x", True), ("58", "<any>", "<none>", False),
        ("41", "<none>", "<none>", True), ("41", "<none>", "X", False), ("6", "33.33333333", "33.333333333", True),
    ],
)  # fmt: skip
def test_what_counts_as_the_same(tag: str, wanted: str, found: str, same: bool) -> None:
    assert says(tag, wanted, found) is same


def test_what_the_venue_has_not_answered_can_be_rejected(rows: Rows) -> None:
    rows.sent("client", "G(Y,X) 1")
    rows.sent("client", "F(Z,Y)")
    rows.expected("venue", "G(Y,X) 1")
    rows.expected("venue", "F(Z,Y)")
    assert rows.unanswered() == ["9(Y,X) | - 4 | 102=0", "9(Z,Y) | - 4 | 102=0"]
    rows.sent("venue", "8(Y,X) | E E | 10000 0 10000 0")
    rows.sent("venue", "8(Y,X) | 5 6 | 1 0 1 0")
    assert rows.unanswered() == ["9(Z,Y) | - 4 | 102=0"]
    rows.sent("venue", "9(Z,Y) | - 0 | 102=0")
    assert rows.unanswered() == []
