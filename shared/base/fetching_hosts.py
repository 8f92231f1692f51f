"""Where a fetch may go: https addresses of hosts on the public internet, and a connection to what was checked.

The name is looked up once. Every answer must be public, and the connection is made to one of these answers: whoever
changes the name's answer after the check changes nothing.
"""

import functools
import re
import socket
import ssl
import threading
from collections.abc import Callable, Iterable
from concurrent.futures import Future
from dataclasses import dataclass
from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network, ip_address
from urllib.parse import quote, urljoin, urlsplit

from shared.base.fetching_rules import Deadline, FetchFailedError, FetchRefusedError, FetchTimeoutError, Limits

PORT = 443
URL_LENGTH = 4096
"""Characters of an address: presigned ones with a session's token have 2 000."""

ADDRESSES_TRIED = 4
"""A host's addresses that are tried one after the other; all of its addresses are checked."""

# Parsers drop or reinterpret these, each in its own way
_UNREADABLE = re.compile(r"[\x00-\x20\x7f-\x9f\\]")
_AUTHORITY = re.compile(r"([^@:%\[\]]+?)\.?(?::443)?")
# At least two labels, the last of which begins with a letter: no IPv4 address in any of its spellings does
_HOST = re.compile(r"(?:[a-z0-9_](?:[a-z0-9_-]{0,61}[a-z0-9_])?\.)+[a-z](?:[a-z0-9-]{0,61}[a-z0-9])?")

# Source: the IANA registries of special-purpose addresses. Python's own knowledge of them differs between versions.
_SPECIAL_4 = [
    IPv4Network(network)
    for network in (
        "0.0.0.0/8 10.0.0.0/8 100.64.0.0/10 127.0.0.0/8 169.254.0.0/16 172.16.0.0/12 192.0.0.0/24 192.0.2.0/24"
        " 192.88.99.0/24 192.168.0.0/16 198.18.0.0/15 198.51.100.0/24 203.0.113.0/24 224.0.0.0/4 240.0.0.0/4"
    ).split()
]
# Hosts have addresses of 2000::/3. Outside lie loopback, private, link-local, multicast, and IPv4 in disguise: mapped,
# compatible, NAT64 with its /96 and /48. Inside, 2001::/23 has Teredo, 2002::/16 is 6to4, the others are examples.
_GLOBAL_6 = IPv6Network("2000::/3")
_SPECIAL_6 = [IPv6Network(network) for network in ("2001::/23", "2001:db8::/32", "2002::/16", "3fff::/20")]


@dataclass(frozen=True)
class Target:
    """A place that may be asked. `path` includes the query; both are ASCII as they are sent."""

    host: str
    path: str

    @property
    def url(self) -> str:
        """The one spelling of this address."""
        return f"https://{self.host}{self.path}"


def target(url: str, base: str = "") -> Target:
    """What an address means, relative to another one if `base` is given. FetchRefusedError when we do not go there.

    Nothing is looked up: this can be asked before a request is accepted.
    """
    if len(url) > URL_LENGTH or _UNREADABLE.search(url):
        raise FetchRefusedError(f"The address is longer than {URL_LENGTH} characters or has ones that no address has")
    try:
        parts = urlsplit(urljoin(base, url))
        path = quote(parts.path or "/", safe="/%!$&'()*+,;=:@~")
        query = quote(parts.query, safe="/%!$&'()*+,;=:@~?[]")
        found = Target(_host(parts.netloc), f"{path}?{query}" if query else path)
    except ValueError:
        raise FetchRefusedError("The address cannot be read") from None
    if parts.scheme != "https":
        raise FetchRefusedError("The address must begin with https://")
    if len(found.url) > URL_LENGTH:
        raise FetchRefusedError(f"The address is longer than {URL_LENGTH} characters")
    return found


def _host(authority: str) -> str:
    """The host's name in ASCII. ValueError when it cannot be one."""
    found = _AUTHORITY.fullmatch(authority)
    if not found:
        raise FetchRefusedError("The address must name a host, with neither a user nor a port other than 443")
    name = found[1].lower()
    if not name.isascii():
        import idna

        name = idna.encode(name, uts46=True).decode()
    if len(name) > 253 or not _HOST.fullmatch(name):
        raise FetchRefusedError("The address must name a host by its full name, like media.example.com")
    return name


