"""What `fixgate config check` shows: every key of every session with its value and who said it, and its next hours.

Pure: the time comes in. Secrets show as their references.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from zoneinfo import ZoneInfo

import msgspec

from config.limit_rows import rows_of
from config.load import Origins
from config.model import ExchangeConfig, GatewayConfig
from config.secret import Secret
from config.session import SessionConfig, SessionKeys, SessionTemplate
from gateway.from_config.session_hours import schedule_of
from gateway.instant import NS_PER_S
from gateway.operators.limits_table import limits_lines
from gateway.session.schedule import Schedule

ORIGIN_OWN, ORIGIN_SHARED, ORIGIN_DEFAULT = "own", "session_defaults", "default"
HEAD_KEYS = ("name", "kind", "begin_string", "default_appl_ver_id", "sender_comp_id", "target_comp_id")
CLOCK_CHANGE_DAYS = 370


def table_of(
    config: GatewayConfig | ExchangeConfig, origins: Origins, utc_ns: int, only: str = "", with_defaults: bool = True
) -> Iterator[str]:
    """The lines. `only` names the one session to show; without defaults the keys that somebody wrote are shown."""
    if not only:
        yield f"{config.name}"
        for door in config.listen:
            yield f"  listens on {door.host}:{door.port}, {'TLS' if door.tls is not None else 'plain TCP'}"
        yield f"  journal {config.journal.directory}, logs {config.logs.directory}"
    records: list[tuple[SessionConfig | SessionTemplate, frozenset[str]]] = [
        *zip(config.sessions, origins.sessions, strict=True),
        *zip(config.session_templates, origins.templates, strict=True),
    ]
    for session, own in records:
        if only in ("", session.name):
            yield ""
            yield _headline(session)
            yield from (f"  {line}" for line in hours_of(session, utc_ns))
            yield from _keys(session, own, origins.shared, with_defaults)
    if isinstance(config, GatewayConfig) and not only:
        yield from limits_lines(rows_of(config.limits), config.limits.base_currency)


def _headline(session: SessionConfig | SessionTemplate) -> str:
    version = f"{session.begin_string} {session.default_appl_ver_id}".strip()
    if isinstance(session, SessionTemplate):
        peer = f"{session.target_comp_id_pattern} (template, at most {session.sessions_max} sessions)"
    else:
        peer = session.target_comp_id
    return f"{session.name}: {session.kind}, {version}, {session.sender_comp_id} <-> {peer}"


def _keys(session: SessionKeys, own: frozenset[str], shared: frozenset[str], with_defaults: bool) -> Iterator[str]:
    for key in type(session).__struct_encode_fields__:
        origin = ORIGIN_OWN if key in own else ORIGIN_SHARED if key in shared else ORIGIN_DEFAULT
        if key not in HEAD_KEYS and (with_defaults or origin != ORIGIN_DEFAULT):
            yield f"    {key:<52} {origin:<16} {value_text(getattr(session, key))}"


def value_text(value: object) -> str:
    """A value as it would be written; a secret as where it is kept."""
    if value is None or value == "" or value == ():
        return "-"
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, Secret):
        return value.reference
    if isinstance(value, tuple):
        return f"[{', '.join(map(value_text, value))}]"
    if isinstance(value, msgspec.Struct):
        parts = ((key, getattr(value, key)) for key in value.__struct_encode_fields__)
        return f"{{{', '.join(f'{key}: {value_text(part)}' for key, part in parts if part not in ('', None, ()))}}}"
    return format(value, "f") if isinstance(value, Decimal) else str(value)


# -- hours -------------------------------------------------------------------------------------------------------------


def hours_of(session: SessionKeys, utc_ns: int) -> list[str]:
    """When the session starts, ends and is reset next, on the clock of its zone and in UTC."""
    schedule = schedule_of(session)
    if schedule is None:
        resets = [key for key in ("reset_on_logon", "reset_on_logout", "reset_on_disconnect") if getattr(session, key)]
        return [
            f"no hours: always open; its numbers are {'reset by ' + ', '.join(resets) if resets else 'never reset'}"
        ]
    zone = ZoneInfo(session.time_zone)
    held = schedule.is_inside(utc_ns)
    lines = [f"{'open' if held else 'closed'} now, {_both_clocks(utc_ns, zone)}"]
    if not schedule.stays_connected:
        lines += [
            f"next start   {_both_clocks(schedule.next_start_ns(utc_ns), zone)}",
            f"next end     {_both_clocks(schedule.next_end_ns(utc_ns), zone)}",
        ]
    lines.append(f"next reset   {_both_clocks(schedule.next_reset_ns(utc_ns), zone)}")
    lines += _logon_lines(schedule, utc_ns, zone)
    change_ns = next_clock_change_ns(zone, utc_ns)
    if change_ns is not None:
        lines.append(f"clocks there change {_both_clocks(change_ns, zone)}, from {_offset(zone, change_ns - NS_PER_S)}")
    return lines


def _logon_lines(schedule: Schedule, utc_ns: int, zone: ZoneInfo) -> list[str]:
    if schedule.logon_time_s is None:
        return []
    window = schedule.logon_window(utc_ns)
    return [f"Logons from  {_both_clocks(window.start_ns, zone)}", f"Logons until {_both_clocks(window.end_ns, zone)}"]


def next_clock_change_ns(zone: ZoneInfo, utc_ns: int) -> int | None:
    """When the zone's clocks are next put forward or back; None when they are not within a year."""
    start = datetime.fromtimestamp(utc_ns // NS_PER_S, UTC)
    for days in range(CLOCK_CHANGE_DAYS):
        early, late = start + timedelta(days=days), start + timedelta(days=days + 1)
        before = early.astimezone(zone).utcoffset()
        if late.astimezone(zone).utcoffset() != before:
            while late - early > timedelta(seconds=1):
                middle = early + (late - early) // 2
                if middle.astimezone(zone).utcoffset() == before:
                    early = middle
                else:
                    late = middle
            return int(late.timestamp()) * NS_PER_S
    return None


def _both_clocks(utc_ns: int, zone: ZoneInfo) -> str:
    utc = datetime.fromtimestamp(utc_ns // NS_PER_S, UTC)
    if zone.key == "UTC":
        return f"{utc:%a %Y-%m-%d %H:%M:%S} UTC"
    local = f"{utc.astimezone(zone):%a %Y-%m-%d %H:%M:%S} {zone.key} ({_offset(zone, utc_ns)})"
    return f"{local} = {utc:%a %Y-%m-%d %H:%M:%S} UTC"


def _offset(zone: ZoneInfo, utc_ns: int) -> str:
    offset = f"{datetime.fromtimestamp(utc_ns // NS_PER_S, zone):%z}"
    return f"UTC{offset[:3]}:{offset[3:5]}"
