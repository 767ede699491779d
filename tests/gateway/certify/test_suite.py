"""The suite has every row group of Appendix D, and the page that it is written to is about this suite."""

from __future__ import annotations

from pathlib import Path

from gateway.certify.certification import Order, chosen
from gateway.certify.scenario import read_scenarios
from gateway.certify.suite import suite

PAGE = Path(__file__).parents[3] / "docs" / "CERTIFICATION.md"
ROW_GROUPS = """
    A.1.a A.1.b B.1.a B.1.b B.1.c B.1.d B.1.e B.1.f C.1.a C.1.b C.1.c C.2.a C.3.a C.3.b C.3.c D.1.a D.1.b D.1.c
    D.2.a D.2.b D.2.c E.1.a E.1.b E.1.c E.1.d E.1.f F.1.a F.1.b F.1.c G.1.a G.1.b G.1.c H.1.a H.1.b H.1.c H.1.d
    I.1.a I.1.b J.1.a J.1.b J.1.c K.1.a K.1.b L.1.a L.1.b
""".split()


def test_every_row_group_is_there() -> None:
    assert sorted({s.row_group for s in suite() if not s.row_group.startswith("R.")}) == sorted(ROW_GROUPS)


def test_every_way_that_is_left_is_there() -> None:
    for scenario in suite():
        assert set(scenario.other_ways) <= set(ROW_GROUPS)
        assert not scenario.not_ours or scenario.other_ways


def test_the_page_is_of_this_suite() -> None:
    text = PAGE.read_text()
    assert f"{len({s.file for s in suite()})} files, {len(suite())} scenarios" in text
    assert "0 failed." in text
    assert not [s.name for s in suite() if f"| {s.row_group} |" not in text]


def test_a_part_of_it_can_be_chosen() -> None:
    assert {s.row_group for s in chosen(Order(("A.1.a",)))} == {"A.1.a"}
    assert {s.row_group for s in chosen(Order(("K", "L.1.b")))} == {"K.1.a", "K.1.b", "L.1.b"}


def test_sections_begin_anew_and_keep_what_stands_above() -> None:
    above = "# about\nwith: limits.max_order_qty=5\nneeds: a clock\nP0\n"
    first, other = read_scenarios("A.1.a_X.txt", above + "== other\nneeds: nothing\nclients: FIX.4.2\nwait 1s\n")
    assert (first.name, first.lines, first.needs) == ("A.1.a_X", [(4, "P0")], "a clock")
    assert (other.name, other.lines, other.needs) == ("A.1.a_X: other", [(8, "wait 1s")], "")
    assert other.changes == first.changes == {"limits.max_order_qty": "5"}
    assert (other.clients, len(first.clients)) == (["FIX.4.2"], 3)
