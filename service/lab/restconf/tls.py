"""A certificate of its own for a lab: whoever has its file can tell the lab from anybody else."""

import ssl
from datetime import timedelta
from ipaddress import ip_address
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from service.lab.time import HostTime

DAYS = 3650


def server_context(folder: Path, address: str) -> tuple[ssl.SSLContext, Path]:
    """What a port shows, and the file by which a client knows it; its key is the lab's alone."""
    folder.mkdir(parents=True, exist_ok=True)
    key = ec.generate_private_key(ec.SECP256R1())
    certificate, secret = folder / "restconf.pem", folder / "restconf.key"
    certificate.write_bytes(_certificate(key, address))
    secret.touch(mode=0o600)
    secret.write_bytes(
        key.private_bytes(
            serialization.Encoding.PEM,
            serialization.PrivateFormat.PKCS8,
            serialization.NoEncryption(),
        )
    )
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate, secret)
    secret.unlink()
    return context, certificate.resolve()


def _certificate(key: ec.EllipticCurvePrivateKey, address: str) -> bytes:
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "aprejoin lab")])
    time = HostTime()  # whoever connects lives in real time, whatever the lab's boxes live in
    now = time.true_utc(time.monotonic())
    made = (
        x509.CertificateBuilder(name, name, key.public_key(), x509.random_serial_number())
        .not_valid_before(now - timedelta(days=1))
        .not_valid_after(now + timedelta(days=DAYS))
        .add_extension(
            x509.SubjectAlternativeName([x509.IPAddress(ip_address(address))]), critical=False
        )
        .sign(key, hashes.SHA256())
    )
    return made.public_bytes(serialization.Encoding.PEM)
