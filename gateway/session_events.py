"""What the gateway itself puts on record about its sessions, beside their messages and numbers.

Records of kind EVENT, each one of these as JSON. What they mean for a process that starts is folded by
`gateway.register`; what they mean for a person is in `fixgate log` and `fixgate session explain`.
"""

from __future__ import annotations

import msgspec


class Event(msgspec.Struct, frozen=True, gc=False, tag=True):
    """Something that must be known after a restart, or that somebody may have to answer for."""


class InstanceBegan(Event, frozen=True, gc=False, tag=True):
    """The numbers of a session belong to this instance of its schedule (UTC ns) from now on."""

    session: str
    start_ns: int
    end_ns: int


class SessionMade(Event, frozen=True, gc=False, tag=True):
    """A session was made from a template, at the first Logon of this counterparty."""

    session: str
    template: str
    target_comp_id: str


class OperatorActed(Event, frozen=True, gc=False, tag=True):
    """An operator did something to a session."""

    session: str
    operator: str
    action: str
    reason: str


class ConfigurationReloaded(Event, frozen=True, gc=False, tag=True):
    """The configuration was read again. `changes` has one line for each key that is another one now, secrets masked."""

    operator: str
    changes: tuple[str, ...]


class PasswordChanged(Event, frozen=True, gc=False, tag=True):
    """A peer gave itself another password by NewPassword(925). `replaced` is the digest of the configured hash whose
    place `password_hash` takes, for as long as that one stays configured. No password stands anywhere."""

    session: str
    replaced: str
    password_hash: str


SessionEvent = InstanceBegan | SessionMade | OperatorActed | ConfigurationReloaded | PasswordChanged

_encoder = msgspec.json.Encoder()
_decoder: msgspec.json.Decoder[SessionEvent] = msgspec.json.Decoder(SessionEvent)


def encode_event(event: SessionEvent) -> bytes:
    return _encoder.encode(event)


def decode_event(payload: bytes) -> SessionEvent:
    """Raises ValueError for what is no event of this version."""
    return _decoder.decode(payload)
