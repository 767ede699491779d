"""TLS 1.2 and 1.3: our side of it, as server and as client, and what its failures mean in words.

The peer's certificate chain is verified by the ssl module; whether the certificate may log on as the session that its
Logon names is the lobby's question. Sessions are never resumed: who was let in yesterday shows its certificate again.
"""

from __future__ import annotations

import ssl
from datetime import datetime, timedelta
from pathlib import Path
from typing import NamedTuple

from gateway.net.certificate import next_update_of, validities_of

AEAD_CIPHERS = "ECDHE+AESGCM:ECDHE+CHACHA20"
"""For TLS 1.2; all suites of TLS 1.3 are of this kind."""
EXPIRY_WARNING_DAYS = 30
Certificates = ssl.SSLContext
"""Files that have been read, for the TLS of connections."""
_VERSIONS = {"1.2": ssl.TLSVersion.TLSv1_2, "1.3": ssl.TLSVersion.TLSv1_3}
_CLIENT_CERTIFICATE = {
    "none": ssl.CERT_NONE,
    "optional": ssl.CERT_OPTIONAL,
    "required": ssl.CERT_REQUIRED,
}


class TlsRefused(Exception):
    """The files or terms cannot be used; the message names key, file and what to do."""


class TlsTerms(NamedTuple):
    """Names of PEM files; empty for none. `client_certificate` and `crl_file` are a server's."""

    certificate_file: str = ""
    key_file: str = ""
    ca_file: str = ""
    client_certificate: str = "none"
    crl_file: str = ""
    minimum_version: str = "1.2"
    cipher_suite: str = ""


def server_context(terms: TlsTerms) -> ssl.SSLContext:
    """For a listening door. Raises TlsRefused."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.options |= ssl.OP_NO_TICKET | ssl.OP_NO_RENEGOTIATION | ssl.OP_CIPHER_SERVER_PREFERENCE
    context.num_tickets = 0
    _set_versions_and_ciphers(context, terms)
    _load_own_certificate(context, terms)
    if terms.client_certificate != "none":
        if not terms.ca_file:
            raise TlsRefused("tls.ca_file: is missing: whose certificates may clients show?")
        context.verify_mode = _CLIENT_CERTIFICATE[terms.client_certificate]
        _load_authorities(context, "tls.ca_file", terms.ca_file)
        if terms.crl_file:
            _load_authorities(context, "tls.crl_file", terms.crl_file)
            context.verify_flags |= ssl.VERIFY_CRL_CHECK_LEAF
    return context


def client_context(terms: TlsTerms) -> ssl.SSLContext:
    """Towards a venue, whose certificate and name are always verified. Raises TlsRefused."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    _set_versions_and_ciphers(context, terms)
    if terms.ca_file:
        _load_authorities(context, "tls.ca_file", terms.ca_file)
    else:
        context.load_default_certs(ssl.Purpose.SERVER_AUTH)
    if terms.certificate_file:
        _load_own_certificate(context, terms)
    return context


def warnings_of(terms: TlsTerms, now: datetime) -> list[str]:
    """What will go wrong soon, or has already: certificates and revocation lists that expire."""
    found = []
    for key, path in (("certificate_file", terms.certificate_file), ("ca_file", terms.ca_file)):
        if path:
            for validity in validities_of(_read(f"tls.{key}", path)):
                found += _expiry(key, path, validity.not_after, now)
    if terms.crl_file:
        next_update = next_update_of(_read("tls.crl_file", terms.crl_file))
        if next_update is not None and next_update <= now:
            found.append(
                f"crl_file {terms.crl_file} was to be renewed by {next_update:%Y-%m-%d %H:%M} UTC: until then every "
                "client certificate is refused"
            )
    return found


def explain(error: BaseException) -> str:
    """What went wrong in a handshake, and what to do about it."""
    if isinstance(error, ssl.SSLCertVerificationError):
        code = getattr(error, "verify_code", None)  # errors that OpenSSL did not make have neither code nor reason
        told = getattr(error, "verify_message", None) or str(error)
        words = _VERIFICATION.get(code or 0)
        return f"{told}: {words}" if words else f"{told} ({code})"
    if isinstance(error, ssl.SSLError):
        reason = (getattr(error, "reason", None) or "").upper()
        words = _REASONS.get(reason)
        if words is None and "_ALERT_" in reason:
            words = "the peer has refused us: its log says more"
        told = reason.lower().replace("_", " ") or str(error)
        return f"{told}: {words}" if words else told
    if isinstance(error, (TimeoutError, ConnectionAbortedError)):
        return "the TLS handshake was not complete in time: does the peer speak TLS on this port?"
    if isinstance(error, ConnectionResetError):
        return "the peer hung up during the TLS handshake: its log says more"
    return str(error) or type(error).__name__


