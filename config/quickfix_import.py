"""A QuickFIX settings file as a gateway's YAML, with what was changed and what has no counterpart. Pure.

The same file gives the same text. Values of keys that we do not know are not repeated: they may be passwords.
"""

from __future__ import annotations

import json
import re
import textwrap
from collections.abc import Iterator
from typing import NamedTuple

from config.quickfix_keys import FILE, NUMBERED, REFUSED, SESSION, SETTLED, refusal_of
from config.quickfix_settings import Setting, Settings, read_settings
from config.session import SessionConfig, SessionTemplate
from config.session_checks import OWN_DICTIONARIES

_NAMES = {name.upper(): name for table in (REFUSED, SETTLED, FILE, SESSION) for name in reversed(table)}
_EACH_SESSIONS = ("target_comp_id", "default_appl_ver_id")
_FIELDS = [
    "target_comp_id", "target_comp_id_pattern", "kind", "begin_string", "default_appl_ver_id", "sender_comp_id",
    *SessionTemplate.__struct_encode_fields__, *SessionConfig.__struct_encode_fields__,
]  # fmt: skip
_ORDER = {key: i for i, key in enumerate(dict.fromkeys(_FIELDS))}
_TIMES = ("StartTime", "EndTime", "LogonTime", "LogoutTime")
_PLAIN = re.compile(r"[A-Za-z0-9/_.][A-Za-z0-9/_.:+-]*")
_NOT_PLAIN = frozenset({"true", "false", "null", "yes", "no", "on", "off", "y", "n", "~"})
_SECRETS = ("PASSWORD", "RAWDATA", "NEWPASSWORD", "USERNAME")
HEART_BT_INT_S_MAX = 3600


class Imported(NamedTuple):
    text: str
    """The YAML; empty when there is a fault."""
    notes: tuple[str, ...]
    """What was changed or has no counterpart, a line each; they stand in the text as well."""
    faults: tuple[str, ...]
    """Why there is no result."""


class _Value(NamedTuple):
    value: str | list[str]
    source: str
    """For the comment beside it; empty for none."""


Keys = dict[str, _Value]
"""Values in our words by our path (`reset_on_logon`, `connect.host`, `connect#1.host`)."""


def import_quickfix(text: str, name: str, time_zone: str = "") -> Imported:
    """`name` is told in the first line; `time_zone` is what UseLocalTime=Y meant on the host."""
    settings = read_settings(text)
    if settings.faults:
        return Imported("", (), tuple(f"{name}: {fault}" for fault in settings.faults))
    return _Import(settings, name, time_zone).run()


