"""What a configuration that is read again changes, and whether it may without a restart. Pure.

All or nothing: a file with one key that cannot be changed in a running process changes nothing at all, so that after a
reload the process is what its file says. Sessions, templates of sessions and nothing else can be changed.

    a session that is new       is there from now on; its numbers are those the journal has for its name
    one that is gone            is logged out, and nobody can log on to it; its numbers, messages and orders stay
    one with other settings     is logged out, comes back under the new ones, and keeps its numbers
    one with other keys only    (accounts, whom to call, who may log on ...) is not disturbed: they count from now on
    all others                  hear and notice nothing

The name of a session stands for its counterparty: its messages must never be sent again to another one. So what a
session is known by on the wire cannot be changed under the same name.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from config.model import GatewayConfig, SessionConfig
from config.secret import Secret

IDENTITY = ("kind", "begin_string", "sender_comp_id", "target_comp_id", "default_appl_ver_id")
COUNT_AT_ONCE = frozenset({
    "accounts", "report_pending", "copies",
    "connect", "reconnect_interval_s",
    "host_selection_policy", "host_selection_policy_priority_start_over_interval_s",
    "password_hash", "client_certificate", "allowed_remote_addresses",
})  # fmt: skip
"""Keys of a session that its engine does not know: orders, calls and Logons to come are judged by them."""
SESSIONS = ("sessions", "session_templates")


class ReloadPlan(NamedTuple):
    """What is to be done. Every session that changes stands in exactly one of the four."""

    changes: tuple[str, ...]
    """One line for each key that is another one now, for the record. Secrets are not in it."""
    added: tuple[SessionConfig, ...]
    removed: tuple[str, ...]
    restarted: tuple[SessionConfig, ...]
    """Logged out, and back under the new settings."""
    retouched: tuple[SessionConfig, ...]
    """Other keys, the same engine."""


def plan_reload(
    old: GatewayConfig,
    new: GatewayConfig,
    old_sessions: Sequence[SessionConfig],
    new_sessions: Sequence[SessionConfig],
) -> ReloadPlan | list[str]:
    """The plan, or why it cannot be: a line for each key. The sessions are those of the file and those that their
    templates have made."""
    refusals = [
        f"{line}: cannot be changed by a reload; restart for it"
        for key in old.__struct_fields__
        if key not in SESSIONS
        for line in differences(key, getattr(old, key), getattr(new, key))
    ]
    before = {session.name: session for session in old_sessions}
    after = {session.name: session for session in new_sessions}
    changes = [f"sessions[{name}]: removed" for name in before if name not in after]
    changes += [f"sessions[{name}]: added" for name in after if name not in before]
    restarted: list[SessionConfig] = []
    retouched: list[SessionConfig] = []
    for name, session in after.items():
        was = before.get(name)
        if was is None or was == session:
            continue
        for key in IDENTITY:
            for line in differences(f"sessions[{name}].{key}", getattr(was, key), getattr(session, key)):
                refusals.append(f"{line}: this is who it is; remove it, and add another one under another name")
        changes += differences(f"sessions[{name}]", was, session)
        changed = {key for key in session.__struct_fields__ if getattr(was, key) != getattr(session, key)}
        (retouched if changed <= COUNT_AT_ONCE else restarted).append(session)
    changes += _template_changes(old, new)
    if refusals:
        return refusals
    return ReloadPlan(
        changes=tuple(changes),
        added=tuple(session for name, session in after.items() if name not in before),
        removed=tuple(name for name in before if name not in after),
        restarted=tuple(restarted),
        retouched=tuple(retouched),
    )


def differences(path: str, old: object, new: object) -> list[str]:
    """One line for each leaf that differs: `sessions[A].max_latency_s: 120 -> 60`. A secret is only said to differ."""
    if old == new:
        return []
    keys: tuple[str, ...] = getattr(old, "__struct_fields__", ())
    if keys and type(old) is type(new):
        return [line for key in keys for line in differences(f"{path}.{key}", getattr(old, key), getattr(new, key))]
    if isinstance(old, tuple) and isinstance(new, tuple) and len(old) == len(new):
        pairs = enumerate(zip(old, new, strict=True))
        return [line for i, (was, now) in pairs for line in differences(f"{path}[{_name_of(was, i)}]", was, now)]
    return [f"{path}: {_shown(old)} -> {_shown(new)}"]


def _template_changes(old: GatewayConfig, new: GatewayConfig) -> list[str]:
    before = {template.name: template for template in old.session_templates}
    after = {template.name: template for template in new.session_templates}
    lines = [f"session_templates[{name}]: removed" for name in before if name not in after]
    for name, template in after.items():
        was, path = before.get(name), f"session_templates[{name}]"
        lines += [f"{path}: added"] if was is None else differences(path, was, template)
    return lines


def _name_of(value: object, index: int) -> str:
    return str(getattr(value, "name", index))


def _shown(value: object) -> str:
    """A value for the record, bounded. A Secret prints as where it is kept."""
    if isinstance(value, tuple) and value and hasattr(value[0], "name"):
        return "[" + ", ".join(str(item.name) for item in value) + "]"
    text = repr(value) if isinstance(value, str | Secret) else str(value)
    return text if len(text) <= 200 else f"{text[:200]}..."
