"""News(B): an operator tells every client who is logged on, of maintenance or what else they must know.

Who is not there does not hear it: news is of the moment. Like any message it is in the journal before it leaves."""

from __future__ import annotations

from collections.abc import Iterable
from typing import NamedTuple

from fixspec.tags import MsgType
from gateway.translate.reference_data import news
from gateway.turn import Turn

HEADLINE_MAX = 200
LINES_MAX = 20


class TellNews(NamedTuple):
    """An operator's wish."""

    headline: str
    """Headline(148)."""
    lines: tuple[str, ...]
    """Text(58), line by line; at least one."""
    operator: str


def tell_news(command: TellNews, clients: Iterable[str], turn: Turn) -> object:
    """Send it to those of the clients who are logged on, and say to whom."""
    body = news(command.headline, command.lines, turn.now.utc_ns)
    told = [session for session in clients if turn.is_logged_on(session)]
    for session in told:
        turn.send(session, MsgType.NEWS, body)
    details = {"headline": command.headline, "operator": command.operator, "sessions": ",".join(told)}
    turn.note("info", "", "news_told", details)
    return {"told": told}


def news_faults(headline: str, lines: tuple[str, ...]) -> str:
    """What is wrong with it, or ''."""
    if len(headline) > HEADLINE_MAX or not 1 <= len(lines) <= LINES_MAX:
        return f"a headline of up to {HEADLINE_MAX} characters, and 1 to {LINES_MAX} lines"
    if any(not line.strip() or not line.isprintable() for line in (headline, *lines)):
        return "headline and lines are printable, and not empty"
    return ""
