"""Rules between the keys of one session (or template): what must stand together, and what cannot."""

from __future__ import annotations

from ipaddress import ip_network
from zoneinfo import ZoneInfo

from config.convert import Fault
from config.password_hash import read_password_hash
from config.records import Record
from config.secret import UNREAD
from config.session import SessionKeys, Throttle
from config.yaml_tree import NOWHERE

OWN_DICTIONARIES = ("FIX.4.2", "FIX.4.4", "FIX.5.0SP2")
HOURS = (
    "start_time", "end_time", "start_day", "end_day", "weekdays",
    "logon_time", "logout_time", "logon_day", "logout_day",
)  # fmt: skip
FOR_VENUES = ("connect", "password")
FOR_CALLERS = ("password_hash", "client_certificate")
MULTIPLIER_MAX = 10


def at(path: str, why: str) -> Fault:
    """A fault whose place in the file is looked up by its path."""
    return Fault(NOWHERE, path, why)


def keys_faults(where: str, session: SessionKeys, *, any_version: bool = False) -> list[Fault]:
    """All that is wrong between the keys of one session. `any_version`: its messages are not read as orders."""
    return [
        *_version_faults(where, session),
        *_dictionary_faults(where, session, any_version),
        *_heartbeat_faults(where, session),
        *_hours_faults(where, session),
        *_role_faults(where, session),
        *_connect_faults(where, session),
        *network_faults(where, "allowed_remote_addresses", session.allowed_remote_addresses),
        *_order_faults(where, session),
        *_engagement_faults(where, session),
    ]


def network_faults(where: str, key: str, networks: tuple[str, ...]) -> list[Fault]:
    faults = []
    for i, network in enumerate(networks):
        try:
            ip_network(network)
        except ValueError as error:
            rule = "an address or a network such as 10.0.0.0/8"
            faults.append(at(f"{where}.{key}[{i}]", f"{network!r} is not {rule}: {error}"))
    return faults


def pair_faults(where: str, record: Record, one: str, other: str) -> list[Fault]:
    """Both or neither."""
    given = [key for key in (one, other) if getattr(record, key)]
    if len(given) != 1:
        return []
    missing = other if given == [one] else one
    return [at(f"{where}.{missing}", f"is missing beside {given[0]}")]


def _version_faults(where: str, session: SessionKeys) -> list[Fault]:
    faults = []
    fixt = session.begin_string == "FIXT.1.1"
    if fixt and not session.default_appl_ver_id:
        faults.append(at(f"{where}.default_appl_ver_id", "is missing: FIXT.1.1 needs the version of its messages"))
    if not fixt and session.default_appl_ver_id:
        why = f"'{session.default_appl_ver_id}' has no meaning with {session.begin_string}, only with FIXT.1.1"
        faults.append(at(f"{where}.default_appl_ver_id", why))
    for key in ("transport_data_dictionary", "app_data_dictionary"):
        if not fixt and getattr(session, key):
            faults.append(at(f"{where}.{key}", f"is for FIXT.1.1; with {session.begin_string} set data_dictionary"))
    if fixt and session.data_dictionary:
        why = "is for FIX.4.x; with FIXT.1.1 set transport_data_dictionary and app_data_dictionary"
        faults.append(at(f"{where}.data_dictionary", why))
    return faults


def _engagement_faults(where: str, session: SessionKeys) -> list[Fault]:
    if session.rules_of_engagement and session.kind != "client":
        return [at(f"{where}.rules_of_engagement", f"is for sessions of kind client, not for {session.kind}")]
    return []


def _dictionary_faults(where: str, session: SessionKeys, any_version: bool) -> list[Fault]:
    """Versions we have no dictionary of our own for need one, and clients' orders are read in none of those."""
    fixt = session.begin_string == "FIXT.1.1"
    version = session.default_appl_ver_id if fixt else session.begin_string
    key = "app_data_dictionary" if fixt else "data_dictionary"
    if version and version not in OWN_DICTIONARIES and session.kind != "venue" and not any_version:
        named = "default_appl_ver_id" if fixt else "begin_string"
        return [at(f"{where}.{named}", f"orders are taken in {', '.join(OWN_DICTIONARIES)}, not in {version}")]
    if not version or version in OWN_DICTIONARIES or getattr(session, key):
        return []
    return [
        at(
            f"{where}.{key}",
            f"is missing: there is one of our own for {', '.join(OWN_DICTIONARIES)}, not for {version}",
        )
    ]


def _heartbeat_faults(where: str, session: SessionKeys) -> list[Fault]:
    faults = []
    least, most = session.heart_bt_int_s_min, session.heart_bt_int_s_max
    if least > most:
        faults.append(at(f"{where}.heart_bt_int_s_min", f"{least} is above heart_bt_int_s_max {most}"))
    elif not least <= session.heart_bt_int_s <= most:
        why = f"{session.heart_bt_int_s} is not from {least} to {most}, its own heart_bt_int_s_min and _max"
        faults.append(at(f"{where}.heart_bt_int_s", why))
    test, end = session.test_request_delay_multiplier, session.heart_beat_timeout_multiplier
    for key, value in (("test_request_delay_multiplier", test), ("heart_beat_timeout_multiplier", end)):
        if value > MULTIPLIER_MAX:
            faults.append(at(f"{where}.{key}", f"{value} is above {MULTIPLIER_MAX}: such a peer is never found dead"))
    if end <= test:
        why = f"{end} is not above test_request_delay_multiplier {test}: a peer is asked before it is given up"
        faults.append(at(f"{where}.heart_beat_timeout_multiplier", why))
    return faults


