"""Rules between the records of one configuration: what refers to what, and what must not be said twice."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from decimal import Decimal

from config.convert import Fault
from config.limit_rows import slices_faults
from config.model import (
    ExchangeConfig,
    FixStandardVenue,
    GatewayConfig,
    InstrumentConfig,
    ListedSymbol,
    Listen,
    SessionConfig,
    SessionTemplate,
    VenueConfig,
)
from config.people import people_faults
from config.permission_checks import permission_faults
from config.session import SessionKeys
from config.session_checks import at, keys_faults, network_faults, throttle_faults, zone_faults
from config.watching_checks import watching_faults


def gateway_faults(config: GatewayConfig) -> list[Fault]:
    """All that is wrong between the parts of a gateway's configuration. Places are the caller's to find."""
    return [
        *_door_faults(config.listen),
        *_session_faults(config.sessions),
        *_template_faults(config.session_templates, config.sessions),
        *_certificate_faults(config),
        *_venue_faults(config.venues, config.sessions),
        *_instrument_faults(config.instruments, config.venues),
        *permission_faults(config),
        *throttle_faults("limits.throttle", config.limits.throttle),
        *slices_faults(config),
        *people_faults(config),
        *zone_faults("trading_day", config.trading_day.time_zone),
        *watching_faults(config),
    ]


def sessions_faults(config: GatewayConfig) -> list[Fault]:
    """The same of its sessions alone, for an application that takes any message of any version."""
    return _session_faults(config.sessions, any_version=True)


def exchange_faults(config: ExchangeConfig) -> list[Fault]:
    faults = [
        *_door_faults(config.listen),
        *_session_faults(config.sessions),
        *_template_faults(config.session_templates, config.sessions),
        *_certificate_faults(config),
        *_twice("symbols", "symbol", [listed.symbol for listed in config.symbols]),
    ]
    for i, session in enumerate(config.sessions):
        if session.kind != "client":
            faults.append(at(f"sessions[{i}].kind", f"'{session.kind}': members of an exchange are of kind client"))
    for i, listed in enumerate(config.symbols):
        faults += _price_faults(f"symbols[{i}]", listed)
        faults += _house_faults(f"symbols[{i}]", listed)
    return faults


def _twice(where: str, key: str, values: Iterable[object]) -> list[Fault]:
    faults = []
    first: dict[object, int] = {}
    for i, value in enumerate(values):
        if value in first:
            faults.append(at(f"{where}[{i}].{key}", f"{value!r} is already {where}[{first[value]}]"))
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
            faults.append(at(f"sessions[{i}].target_comp_id", why))
        identities.setdefault(identity, i)
        faults += keys_faults(f"sessions[{i}]", session, any_version=any_version)
    return faults


def _template_faults(templates: tuple[SessionTemplate, ...], sessions: tuple[SessionConfig, ...]) -> list[Fault]:
    faults = _twice("session_templates", "name", [template.name for template in templates])
    for i, template in enumerate(templates):
        where = f"session_templates[{i}]"
        if template.kind == "venue":
            faults.append(
                at(f"{where}.kind", "'venue': a template is for who calls us; write each venue under sessions")
            )
        for session in sessions:
            if session.name.startswith(f"{template.name}."):
                why = f"'{template.name}' begins the name of session {session.name}, which it could make a second time"
                faults.append(at(f"{where}.name", why))
        faults += keys_faults(where, template)
    return faults


def _door_faults(doors: tuple[Listen, ...]) -> list[Fault]:
    if not doors:
        return [at("listen", "an empty list: where should anybody connect? Write host and port")]
    faults = []
    for i, door in enumerate(doors):
        where = f"listen[{i}]"
        if door.port and (door.host, door.port) in [(other.host, other.port) for other in doors[:i]]:
            faults.append(at(f"{where}.port", f"{door.host}:{door.port} is said twice"))
        for key in ("allowed_remote_addresses", "proxy_protocol_from"):
            faults += network_faults(where, key, getattr(door, key))
        if door.connections_per_address_max > door.connections_max:
            why = f"{door.connections_per_address_max} is above connections_max {door.connections_max}"
            faults.append(at(f"{where}.connections_per_address_max", why))
        if door.tls is not None:
            if door.tls.client_certificate != "none" and not door.tls.ca_file:
                why = f"is missing: client_certificate {door.tls.client_certificate} is verified against it"
                faults.append(at(f"{where}.tls.ca_file", why))
            if door.tls.crl_file and not door.tls.ca_file:
                faults.append(at(f"{where}.tls.crl_file", "is for certificates of clients: it needs ca_file"))
    return faults


def _certificate_faults(config: GatewayConfig | ExchangeConfig) -> list[Fault]:
    """A session that is bound to a certificate needs a door that asks for one."""
    if any(door.tls is not None and door.tls.client_certificate != "none" for door in config.listen):
        return []
    why = "no door asks for one: set listen.tls.client_certificate to optional or required"
    called: list[tuple[str, SessionKeys]] = [(f"sessions[{i}]", each) for i, each in enumerate(config.sessions)]
    called += [(f"session_templates[{i}]", each) for i, each in enumerate(config.session_templates)]
    return [at(f"{where}.client_certificate", why) for where, session in called if session.client_certificate]


def _venue_faults(venues: tuple[VenueConfig, ...], sessions: tuple[SessionConfig, ...]) -> list[Fault]:
    faults = _twice("venues", "name", [venue.name for venue in venues])
    kinds = {session.name: session.kind for session in sessions}
    served: dict[str, str] = {}
    for i, venue in enumerate(venues):
        if not isinstance(venue, FixStandardVenue):
            continue
        for key in ("ord_types", "times_in_force"):
            if not getattr(venue.supports, key):
                faults.append(at(f"venues[{i}].supports.{key}", "is empty: such a venue takes no order"))
        where = f"venues[{i}].session"
        kind = kinds.get(venue.session)
        if kind is None:
            faults.append(at(where, f"'{venue.session}' is not the name of a session; {_known(kinds)}"))
        elif kind != "venue":
            faults.append(at(where, f"'{venue.session}' is of kind {kind}; orders go out on a session of kind venue"))
        elif venue.session in served:
            faults.append(at(where, f"'{venue.session}' already serves venue {served[venue.session]}"))
        served.setdefault(venue.session, venue.name)
    for i, session in enumerate(sessions):
        if session.kind == "venue" and session.name not in served:
            faults.append(at(f"sessions[{i}].kind", f"no venue uses session '{session.name}'"))
    return faults


def _instrument_faults(instruments: tuple[InstrumentConfig, ...], venues: tuple[VenueConfig, ...]) -> list[Fault]:
    faults = _twice("instruments", "symbol", [instrument.symbol for instrument in instruments])
    names = [venue.name for venue in venues]
    for i, instrument in enumerate(instruments):
        where = f"instruments[{i}]"
        if instrument.venue not in names:
            faults.append(at(f"{where}.venue", f"'{instrument.venue}' is not the name of a venue; {_known(names)}"))
        faults += _price_faults(where, instrument)
        if instrument.routing is not None:
            faults += _split_faults(f"{where}.routing.split", instrument.routing.split, instrument.venue, names)
        for key in ("min_qty", "max_qty"):
            if getattr(instrument, key) % instrument.lot_size:
                why = f"{getattr(instrument, key)} is not a multiple of lot_size {instrument.lot_size}"
                faults.append(at(f"{where}.{key}", why))
        if instrument.close is not None and instrument.close.begins == instrument.close.ends:
            faults.append(at(f"{where}.close.ends", f"{instrument.close.ends} is when it begins"))
        if instrument.min_qty > instrument.max_qty:
            faults.append(at(f"{where}.min_qty", f"{instrument.min_qty} is above max_qty {instrument.max_qty}"))
    return faults


def _split_faults(where: str, split: Mapping[str, int], venue: str, names: list[str]) -> list[Fault]:
    faults = [
        at(f"{where}.{name}", f"is not the name of a venue; {_known(names)}") for name in split if name not in names
    ]
    if venue not in split:
        faults.append(at(where, f"'{venue}', the venue of the instrument, is not among them"))
    return faults


def _price_faults(where: str, instrument: InstrumentConfig | ListedSymbol) -> list[Fault]:
    reference: Decimal | None = instrument.reference_price
    if reference is None or not reference % instrument.tick_size:
        return []
    return [at(f"{where}.reference_price", f"{reference} is not a multiple of tick_size {instrument.tick_size}")]


def _house_faults(where: str, listed: ListedSymbol) -> list[Fault]:
    """The house quotes both sides or neither, at prices and in a size that the exchange takes."""
    bid, offer = listed.house_bid, listed.house_offer
    if bid is None and offer is None:
        return []
    if bid is None or offer is None:
        key = "house_bid" if bid is None else "house_offer"
        return [at(f"{where}.{key}", "is missing: the house quotes both sides or neither")]
    faults = []
    if bid >= offer:
        faults.append(at(f"{where}.house_bid", f"{bid} is not below house_offer {offer}"))
    for key, value, step in (
        ("house_bid", bid, listed.tick_size),
        ("house_offer", offer, listed.tick_size),
        ("house_qty", listed.house_qty, listed.lot_size),
    ):
        if value % step:
            faults.append(at(f"{where}.{key}", f"{value} is not a multiple of {step}"))
    return faults


def _known(names: Iterable[str]) -> str:
    return f"known are {', '.join(names) or 'none'}"