class _Import:
    def __init__(self, settings: Settings, name: str, time_zone: str) -> None:
        self._settings = settings
        self._name = name
        self._time_zone = time_zone
        self._notes: list[str] = list(settings.notes)
        self._faults: list[str] = []
        self._file: Keys = {}
        self._doors: list[str] = []
        self._names: list[str] = []
        self._identities: set[tuple[str, ...]] = set()

    def run(self) -> Imported:
        settings = self._settings
        shared, own_file = self._keys(settings.defaults, "[DEFAULT]")
        self._take_file(own_file)
        sessions: list[tuple[str, Keys]] = []
        templates: list[tuple[str, Keys]] = []
        for section, line in zip(settings.sessions, settings.lines, strict=True):
            where = f"[SESSION] in line {line}"
            keys, own_file = self._keys(section, where)
            self._take_file(own_file)
            template = section.get("ACCEPTORTEMPLATE")
            is_template = template is not None and template.value.upper() == "Y"
            session = self._session(where, shared, keys, is_template)
            if session is not None:
                (templates if is_template else sessions).append(session)
        if self._faults:
            return Imported("", tuple(self._notes), tuple(self._faults))
        return Imported("\n".join(self._lines(shared, sessions, templates)) + "\n", tuple(self._notes), ())

    # -- keys ----------------------------------------------------------------------------------------------------------

    def _keys(self, section: dict[str, Setting], where: str) -> tuple[Keys, Keys]:
        """The section's keys in our words: those of sessions, and those of the whole process."""
        keys: Keys = {}
        file: Keys = {}
        kind = section.get("CONNECTIONTYPE") or self._settings.defaults.get("CONNECTIONTYPE")
        calls = kind is not None and kind.value.lower() == "initiator"
        for setting in section.values():
            name = _NAMES.get(setting.key.upper(), setting.key)
            numbered = _numbered(name)
            settled = SETTLED.get(name)
            if name == "UseLocalTime" and setting.value.upper() == "Y":
                self._local_time(keys, setting)
            elif name in SESSION or name in FILE or numbered is not None:
                self._alias(name, setting, where, keys, {} if name in SESSION and calls else file)
            elif name == "AcceptorTemplate":
                continue
            elif settled is not None:
                if setting.value.upper() not in settled.values:
                    self._note(f"{name}={setting.value} ({where}): has no counterpart: {settled.why}")
            else:
                self._left_out(name, where)
        self._override(section, keys, where)
        return keys, file

    def _alias(self, name: str, setting: Setting, where: str, keys: Keys, file: Keys) -> None:
        value = setting.value
        if not value:
            self._note(f"{name} ({where}): is empty and left out")
            return
        if name in _TIMES and " " in value:  # QuickFIX/J: 08:00:00 Europe/Zurich
            value, _, zone = value.partition(" ")
            keys["time_zone"] = _Value(zone.strip(), f"{name}={setting.value}")
        numbered = _numbered(name)
        tables = ((keys, SESSION), (file, FILE))
        for into, table in tables:
            alias = table.get(name) if numbered is None else table.get(numbered[0])
            if alias is None or name == "HeartBtIntOverride" or alias.path == "listen.allowed_remote_addresses":
                continue
            path = alias.path if numbered is None else alias.path.replace("connect.", f"connect#{numbered[1]}.")
            read = alias.takes.read(value)
            if read is None:
                self._faults.append(f"{self._name}: line {setting.line}: {name}={value} is not {alias.takes.rule}")
            else:
                self._set(into, path, read, name, setting.value, where)

    def _set(self, into: Keys, path: str, value: str | list[str], name: str, written: str, where: str) -> None:
        earlier = into.get(path)
        if earlier is not None and earlier.value != value:
            other = earlier.source.partition("=")[0]
            kept, dropped = (name, other) if name in ("TimestampPrecision", "TimeStampPrecision") else (other, name)
            if path == "reset_on_logon":  # either of the two does it
                kept, dropped = (name, other) if value == "true" else (other, name)
            self._note(f"{dropped} ({where}): left out, {kept} says otherwise")
            if kept != name:
                return
        into[path] = _Value(value, f"{name}={written}")

    def _local_time(self, keys: Keys, setting: Setting) -> None:
        if self._time_zone:
            keys["time_zone"] = _Value(self._time_zone, "UseLocalTime=Y")
        else:
            why = "the times are of the host's zone, which is not in the file; say it: --time-zone Europe/Zurich"
            self._faults.append(f"{self._name}: line {setting.line}: UseLocalTime=Y: {why}")

    def _override(self, section: dict[str, Setting], keys: Keys, where: str) -> None:
        """QuickFIX/Go's switch: the acceptor's own HeartBtInt counts."""
        switch = section.get("HEARTBTINTOVERRIDE")
        if switch is None or switch.value.upper() == "N":
            return
        heart_bt_int = section.get("HEARTBTINT") or self._settings.defaults.get("HEARTBTINT")
        if switch.value.upper() != "Y":
            keys["heart_bt_int_override_s"] = _Value(switch.value, f"HeartBtIntOverride={switch.value}")
        elif heart_bt_int is None:
            self._note(f"HeartBtIntOverride=Y ({where}): left out, there is no HeartBtInt")
        else:
            source = f"HeartBtIntOverride=Y, HeartBtInt={heart_bt_int.value}"
            keys["heart_bt_int_override_s"] = _Value(heart_bt_int.value, source)

    def _left_out(self, name: str, where: str) -> None:
        refusal = refusal_of(name)
        if refusal is not None:
            self._note(f"{name} ({where}): has no counterpart: {refusal}")
        elif name.upper() in _SECRETS:
            self._note(
                f"{name} ({where}): not copied; for a venue write username:, and password: env:NAME or file:PATH"
            )
        else:
            self._note(
                f"{name} ({where}): is no key of QuickFIX that we know; left out (its value is not repeated here)"
            )

    def _note(self, note: str) -> None:
        if note not in self._notes:
            self._notes.append(note)

    def _take_file(self, own: Keys) -> None:
        """Keys of the process may stand in any section; each new port is one more door."""
        for path, value in own.items():
            if path == "listen.port":
                if str(value.value) not in self._doors:
                    self._doors.append(str(value.value))
                    self._file.setdefault(path, value)
            elif path not in self._file:
                self._file[path] = value
            elif self._file[path].value != value.value:
                self._note(f"{value.source}: left out, the process has one {path}: {self._file[path].source}")

    # -- sessions ------------------------------------------------------------------------------------------------------

    def _session(self, where: str, shared: Keys, own: Keys, is_template: bool) -> tuple[str, Keys] | None:
        """Its name, and the keys that it does not share; None when it cannot be taken over."""
        keys = {**shared, **own}
        missing = [key for key in ("kind", "begin_string", "sender_comp_id", "target_comp_id") if key not in keys]
        if missing:
            self._faults.append(f"{self._name}: {where}: has no {', '.join(_quickfix_word(key) for key in missing)}")
            return None
        text = {key: str(value.value) for key, value in keys.items()}
        venue = text["kind"] == "venue"
        fixt = text["begin_string"] == "FIXT.1.1"
        version = text.get("default_appl_ver_id", "") if fixt else text["begin_string"]
        if not venue and version not in OWN_DICTIONARIES:
            taken = ", ".join(OWN_DICTIONARIES)
            self._note(f"{where}: left out: orders are taken in {taken}, not in {version or 'no version at all'}")
            return None
        identity = (text["kind"], text["begin_string"], text["sender_comp_id"], text["target_comp_id"])
        if identity in self._identities:
            self._note(f"{where}: left out: its BeginString and CompIDs are those of an earlier session")
            return None
        self._identities.add(identity)
        own = dict(own)
        own.update({key: shared[key] for key in shared if _is_pushed_down(key) and key not in own})
        self._fit(where, keys, own, venue, fixt)
        if is_template:
            pattern = own.pop("target_comp_id")
            own["target_comp_id_pattern"] = pattern
            if venue or "*" in text["sender_comp_id"] or not re.fullmatch(r"[A-Za-z0-9_.*?-]+", str(pattern.value)):
                self._note(f"{where}: left out: a template is an acceptor's, with a SenderCompID of its own")
                return None
        name = self._session_name({**text, "target_comp_id": "DYNAMIC"} if is_template else text)
        return name, own

    def _fit(self, where: str, keys: Keys, own: Keys, venue: bool, fixt: bool) -> None:
        """What cannot stand in a session of its kind is taken out, what is missing beside another key comes in."""
        for key in [key for key in own if key.startswith("connect")]:
            if not venue:
                if not key.startswith("connect.tls"):
                    self._note(f"{own[key].source} ({where}): left out, an acceptor is called")
                del own[key]
        if not venue and _text(keys, "reject_invalid_message") == "false":
            self._note(f"RejectInvalidMessage=N ({where}): left out, what a client sends wrong is rejected")
            own["reject_invalid_message"] = _Value("true", "")
        if not fixt:
            for key in ("default_appl_ver_id", "transport_data_dictionary", "app_data_dictionary"):
                if key in own:
                    self._note(f"{own.pop(key).source} ({where}): left out, it is for FIXT.1.1")
        elif "data_dictionary" in own:
            self._note(f"{own.pop('data_dictionary').source} ({where}): left out, it is for FIX.4.x")
        heart_bt_int = _text(keys, "heart_bt_int_s")
        if heart_bt_int is not None and heart_bt_int.isdigit():
            if int(heart_bt_int) == 0:
                own["heart_bt_int_s_min"] = _Value("0", "so that HeartBtInt=0 is allowed")
            if int(heart_bt_int) > HEART_BT_INT_S_MAX:
                own["heart_bt_int_s_max"] = _Value(heart_bt_int, "so that HeartBtInt is within its bounds")
        if _text(keys, "first_field_in_group_is_delimiter") == "true":
            own["validate_unordered_group_fields"] = _Value("false", "goes with FirstFieldInGroupIsDelimiter=Y")

    def _session_name(self, text: dict[str, str]) -> str:
        """TargetCompID, with more of the identity as far as it takes to be unique."""
        version = text["begin_string"].replace(".", "")
        parts = [text["target_comp_id"], text["sender_comp_id"], version]
        for count in range(1, 4):
            name = re.sub(r"[^A-Za-z0-9_.-]", "_", "-".join(parts[:count])).lstrip("_.-")[:60] or "SESSION"
            if name not in self._names:
                break
        else:
            name = next(f"{name}-{n}" for n in range(2, 10_000) if f"{name}-{n}" not in self._names)
        self._names.append(name)
        return name

    # -- the text ------------------------------------------------------------------------------------------------------

    def _lines(
        self, shared: Keys, sessions: list[tuple[str, Keys]], templates: list[tuple[str, Keys]]
    ) -> Iterator[str]:
        common = {key: value for key, value in shared.items() if not _is_pushed_down(key)}
        kinds = {str({**shared, **own}["kind"].value) for _, own in [*sessions, *templates]}
        yield f"# Made from {self._name} by `fixgate config import`. Each comment beside a key is what stood there."
        yield "# Not in those settings, and to be added: instruments, limits, accounts, credentials of clients."
        yield "# Numbers are not taken over: a session begins at 1, so agree on a reset with each counterparty."
        for note in self._notes:
            yield from _comment(note)
        yield from self._file_lines("client" in kinds)
        if common:
            yield from ("", "session_defaults:")
            yield from _block(common, "  ")
        yield from ("", "sessions:" if sessions else "sessions: []")
        yield from _named_blocks(sessions)
        if templates:
            yield from ("", "session_templates:")
            yield from _named_blocks(templates)
        venues = [name for name, own in sessions if {**shared, **own}["kind"].value == "venue"]
        if venues:
            yield from ("", "venues:")
            yield from (f"  - {{name: {_scalar(v)}, adapter: fix_standard, session: {_scalar(v)}}}" for v in venues)

    def _file_lines(self, accepts: bool) -> Iterator[str]:
        file = dict(self._file)
        store = file.pop("journal.directory", None)
        if store is not None:
            path = f"{str(store.value).rstrip('/')}/journal"
            yield from ("", "journal:")
            yield f"  directory: {_scalar(path)}  # {store.source}: in a directory of its own, made by --init"
        logs = file.pop("logs.directory", None)
        if logs is not None:
            yield from ("", "logs:")
            yield f"  directory: {_scalar(str(logs.value))}  # {logs.source}"
        door = {path.removeprefix("listen."): value for path, value in file.items() if path.startswith("listen.")}
        if not accepts:
            return
        door.setdefault("host", _Value("0.0.0.0", "QuickFIX listens on all addresses"))  # noqa: S104 - as the old one did
        if not {"tls.certificate_file", "tls.key_file"} <= door.keys():
            door = {key: value for key, value in door.items() if not key.startswith("tls.")}
        if door.get("tls.client_certificate", _Value("none", "")).value == "required" and "tls.ca_file" not in door:
            del door["tls.client_certificate"]
        yield from ("", "listen:")
        for port in self._doors or ["9878"]:
            values = {"port": _Value(port, f"SocketAcceptPort={port}" if self._doors else "our default"), **{
                key: value for key, value in door.items() if key != "port"
            }}  # fmt: skip
            yield from _item(values, "  ")


