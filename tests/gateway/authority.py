"""A certification authority for tests: certificates good and bad, and a revocation list. Files are PEM."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

CLIENT, SERVER = ExtendedKeyUsageOID.CLIENT_AUTH, ExtendedKeyUsageOID.SERVER_AUTH
Days = tuple[float, float]


class Identity:
    """A certificate and its key, each in a file that only its owner reads."""

    def __init__(self, directory: Path, name: str, certificate: x509.Certificate, key: ec.EllipticCurvePrivateKey):
        self.certificate = certificate
        self.sha256 = certificate.fingerprint(hashes.SHA256()).hex()
        self.certificate_file = directory / f"{name}.pem"
        self.key_file = directory / f"{name}.key"
        self.certificate_file.write_bytes(certificate.public_bytes(serialization.Encoding.PEM))
        self.key_file.touch(mode=0o600)
        self.key_file.write_bytes(
            key.private_bytes(
                serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
            )
        )


class Authority:
    """Makes certificates that begin and end as many days from now as `days` says."""

    def __init__(self, directory: Path, name: str) -> None:
        self.directory = directory
        self._name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)])
        self._key = ec.generate_private_key(ec.SECP256R1())
        certificate = (
            self._builder(self._name, self._key, (-3000, 3000))
            .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
            .sign(self._key, hashes.SHA256())
        )
        self.file = directory / f"{name}.pem"
        self.file.write_bytes(certificate.public_bytes(serialization.Encoding.PEM))

    def issue(
        self,
        common_name: str,
        usage: x509.ObjectIdentifier | None = CLIENT,
        days: Days = (-1, 365),
        dns: str = "",
        file_name: str = "",
    ) -> Identity:
        key = ec.generate_private_key(ec.SECP256R1())
        subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, common_name)])
        builder = self._builder(subject, key, days)
        if usage is not None:
            builder = builder.add_extension(x509.ExtendedKeyUsage([usage]), critical=False)
        if dns:
            builder = builder.add_extension(x509.SubjectAlternativeName([x509.DNSName(dns)]), critical=False)
        certificate = builder.sign(self._key, hashes.SHA256())
        return Identity(self.directory, file_name or common_name, certificate, key)

    def self_signed(self, common_name: str) -> Identity:
        """Somebody who vouches for himself."""
        key = ec.generate_private_key(ec.SECP256R1())
        name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, common_name)])
        certificate = self._builder(name, key, (-1, 365), issuer=name).sign(key, hashes.SHA256())
        return Identity(self.directory, f"{common_name}-self-signed", certificate, key)

    def revoke(self, *identities: Identity, days: Days = (-1, 30)) -> Path:
        """The list of those that are not to be trusted any more."""
        now = datetime.now(UTC)
        builder = (
            x509.CertificateRevocationListBuilder()
            .issuer_name(self._name)
            .last_update(now + timedelta(days=days[0]))
            .next_update(now + timedelta(days=days[1]))
        )
        for identity in identities:
            revoked = x509.RevokedCertificateBuilder()
            revoked = revoked.serial_number(identity.certificate.serial_number).revocation_date(now)
            builder = builder.add_revoked_certificate(revoked.build())
        path = self.directory / "revoked.pem"
        path.write_bytes(builder.sign(self._key, hashes.SHA256()).public_bytes(serialization.Encoding.PEM))
        return path

    def _builder(
        self, subject: x509.Name, key: ec.EllipticCurvePrivateKey, days: Days, issuer: x509.Name | None = None
    ) -> x509.CertificateBuilder:
        now = datetime.now(UTC)
        return (
            x509.CertificateBuilder()
            .subject_name(subject)
            .issuer_name(issuer or self._name)
            .public_key(key.public_key())
            .serial_number(x509.random_serial_number())
            .not_valid_before(now + timedelta(days=days[0]))
            .not_valid_after(now + timedelta(days=days[1]))
        )
