"""Reads the configuration again, on SIGHUP or an operator's wish, and has the turn do what it changes.

Reading, checking, and loading dictionaries take long: they happen in a thread, beside trading. What comes out is a plan
(`gateway.from_config.reload`), which is an input of a turn like any other. When anything on the way is not as it should
be, nothing has been changed, and whoever asked hears why, as does the log.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Mapping, Sequence
from pathlib import Path

from config.load import ConfigRefused, load_gateway
from config.model import GatewayConfig, SessionConfig, SessionTemplate
from fixspec.rulebook import Rulebook, RulesOfEngagement
from gateway.calls import Calls
from gateway.from_config.doors import admission_of
from gateway.from_config.reload import ReloadPlan, plan_reload
from gateway.from_config.session_templates import Welcome, sessions_with_made
from gateway.from_config.sessions import maker_of, rulebook_of
from gateway.from_config.setup import calling_of
from gateway.net.acceptor import Acceptor
from gateway.net.hosts import Calling
from gateway.net.tls import Certificates, TlsRefused
from gateway.operators.session_commands import ReadConfiguration
from gateway.register import Register
from gateway.steward import ApplyReload
from gateway.telemetry.logs import Logs, log_name_of


class Reloader:
    def __init__(
        self,
        path: Path,
        config: GatewayConfig,
        client_terms: RulesOfEngagement | None,
        register: Register,
        welcome: Welcome,
        record: Logs,
        calls: Calls,
        command: Callable[[object], Awaitable[object]],
        take_in: Callable[[list[SessionConfig]], None],
    ) -> None:
        """`command` gives a command to the turn. `take_in` is called within it with all sessions there are."""
        self._path = path
        self._config = config
        self._client_terms = client_terms
        self._register = register
        self._welcome = welcome
        self._record = record
        self._command = command
        self._take_in = take_in
        self._calls = calls
        self.doors: Sequence[Acceptor] = ()
        """Their certificates are read again with every reload, and those that are shown to venues."""
        self._one_at_a_time = asyncio.Lock()
        self._stopped = False
        self._hung_up: set[asyncio.Task[object]] = set()

    async def command(self, command: object) -> object:
        """The operators' door: a wish for a reload is met here, all others in the turn."""
        if isinstance(command, ReadConfiguration):
            return await self.reload(command.operator)
        return await self._command(command)

    def stop(self) -> None:
        """The process is ending: a reload that has not come to its turn by now does not happen."""
        self._stopped = True

    def hang_up(self) -> None:
        """SIGHUP has come."""
        task: asyncio.Task[object] = asyncio.create_task(self.reload("SIGHUP"))
        self._hung_up.add(task)
        task.add_done_callback(self._hung_up.discard)

    async def reload(self, operator: str) -> dict[str, object]:
        """What has been changed, or what is wrong: the answer for the operator."""
        async with self._one_at_a_time:
            answer = await self._reload(operator)
        is_refused = "error" in answer
        event = "reload_refused" if is_refused else "reloaded"
        self._record.note("error" if is_refused else "info", "", event, {"operator": operator, **answer})
        return answer

    async def _reload(self, operator: str) -> dict[str, object]:
        try:
            config = await asyncio.to_thread(load_gateway, self._path)
        except ConfigRefused as refused:
            return {"error": f"nothing was changed: {refused}"}
        plan = plan_reload(self._config, config, self._sessions_of(self._config), self._sessions_of(config))
        if isinstance(plan, list):
            return {"error": "nothing was changed: " + "\n".join(plan)}
        try:
            certificates, certified = await asyncio.to_thread(self._read_certificates, config)
        except TlsRefused as refused:
            return {"error": f"nothing was changed: {refused}"}
        if not plan.changes:
            self._use_certificates(certificates, certified)
            return {"changes": []}
        try:
            apply, calls, rulebooks = await asyncio.to_thread(self._prepare, operator, plan, config)
        except (ConfigRefused, OSError, ValueError, TlsRefused) as error:
            return {"error": f"nothing was changed: {error}"}
        if self._stopped:
            return {"error": "nothing was changed: the gateway is going down"}
        for session in (*plan.added, *plan.restarted):
            self._record.know(session.name, log_name_of(session))
        answer = await self._command(apply)
        assert isinstance(answer, dict)
        if "error" not in answer:
            self._config = config
            self._welcome.use(rulebooks)
            self._use_calls(plan, calls)
            self._use_certificates(certificates, certified)
        return answer

    def _prepare(
        self, operator: str, plan: ReloadPlan, config: GatewayConfig
    ) -> tuple[ApplyReload, Mapping[str, Calling], list[tuple[SessionTemplate, Rulebook]]]:
        """All that takes long or may fail. Raises ValueError, OSError or TlsRefused."""
        terms = self._client_terms
        changed = (*plan.added, *plan.restarted, *plan.retouched)
        apply = ApplyReload(
            operator=operator,
            plan=plan,
            makers={session.name: maker_of(session, terms) for session in (*plan.added, *plan.restarted)},
            admissions={session.name: admission_of(session) for session in changed},
            tell_application=lambda: self._take_in(self._sessions_of(config)),
        )
        calls = {session.name: calling_of(session) for session in changed if session.connect}
        rulebooks = [(template, rulebook_of(template, terms)) for template in config.session_templates]
        return apply, calls, rulebooks

    def _read_certificates(
        self, config: GatewayConfig
    ) -> tuple[list[Certificates | None], list[tuple[SessionConfig, Calling]]]:
        """Of the doors, and of the calls to venues with TLS. Raises TlsRefused."""
        certified = [session for session in config.sessions if any(to.tls is not None for to in session.connect)]
        return [door.read_certificates() for door in self.doors], [(each, calling_of(each)) for each in certified]

    def _use_certificates(
        self, read: list[Certificates | None], certified: list[tuple[SessionConfig, Calling]]
    ) -> None:
        for door, certificates in zip(self.doors, read, strict=True):
            door.use_certificates(certificates)
        for session, calling in certified:
            self._calls.use(session, calling)

    def _sessions_of(self, config: GatewayConfig) -> list[SessionConfig]:
        return sessions_with_made(config.sessions, config.session_templates, self._register.made)

    def _use_calls(self, plan: ReloadPlan, calls: Mapping[str, Calling]) -> None:
        for name in plan.removed:
            self._calls.end(name)
        for session in (*plan.added, *plan.restarted, *plan.retouched):
            if session.name in calls:
                self._calls.use(session, calls[session.name])
