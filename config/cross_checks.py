"""Rules between the records of one configuration: what refers to what, and what must not be said twice."""

from __future__ import annotations

from collections.abc import Iterable
from decimal import Decimal

from config.convert import Fault
from config.model import (
    ExchangeConfig,
    FixStandardVenue,
    GatewayConfig,
    InstrumentConfig,
    ListedSymbol,
    SessionConfig,
    Throttle,
    VenueConfig,
)
from config.yaml_tree import NOWHERE

OWN_DICTIONARIES = ("FIX.4.2", "FIX.4.4", "FIX.5.0SP2")


def gateway_faults(config: GatewayConfig) -> list[Fault]:
    """All that is wrong between the parts of a gateway's configuration. Places are the caller's to find."""
    return [
        *_session_faults(config.sessions),
        *_venue_faults(config.venues, config.sessions),
        *_instrument_faults(config.instruments, config.venues),
        *_throttle_faults(config.limits.throttle),
    ]


def sessions_faults(config: GatewayConfig) -> list[Fault]:
    """The same of its sessions alone, for an application that takes any message of any version."""
    return _session_faults(config.sessions, any_version=True)


def exchange_faults(config: ExchangeConfig) -> list[Fault]:
    faults = [
        *_session_faults(config.sessions),
        *_twice("symbols", "symbol", [listed.symbol for listed in config.symbols]),
    ]
    for i, session in enumerate(config.sessions):
        if session.kind != "client":
            faults.append(_at(f"sessions[{i}].kind", f"'{session.kind}': members of an exchange are of kind client"))
    for i, listed in enumerate(config.symbols):
        faults += _price_faults(f"symbols[{i}]", listed)
        faults += _house_faults(f"symbols[{i}]", listed)
    return faults


def _at(path: str, why: str) -> Fault:
    return Fault(NOWHERE, path, why)


def _twice(where: str, key: str, values: Iterable[object]) -> list[Fault]:
    faults = []
    first: dict[object, int] = {}
    for i, value in enumerate(values):
        if value in first:
            faults.append(_at(f"{where}[{i}].{key}", f"{value!r} is already {where}[{first[value]}]"))
        first.setdefault(value, i)
    return faults


def _session_faults(sessions: tuple[SessionConfig, ...], *, any_version: bool = False) -> list[Fault]:
    faults = _twice("sessions", "name", [session.name for session in sessions])
    identities: dict[tuple[str, str, str, bool], int] = {}
    for i, session in enumerate(sessions):
        identity = (session.begin_string, session.sender_comp_id, session.target_comp_id, session.kind == "venue")
        if identity in identities:
            ids = f"{session.begin_string} {session.sender_comp_id} -> {session.target_comp_id}"
            why = f"{ids} is already sessions[{identities[identity]}]; a Logon could not tell them apart"
            faults.append(_at(f"sessions[{i}].target_comp_id", why))
        identities.setdefault(identity, i)
        faults += _one_session_faults(f"sessions[{i}]", session)
        faults += _dictionary_faults(f"sessions[{i}]", session, any_version)
    return faults


def _one_session_faults(at: str, session: SessionConfig) -> list[Fault]:
    faults = []
    fixt = session.begin_string == "FIXT.1.1"
    if fixt and not session.default_appl_ver_id:
        faults.append(_at(f"{at}.default_appl_ver_id", "is missing: FIXT.1.1 needs the version of its messages"))
    if not fixt and session.default_appl_ver_id:
        why = f"'{session.default_appl_ver_id}' has no meaning with {session.begin_string}, only with FIXT.1.1"
        faults.append(_at(f"{at}.default_appl_ver_id", why))
    for key in ("transport_data_dictionary", "app_data_dictionary"):
        if not fixt and getattr(session, key):
            faults.append(_at(f"{at}.{key}", f"is for FIXT.1.1; with {session.begin_string} set data_dictionary"))
    if fixt and session.data_dictionary:
        why = "is for FIX.4.x; with FIXT.1.1 set transport_data_dictionary and app_data_dictionary"
        faults.append(_at(f"{at}.data_dictionary", why))
    least, most = session.heart_bt_int_s_min, session.heart_bt_int_s_max
    if least > most:
        faults.append(_at(f"{at}.heart_bt_int_s_min", f"{least} is above heart_bt_int_s_max {most}"))
    elif not least <= session.heart_bt_int_s <= most:
        why = f"{session.heart_bt_int_s} is not from {least} to {most}, its own heart_bt_int_s_min and _max"
        faults.append(_at(f"{at}.heart_bt_int_s", why))
    if session.kind == "venue" and not session.connect:
        faults.append(_at(f"{at}.connect", "is missing: host and port where a session of kind venue calls"))
    if session.kind != "venue":
        for key in ("connect", "username", "password"):
            if getattr(session, key):
                faults.append(_at(f"{at}.{key}", f"is for kind venue; a session of kind {session.kind} is called"))
    if session.kind != "venue" and not session.reject_invalid_message:
        why = f"false is for kind venue, whose fills count; what a {session.kind} sends wrong is rejected"
        faults.append(_at(f"{at}.reject_invalid_message", why))
    if session.username and not session.username.isascii():
        faults.append(_at(f"{at}.username", "must be ASCII"))
    for i, account in enumerate(session.accounts):
        if not account or account in session.accounts[:i]:
            faults.append(_at(f"{at}.accounts[{i}]", f"{account!r} is empty or said twice"))
    return faults


