"""An internet of one machine: a name service, public addresses, and TLS servers on the loopback address behind them.

The product's checks stay as they are: it sees public addresses, and `Web.dial` alone knows which port stands for which.
"""

import datetime
import socket
import ssl
import threading
from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

from shared.base.fetching_hosts import Network, trusted

HOST, OTHER_HOST, STRANGER = "media.example.com", "other.example.com", "unnamed.example.com"
ADDRESS, OTHER_ADDRESS, UNTRUSTED = "93.184.216.34", "2606:2800:220:1::1", "93.184.216.99"

Page = Callable[[ssl.SSLSocket], None]


class Authority:
    """A certificate authority of a test run."""

    def __init__(self, folder: Path) -> None:
        self._folder, self._key = folder, ec.generate_private_key(ec.SECP256R1())
        self._name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "Authority of a test")])
        builder = self._builder(self._name, self._key).add_extension(x509.BasicConstraints(True, 0), critical=True)
        self.certificate = builder.add_extension(_usage(authority=True), critical=True).sign(self._key, hashes.SHA256())

    def _builder(self, subject: x509.Name, key: ec.EllipticCurvePrivateKey) -> x509.CertificateBuilder:
        now = datetime.datetime.now(datetime.UTC)
        day = datetime.timedelta(days=1)
        issuer = x509.AuthorityKeyIdentifier.from_issuer_public_key(self._key.public_key())
        builder = x509.CertificateBuilder().subject_name(subject).issuer_name(self._name).public_key(key.public_key())
        builder = builder.serial_number(x509.random_serial_number()).not_valid_before(now - day)
        builder = builder.not_valid_after(now + day).add_extension(issuer, critical=False)
        return builder.add_extension(x509.SubjectKeyIdentifier.from_public_key(key.public_key()), critical=False)

    def server(self, *hosts: str) -> ssl.SSLContext:
        """The context of a server that has a certificate for these hosts."""
        key = ec.generate_private_key(ec.SECP256R1())
        builder = self._builder(x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, hosts[0])]), key)
        names = x509.SubjectAlternativeName([x509.DNSName(host) for host in hosts])
        use = x509.ExtendedKeyUsage([ExtendedKeyUsageOID.SERVER_AUTH])
        builder = builder.add_extension(names, critical=False).add_extension(use, critical=False)
        signed = builder.add_extension(_usage(authority=False), critical=True).sign(self._key, hashes.SHA256())
        pem = serialization.Encoding.PEM
        private = key.private_bytes(pem, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
        path = self._folder / f"{signed.serial_number}.pem"
        path.write_bytes(private + signed.public_bytes(pem))
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(path)
        return context

    def trusted(self) -> ssl.SSLContext:
        """The product's own context, which trusts this authority alone."""
        context = ssl.create_default_context(
            cadata=self.certificate.public_bytes(serialization.Encoding.PEM).decode("ascii")
        )
        assert (context.verify_mode, context.check_hostname) == (trusted().verify_mode, trusted().check_hostname)
        return context


def _usage(*, authority: bool) -> x509.KeyUsage:
    return x509.KeyUsage(
        digital_signature=not authority,
        content_commitment=False,
        key_encipherment=False,
        data_encipherment=False,
        key_agreement=False,
        key_cert_sign=authority,
        crl_sign=authority,
        encipher_only=False,
        decipher_only=False,
    )


class Site:
    """A TLS server: what it does at each path, the heads of requests and the names (SNI) that it was sent."""

    def __init__(self, context: ssl.SSLContext) -> None:
        self.pages: dict[str, Page] = {}
        self.requests: list[str] = []
        self.names: list[str | None] = []
        self.connections = 0
        context.sni_callback = lambda _socket, name, _context: self.names.append(name)
        self._context = context
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.port: int = self._listener.getsockname()[1]
        threading.Thread(target=self._accept, daemon=True).start()

    def _accept(self) -> None:
        while True:
            try:
                connection, _ = self._listener.accept()
            except OSError:
                return
            self.connections += 1
            threading.Thread(target=self._serve, args=(connection,), daemon=True).start()

    def _serve(self, plain: socket.socket) -> None:
        plain.settimeout(5)
        with plain, suppress(OSError), self._context.wrap_socket(plain, server_side=True) as connection:
            head = b""
            while b"\r\n\r\n" not in head:
                head += connection.recv(65536)
            self.requests.append(head.decode())
            self.pages[head.decode().split()[1]](connection)

    def close(self) -> None:
        self._listener.close()


def answer(head: str, body: bytes = b"", *, closes: bool = True) -> Page:
    """A page that sends a header, whose lines are ended here, and a body; `closes` says properly that this was all."""

    def send(connection: ssl.SSLSocket) -> None:
        connection.sendall(head.replace("\n", "\r\n").encode("latin-1") + b"\r\n\r\n" + body)
        if closes:
            connection.unwrap()

    return send


def file(body: bytes, more: str = "") -> Page:
    """A page that is a file as it should be."""
    return answer(f"HTTP/1.1 200 OK\nContent-Type: Video/MP4; codecs=avc1\nContent-Length: {len(body)}{more}", body)


def redirect(location: str, status: int = 302) -> Page:
    """A page that sends elsewhere."""
    return answer(f"HTTP/1.1 {status} Found\nContent-Length: 0\nSet-Cookie: a=b\nLocation: {location}")


def chunked(*chunks: bytes) -> bytes:
    """A body in chunks, its end included."""
    return b"".join(b"%x\r\n%s\r\n" % (len(chunk), chunk) for chunk in (*chunks, b""))


@dataclass
class Web:
    """What the product is given in place of the internet.

    names    host -> the answers that its name gets one after the other, the last for good
    asked    names that were looked up
    dialled  addresses and ports that were connected to
    ports    address -> port on the loopback address
    """

    site: Site
    context: ssl.SSLContext
    ports: dict[str, int]
    names: dict[str, list[list[str]]]
    asked: list[str] = field(default_factory=list)
    dialled: list[tuple[str, int]] = field(default_factory=list)

    @property
    def network(self) -> Network:
        return Network(self.look_up, self.dial, lambda: self.context)

    def look_up(self, host: str) -> list[str]:
        self.asked.append(host)
        answers = self.names.get(host)
        if not answers:
            raise socket.gaierror(socket.EAI_NONAME, "not known")
        return answers.pop(0) if len(answers) > 1 else answers[0]

    def dial(self, address: str, port: int, seconds: float) -> socket.socket:
        self.dialled.append((address, port))
        if address not in self.ports:
            raise ConnectionRefusedError
        return socket.create_connection(("127.0.0.1", self.ports[address]), timeout=seconds)


@dataclass(frozen=True)
class Contexts:
    """TLS for a test run: of a client, of a server that it trusts, and of one that says it is the same."""

    client: ssl.SSLContext
    server: ssl.SSLContext
    untrusted: ssl.SSLContext


@pytest.fixture(scope="session")
def contexts(tmp_path_factory: pytest.TempPathFactory) -> Contexts:
    authority, other = (Authority(tmp_path_factory.mktemp("authority")) for _ in range(2))
    return Contexts(authority.trusted(), authority.server(HOST, OTHER_HOST), other.server(HOST))


@pytest.fixture
def web(contexts: Contexts) -> Iterator[Web]:
    """Two hosts of one server, which has a certificate for both; a host that it has none for; an untrusted server."""
    site, untrusted = Site(contexts.server), Site(contexts.untrusted)
    ports = {ADDRESS: site.port, OTHER_ADDRESS: site.port, UNTRUSTED: untrusted.port}
    names = {HOST: [[ADDRESS]], OTHER_HOST: [[OTHER_ADDRESS]], STRANGER: [[ADDRESS]]}
    yield Web(site, contexts.client, ports, names)
    site.close()
    untrusted.close()
