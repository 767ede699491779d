"""Sessions that nobody has written down one by one: made from a template, at the first Logon of a counterparty that
fits and has proved who it is. From then on such a session is one like all others. That it exists is on record
(`SessionMade`), so that after a restart it is there again, with its numbers.

Before everything is proved nothing is made: the lobby is given a candidate, and calls `make` last of all.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import NamedTuple

from config.model import SessionConfig, SessionTemplate
from fixspec.message import Message
from fixspec.rulebook import Rulebook
from fixspec.tags import BEGIN_STRING, SENDER_COMP_ID, TARGET_COMP_ID
from gateway.from_config.sessions import settings_of
from gateway.session.admission import Admission
from gateway.session.lobby import Candidate, Lobby
from gateway.session.schedule import Window
from gateway.session.session import Session
from gateway.session.settings import SessionNumbers
from gateway.session_events import SessionMade
from gateway.transact import Spine, StewardsTurn


def sessions_with_made(
    sessions: Iterable[SessionConfig], templates: Iterable[SessionTemplate], made: Mapping[str, SessionMade]
) -> list[SessionConfig]:
    """The sessions of a file and those that its templates have made so far. One whose template is gone, or which a
    session of the file has taken the place of, is not among them; its numbers and messages stay in the journal."""
    found = {session.name: session for session in sessions}
    identities = {_identity(session) for session in found.values()}
    by_name = {template.name: template for template in templates}
    for name, event in made.items():
        template = by_name.get(event.template)
        if template is not None and name not in found and template.fits(event.target_comp_id):
            session = template.session(event.target_comp_id)
            if _identity(session) not in identities:
                found[name] = session
    return list(found.values())


def _identity(session: SessionConfig) -> tuple[str, str, str]:
    return session.begin_string, session.sender_comp_id, session.target_comp_id


class _Kind(NamedTuple):
    """A template, and what its sessions share."""

    template: SessionTemplate
    rulebook: Rulebook


class Welcome:
    """Takes in who fits a template. `greet` tells the rest of the process that there is one session more."""

    def __init__(
        self,
        spine: Spine,
        lobby: Lobby,
        admission_of: Callable[[SessionConfig], Admission],
        greet: Callable[[SessionConfig], None],
    ) -> None:
        self._spine = spine
        self._lobby = lobby
        self._admission_of = admission_of
        self._greet = greet
        self._kinds: list[_Kind] = []
        lobby.template = self.candidate
        spine.newcomer = self.newcomer

    def use(self, templates: Iterable[tuple[SessionTemplate, Rulebook]]) -> None:
        """From now on these are the templates, each with the rulebook of its sessions; sessions that were made before
        are not touched."""
        self._kinds = [_Kind(template, rulebook) for template, rulebook in templates]
        self._lobby.keeps_time |= any(kind.template.password_hash is not None for kind in self._kinds)

    def candidate(self, logon: Message) -> Candidate | None:
        """The session that this Logon would get. None when no template fits, or its sessions are as many as may be."""
        kind, target_comp_id = self._kind_of(logon)
        if kind is None:
            return None
        template, rulebook = kind
        config = template.session(target_comp_id)
        made = self._spine.register.made
        if config.name not in made and self._count(template.name) >= template.sessions_max:
            return None

        def make() -> Session:
            existing = self._spine.session(config.name)  # two Logons may have been on their way to it
            return existing or self._spine.resume(config.name, maker)

        def maker(numbers: SessionNumbers, instance: Window | None) -> Session:
            return Session(settings_of(config), rulebook, numbers, instance=instance)

        return Candidate(config.name, self._admission_of(config), None, make)

    def newcomer(self, session: Session, turn: StewardsTurn) -> None:
        """The first Logon of this session has been taken: it exists."""
        settings = session.settings
        name, target_comp_id = settings.name, settings.target_comp_id.decode()
        template = next(kind.template for kind in self._kinds if name == f"{kind.template.name}.{target_comp_id}")
        config = template.session(target_comp_id)
        if name not in self._spine.register.made:
            self._spine.state(SessionMade(name, template.name, target_comp_id), turn)
        self._lobby.add(session, self._admission_of(config))
        self._greet(config)

    def _kind_of(self, logon: Message) -> tuple[_Kind | None, str]:
        fields = logon.fields
        begin_string, sender = fields[BEGIN_STRING].decode("ascii", "replace"), fields.get(TARGET_COMP_ID, b"")
        target_comp_id = fields.get(SENDER_COMP_ID, b"").decode("ascii", "replace")
        for kind in self._kinds:
            template = kind.template
            is_ours = template.begin_string == begin_string and template.sender_comp_id.encode() == sender
            if is_ours and template.fits(target_comp_id):
                return kind, target_comp_id
        return None, ""

    def _count(self, template: str) -> int:
        return sum(1 for event in self._spine.register.made.values() if event.template == template)