def _dictionary_faults(at: str, session: SessionConfig, any_version: bool) -> list[Fault]:
    """Versions we have no dictionary of our own for need one, and clients' orders are read in none of those."""
    fixt = session.begin_string == "FIXT.1.1"
    version = session.default_appl_ver_id if fixt else session.begin_string
    key = "app_data_dictionary" if fixt else "data_dictionary"
    if version and version not in OWN_DICTIONARIES and session.kind != "venue" and not any_version:
        where = "default_appl_ver_id" if fixt else "begin_string"
        return [_at(f"{at}.{where}", f"orders are taken in {', '.join(OWN_DICTIONARIES)}, not in {version}")]
    if not version or version in OWN_DICTIONARIES or getattr(session, key):
        return []
    return [
        _at(f"{at}.{key}", f"is missing: there is one of our own for {', '.join(OWN_DICTIONARIES)}, not for {version}")
    ]


def _venue_faults(venues: tuple[VenueConfig, ...], sessions: tuple[SessionConfig, ...]) -> list[Fault]:
    faults = _twice("venues", "name", [venue.name for venue in venues])
    kinds = {session.name: session.kind for session in sessions}
    served: dict[str, str] = {}
    for i, venue in enumerate(venues):
        if not isinstance(venue, FixStandardVenue):
            continue
        at = f"venues[{i}].session"
        kind = kinds.get(venue.session)
        if kind is None:
            faults.append(_at(at, f"'{venue.session}' is not the name of a session; {_known(kinds)}"))
        elif kind != "venue":
            faults.append(_at(at, f"'{venue.session}' is of kind {kind}; orders go out on a session of kind venue"))
        elif venue.session in served:
            faults.append(_at(at, f"'{venue.session}' already serves venue {served[venue.session]}"))
        served.setdefault(venue.session, venue.name)
    for i, session in enumerate(sessions):
        if session.kind == "venue" and session.name not in served:
            faults.append(_at(f"sessions[{i}].kind", f"no venue uses session '{session.name}'"))
    return faults


def _instrument_faults(instruments: tuple[InstrumentConfig, ...], venues: tuple[VenueConfig, ...]) -> list[Fault]:
    faults = _twice("instruments", "symbol", [instrument.symbol for instrument in instruments])
    names = [venue.name for venue in venues]
    for i, instrument in enumerate(instruments):
        at = f"instruments[{i}]"
        if instrument.venue not in names:
            faults.append(_at(f"{at}.venue", f"'{instrument.venue}' is not the name of a venue; {_known(names)}"))
        faults += _price_faults(at, instrument)
        for key in ("min_qty", "max_qty"):
            if getattr(instrument, key) % instrument.lot_size:
                why = f"{getattr(instrument, key)} is not a multiple of lot_size {instrument.lot_size}"
                faults.append(_at(f"{at}.{key}", why))
        if instrument.min_qty > instrument.max_qty:
            faults.append(_at(f"{at}.min_qty", f"{instrument.min_qty} is above max_qty {instrument.max_qty}"))
    return faults


def _throttle_faults(throttle: Throttle) -> list[Fault]:
    faults = []
    for key in ("messages", "cancel_messages"):
        if getattr(throttle, key) * 1000 < throttle.interval_ms:
            why = (
                f"{getattr(throttle, key)} in {throttle.interval_ms} ms is less than one a second, which nothing passes"
            )
            faults.append(_at(f"limits.throttle.{key}", why))
    return faults


def _price_faults(at: str, instrument: InstrumentConfig | ListedSymbol) -> list[Fault]:
    reference: Decimal | None = instrument.reference_price
    if reference is None or not reference % instrument.tick_size:
        return []
    return [_at(f"{at}.reference_price", f"{reference} is not a multiple of tick_size {instrument.tick_size}")]


def _house_faults(at: str, listed: ListedSymbol) -> list[Fault]:
    """The house quotes both sides or neither, at prices and in a size that the exchange takes."""
    bid, offer = listed.house_bid, listed.house_offer
    if bid is None and offer is None:
        return []
    if bid is None or offer is None:
        key = "house_bid" if bid is None else "house_offer"
        return [_at(f"{at}.{key}", "is missing: the house quotes both sides or neither")]
    faults = []
    if bid >= offer:
        faults.append(_at(f"{at}.house_bid", f"{bid} is not below house_offer {offer}"))
    for key, value, step in (
        ("house_bid", bid, listed.tick_size),
        ("house_offer", offer, listed.tick_size),
        ("house_qty", listed.house_qty, listed.lot_size),
    ):
        if value % step:
            faults.append(_at(f"{at}.{key}", f"{value} is not a multiple of {step}"))
    return faults


def _known(names: Iterable[str]) -> str:
    return f"known are {', '.join(names) or 'none'}"