def _hours_faults(where: str, session: SessionKeys) -> list[Fault]:
    faults = zone_faults(where, session.time_zone)
    if session.non_stop_session:
        return faults
    for one, other in (("start_time", "end_time"), ("start_day", "end_day")):
        faults += pair_faults(where, session, one, other)
    given = [key for key in HOURS if getattr(session, key)]
    if session.reset_seq_time is not None and given:
        why = f"is for a session that never ends; it cannot stand beside {given[0]}"
        return [*faults, at(f"{where}.reset_seq_time", why)]
    if given and session.start_time is None and session.end_time is None:
        why = f"is missing: {given[0]} alone says nothing; name start_time and end_time"
        faults.append(at(f"{where}.start_time", why))
    if session.weekdays and session.start_day is not None:
        faults.append(at(f"{where}.weekdays", "cannot stand beside start_day, which is for one session a week"))
    for key in ("logon_day", "logout_day"):
        if getattr(session, key) is not None and (
            session.start_day is None or not (session.logon_time or session.logout_time)
        ):
            faults.append(at(f"{where}.{key}", "is for a session of a week: needs start_day and logon_time"))
    for i, day in enumerate(session.weekdays):
        if day in session.weekdays[:i]:
            faults.append(at(f"{where}.weekdays[{i}]", f"{day} is said twice"))
    return faults


def zone_faults(where: str, name: str) -> list[Fault]:
    """What is wrong with the key time_zone."""
    try:
        ZoneInfo(name)
    except (OSError, ValueError, KeyError):  # KeyError: ZoneInfoNotFoundError
        why = (
            f"'{name}' is not a zone of this machine's database; names are such as UTC, Europe/Zurich, America/New_York"
        )
        return [at(f"{where}.time_zone", why)]
    return []


def _role_faults(where: str, session: SessionKeys) -> list[Fault]:
    """What is for those who call us, and what for those whom we call."""
    faults = []
    kind = session.kind
    if kind == "venue":
        if not session.connect:
            faults.append(at(f"{where}.connect", "is missing: host and port where a session of kind venue calls"))
        for key in FOR_CALLERS:
            if getattr(session, key):
                faults.append(at(f"{where}.{key}", "is for who calls us; a session of kind venue is called by us"))
    else:
        for key in FOR_VENUES:
            if getattr(session, key):
                hint = "; set password_hash" if key == "password" else ""
                faults.append(at(f"{where}.{key}", f"is for kind venue; a session of kind {kind} is called{hint}"))
        if not session.reject_invalid_message:
            why = f"false is for kind venue, whose fills count; what a {kind} sends wrong is rejected"
            faults.append(at(f"{where}.reject_invalid_message", why))
        if session.username and session.password_hash is None:
            faults.append(at(f"{where}.username", "needs password_hash beside it: a name alone proves nothing"))
        if session.password_hash is not None and session.password_hash.reveal() != UNREAD:
            try:
                read_password_hash(session.password_hash.reveal())
            except ValueError as error:
                faults.append(at(f"{where}.password_hash", f"{session.password_hash.reference}: {error}"))
    if session.username and not session.username.isascii():
        faults.append(at(f"{where}.username", "must be ASCII"))
    return faults


def _connect_faults(where: str, session: SessionKeys) -> list[Fault]:
    faults = []
    for i, endpoint in enumerate(session.connect):
        if (endpoint.host, endpoint.port) in [(other.host, other.port) for other in session.connect[:i]]:
            faults.append(at(f"{where}.connect[{i}]", f"{endpoint.host}:{endpoint.port} is said twice"))
        if endpoint.tls is not None:
            faults += pair_faults(f"{where}.connect[{i}].tls", endpoint.tls, "certificate_file", "key_file")
    return faults


def _order_faults(where: str, session: SessionKeys) -> list[Fault]:
    faults = []
    for i, account in enumerate(session.accounts):
        if not account or account in session.accounts[:i]:
            faults.append(at(f"{where}.accounts[{i}]", f"{account!r} is empty or said twice"))
    if session.first_field_in_group_is_delimiter and session.validate_unordered_group_fields:
        why = "needs validate_unordered_group_fields: false, since another order of fields is what it allows"
        faults.append(at(f"{where}.first_field_in_group_is_delimiter", why))
    if session.throttle is not None:
        faults += throttle_faults(f"{where}.throttle", session.throttle)
    return faults


def throttle_faults(where: str, throttle: Throttle) -> list[Fault]:
    faults = []
    for key in ("messages", "cancel_messages"):
        count, interval_ms = getattr(throttle, key), throttle.interval_ms
        if count * 1000 < interval_ms:
            why = f"{count} in {interval_ms} ms is less than one a second, which nothing passes"
            faults.append(at(f"{where}.{key}", why))
    return faults