_VERIFICATION = {
    3: "crl_file has no list of the authority that issued this certificate: add it",
    9: "it becomes valid later; check the clocks of both machines",
    10: "have it renewed by its authority",
    11: "the list in crl_file is of the future; check this machine's clock",
    12: "the list in crl_file has expired: fetch a new one and reload",
    18: "its authority must be one of ca_file; have a certificate issued by one of those",
    19: "the authority at the end of its chain is not in ca_file; if it should be trusted, add it",
    20: "its authority is not in ca_file; wrong certificate, or an authority to be added",
    21: "the peer does not send its intermediate certificates; it must send the whole chain",
    23: "it has been revoked by its authority: have a new one issued",
    26: "its extended key usage does not permit this use (clientAuth for clients, serverAuth for servers)",
    62: "the venue's certificate is for another name; check connect.host, or set tls.server_name",
    64: "the venue's certificate is for another address; check connect.host, or set tls.server_name",
}
"""By OpenSSL's X509_V_ERR numbers."""

_REASONS = {
    "PEER_DID_NOT_RETURN_A_CERTIFICATE": "this port wants a client certificate; configure one at the client",
    "UNSUPPORTED_PROTOCOL": "the peer offers only protocols older than minimum_version; it needs TLS 1.2 or 1.3",
    "VERSION_TOO_LOW": "the peer offers only protocols older than minimum_version; it needs TLS 1.2 or 1.3",
    "WRONG_VERSION_NUMBER": "what it sent is no TLS: plain FIX on a TLS port, or an ancient protocol",
    "HTTP_REQUEST": "what it sent is HTTP: a browser or a scanner",
    "NO_SHARED_CIPHER": "the peer offers no cipher suite that is permitted here; it needs one with AES-GCM or ChaCha20",
    "NO_SHARED_SIGNATURE_ALGORITHMS": "the peer does not take the kind of key that our certificate has",
    "UNEXPECTED_EOF_WHILE_READING": "the peer hung up during the handshake: its log says more",
    "BAD_SIGNATURE": "the peer's private key does not belong to its certificate",
    "TLSV1_ALERT_UNKNOWN_CA": "the peer does not trust the authority of our certificate: it must add it",
    "TLSV13_ALERT_CERTIFICATE_REQUIRED": "the peer wants a certificate of ours: set tls.certificate_file",
    "TLSV1_ALERT_PROTOCOL_VERSION": "the peer does not speak the versions that we do (1.2 and 1.3)",
    "SSLV3_ALERT_HANDSHAKE_FAILURE": "the peer shares no cipher suite with us, or wants a certificate of ours",
    "SSLV3_ALERT_CERTIFICATE_EXPIRED": "the peer says that our certificate has expired",
    "SSLV3_ALERT_CERTIFICATE_UNKNOWN": "the peer does not take our certificate: its log says more",
    "SSLV3_ALERT_BAD_CERTIFICATE": "the peer does not take our certificate: its log says more",
}
"""By OpenSSL's names of reasons."""


def _set_versions_and_ciphers(context: ssl.SSLContext, terms: TlsTerms) -> None:
    context.minimum_version = _VERSIONS[terms.minimum_version]
    try:
        context.set_ciphers(terms.cipher_suite or AEAD_CIPHERS)
    except ssl.SSLError:
        raise TlsRefused(f"tls.cipher_suite: {terms.cipher_suite!r} leaves no suite that OpenSSL knows") from None


def _load_own_certificate(context: ssl.SSLContext, terms: TlsTerms) -> None:
    certificate, key = terms.certificate_file, terms.key_file
    if not key:
        raise TlsRefused("tls.key_file: is missing: the private key of certificate_file")
    _read("tls.certificate_file", certificate)
    _read("tls.key_file", key)
    mode = Path(key).stat().st_mode & 0o777
    if mode & 0o077:
        raise TlsRefused(f"tls.key_file: {key}: mode {mode:04o} lets others read it; chmod 0400")
    try:
        context.load_cert_chain(certificate, key, password=_no_password)
    except ssl.SSLError as error:
        if error.reason == "KEY_VALUES_MISMATCH":
            raise TlsRefused(f"tls.key_file: {key} is not the key of {certificate}") from None
        raise TlsRefused(
            f"tls.certificate_file, tls.key_file: {certificate} and {key} cannot be used ({error.reason or error}): "
            "PEM, the certificate before its chain, the key without a pass phrase"
        ) from None


def _no_password() -> str:
    return ""  # an encrypted key must not make the process ask its terminal


def _load_authorities(context: ssl.SSLContext, key: str, path: str) -> None:
    _read(key, path)
    try:
        context.load_verify_locations(path)
    except ssl.SSLError as error:
        raise TlsRefused(f"{key}: {path}: holds nothing that can be used ({error.reason or error}); PEM?") from None


def _read(key: str, path: str) -> bytes:
    try:
        return Path(path).read_bytes()
    except OSError as error:
        raise TlsRefused(f"{key}: {path}: cannot be read: {error.strerror}") from None


def _expiry(key: str, path: str, not_after: datetime, now: datetime) -> list[str]:
    if not_after <= now:
        return [f"{key} {path} has expired on {not_after:%Y-%m-%d %H:%M} UTC: have it renewed, then reload"]
    if not_after - now <= timedelta(days=EXPIRY_WARNING_DAYS):
        days = (not_after - now).days
        return [f"{key} {path} expires on {not_after:%Y-%m-%d %H:%M} UTC, in {days} days: have it renewed, then reload"]
    return []