def _numbered(name: str) -> tuple[str, int] | None:
    """SocketConnectHost2 as its base and 2."""
    found = NUMBERED.fullmatch(name)
    if found is None:
        return None
    return found[1], int(found[2])


def _is_pushed_down(key: str) -> bool:
    """Whether what [DEFAULT] says must stand in each session here."""
    return (
        key in _EACH_SESSIONS
        or (key != "use_data_dictionary" and key.endswith("data_dictionary"))
        or key.startswith("connect")
    )


def _text(keys: Keys, key: str) -> str | None:
    value = keys.get(key)
    return None if value is None else str(value.value)


def _quickfix_word(key: str) -> str:
    words = {alias.path: name for name, alias in reversed(SESSION.items())}
    return words[key]


def _comment(note: str) -> Iterator[str]:
    text = "".join(c if c.isprintable() else "?" for c in note)
    yield from textwrap.wrap(text, 116, initial_indent="# - ", subsequent_indent="#   ", break_on_hyphens=False)


def _named_blocks(sessions: list[tuple[str, Keys]]) -> Iterator[str]:
    for name, own in sessions:
        yield f"  - name: {_scalar(name)}"
        yield from _block(own, "    ")


def _block(keys: Keys, indent: str) -> Iterator[str]:
    """The keys of a session in the order of the model, `connect` as one host or a list."""
    hosts: dict[int, Keys] = {}
    tls: Keys = {}
    plain: Keys = {}
    for path, value in keys.items():
        host = re.fullmatch(r"connect(?:#([0-9]+))?\.(host|port)", path)
        if host is not None:
            hosts.setdefault(int(host[1] or 0), {})[host[2]] = value
        elif path.startswith("connect.tls."):
            tls[path.removeprefix("connect.")] = value
        else:
            plain[path] = value
    for path in sorted(plain, key=lambda path: _ORDER[path]):
        yield _line(path, plain[path], indent)
    if hosts:
        yield f"{indent}connect:"
        for number in sorted(hosts):
            yield from _item({**hosts[number], **tls}, f"{indent}  ")


def _item(values: Keys, indent: str) -> Iterator[str]:
    """An item of a list; `tls.` keys are a mapping of their own."""
    lead = f"{indent}- "
    for key, value in values.items():
        if not key.startswith("tls."):
            yield _line(key, value, lead)
            lead = f"{indent}  "
    tls = {key.removeprefix("tls."): value for key, value in values.items() if key.startswith("tls.")}
    if tls:
        yield f"{lead}tls:"
        for key, value in tls.items():
            yield _line(key, value, f"{indent}    ")


def _line(key: str, value: _Value, lead: str) -> str:
    if isinstance(value.value, list):
        text = f"[{', '.join(map(_scalar, value.value))}]"
    else:
        text = _scalar(value.value)
    source = "".join(c if c.isprintable() else "?" for c in value.source)
    return f"{lead}{key}: {text}" + (f"  # {source}" if source else "")


def _scalar(text: str) -> str:
    """A value as YAML: plain where nothing can be misread, else in quotes."""
    if _PLAIN.fullmatch(text) and (text.lower() not in _NOT_PLAIN or text in ("true", "false")):
        return text
    return json.dumps(text, ensure_ascii=False)