def is_public(address: str) -> bool:
    """Whether an IP address, as text, is one that hosts on the internet have."""
    try:
        ip: IPv4Address | IPv6Address = ip_address(address)
    except ValueError:
        return False
    if isinstance(ip, IPv4Address):
        return ip.is_global and not any(ip in network for network in _SPECIAL_4)
    has_zone = "%" in address
    return not has_zone and ip.is_global and ip in _GLOBAL_6 and not any(ip in network for network in _SPECIAL_6)


def look_up(host: str) -> list[str]:
    """The addresses of a host, from the system's name service; the final dot keeps search domains out."""
    found = socket.getaddrinfo(f"{host}.".encode(), PORT, type=socket.SOCK_STREAM)
    return [str(entry[4][0]) for entry in found]


def dial(address: str, port: int, seconds: float) -> socket.socket:
    """A TCP connection to an IP address."""
    return socket.create_connection((address, port), timeout=seconds)


@functools.cache
def trusted() -> ssl.SSLContext:
    """TLS 1.2 and newer with the authorities that the system trusts; the certificate must be the host's."""
    context = ssl.create_default_context()
    context.minimum_version = ssl.TLSVersion.TLSv1_2
    context.set_alpn_protocols(["http/1.1"])
    return context


@dataclass(frozen=True)
class Network:
    """The three things that a connection is made of.

    look_up  host -> its IP addresses; OSError when it has none
    dial     IP address, port, seconds -> a TCP connection; OSError when there is none
    trusted  -> the TLS context, which verifies certificates and host names
    """

    look_up: Callable[[str], Iterable[str]] = look_up
    dial: Callable[[str, int, float], socket.socket] = dial
    trusted: Callable[[], ssl.SSLContext] = trusted


INTERNET = Network()


def connect(host: str, limits: Limits, network: Network, deadline: Deadline) -> ssl.SSLSocket:
    """A connection to the host that its certificate names, at an address that is public. The caller closes it."""
    addresses = _public_addresses(host, network, deadline.left(limits.connect_seconds))
    until = Deadline(deadline.left(limits.connect_seconds))
    try:
        plain = _dial_one(addresses[:ADDRESSES_TRIED], network, until, limits.connect_seconds)
        try:
            plain.settimeout(until.left())
            # A connection that is cut must not look like the end of what was sent
            return network.trusted().wrap_socket(plain, server_hostname=host, suppress_ragged_eofs=False)
        except BaseException:
            plain.close()
            raise
    except TimeoutError:
        raise FetchTimeoutError(f"{host} took too long to connect") from None
    except ssl.SSLCertVerificationError as error:
        raise FetchRefusedError(f"The certificate of {host} is not good: {error.verify_message}") from error
    except OSError as error:
        raise FetchFailedError(f"There is no connection to {host}", passing=True) from error


def _dial_one(addresses: list[str], network: Network, until: Deadline, seconds: float) -> socket.socket:
    """A connection to the first address that takes one; the last one's OSError when none does."""
    for address in addresses[:-1]:
        try:
            return network.dial(address, PORT, until.left(seconds / len(addresses)))
        except OSError:  # a host without IPv6 cannot reach the first half of most answers
            continue
    return network.dial(addresses[-1], PORT, until.left())


def _public_addresses(host: str, network: Network, seconds: float) -> list[str]:
    """What a host's name stands for, all of it public."""
    try:
        found = _looked_up(host, network).result(timeout=seconds)
    except TimeoutError:
        raise FetchTimeoutError(f"The name of {host} could not be looked up in time") from None
    except (OSError, ValueError) as error:
        passing = isinstance(error, socket.gaierror) and error.errno == socket.EAI_AGAIN
        raise FetchFailedError(f"There is no host named {host}", passing=passing) from error
    if not found:
        raise FetchFailedError(f"There is no host named {host}")
    if not all(is_public(address) for address in found):
        raise FetchRefusedError(f"{host} is not a host on the public internet")
    return found


def _looked_up(host: str, network: Network) -> "Future[list[str]]":
    """Look a name up beside this thread: the system's call knows no deadline."""
    future: Future[list[str]] = Future()

    def ask() -> None:
        try:
            future.set_result(list(dict.fromkeys(network.look_up(host))))
        except (OSError, ValueError) as error:
            future.set_exception(error)

    threading.Thread(target=ask, daemon=True).start()
    return future
