"""Which addresses a fetch goes to at all."""

import socket
import ssl
import time

import pytest

from shared.base import fetching_hosts
from shared.base.fetching_hosts import is_public, target, trusted
from shared.base.fetching_rules import FetchRefusedError

HOSTLESS = """
http://media.example.com/a ftp://media.example.com/a file:///etc/passwd data:text/plain,a gopher://media.example.com/
//media.example.com/a media.example.com /a https: https:// https:/media.example.com/a https:///a https://?a javascript:1
""".split()

AUTHORITIES = """
user@media.example.com user:secret@media.example.com @media.example.com a@b@media.example.com media.example.com%40x.com
media.example.com:80 media.example.com:8443 media.example.com:0443 media.example.com: media.example.com:４４３
media.example.com:443:443 media.example.com:-443 localhost metadata intranet 127.0.0.1 127.1 2130706433 0x7f000001
0x7f.1 0177.0.0.1 017700000001 169.254.169.254 169.254.169.254. 93.184.216.34 [::1] [::ffff:169.254.169.254] [::1]:443
[fe80::1%25eth0] 127。0。0。1 １２７.0.0.1 ①②⑦.0.0.1 media..example.com .example.com example.com.. -a.example.com
a.example.c- a.0x7f a.1 me%64ia.example.com media.example.com,b.example.com
""".split()

SPECIAL = """
0.0.0.0 10.0.0.1 100.64.0.1 100.127.255.255 127.0.0.1 127.255.255.254 169.254.169.254 169.254.170.2 172.16.0.1
172.31.255.255 192.0.0.1 192.0.0.170 192.0.2.1 192.88.99.1 192.168.0.1 198.18.0.1 198.19.255.255 198.51.100.1
203.0.113.1 224.0.0.1 239.255.255.255 240.0.0.1 255.255.255.255
:: ::1 ::127.0.0.1 ::ffff:127.0.0.1 ::ffff:169.254.169.254 ::ffff:93.184.216.34 ::ffff:0:10.0.0.1 64:ff9b::a9fe:a9fe
64:ff9b::7f00:1 64:ff9b:1::a00:1 100::1 100:0:0:1::1 2001::1 2001:0:a9fe:a9fe::1 2001:2::1 2001:10::1 2001:20::1
2001:db8::1 2002:7f00:1::1 2002:a9fe:a9fe::1 2002:a00:1::1 3fff::1 5f00::1 fc00::1 fd00:ec2::254 fe80::1 fe80::1%eth0
2606:2800:220:1::1%eth0 fec0::1 ff02::1 ff0e::1 localhost 127.1 2130706433 0x7f.0.0.1 010.0.0.1
""".split()

PUBLIC = "93.184.216.34 1.1.1.1 100.63.255.255 172.32.0.1 192.0.1.1 223.255.255.255 2606:2800:220:1::1 2a00::1".split()


@pytest.mark.parametrize("url", HOSTLESS)
def test_only_https_addresses_with_a_host_are_gone_to(url: str) -> None:
    with pytest.raises(FetchRefusedError):
        target(url)


@pytest.mark.parametrize("authority", AUTHORITIES)
def test_only_names_of_hosts_are_gone_to(authority: str) -> None:
    with pytest.raises(FetchRefusedError) as refusal:
        target(f"https://{authority}/a.mp4")
    assert refusal.value.code == "FETCH_REFUSED"
    assert refusal.value.message.startswith("The address ")


@pytest.mark.parametrize("unwanted", ["\r\n", "\t", " ", "\x00", "\x7f", "\x85", "\\", "\ud800"])
@pytest.mark.parametrize(
    "place", ["{}https://m.example.com/a", "https://m.exa{}mple.com/a", "https://m.example.com/a{}"]
)
def test_characters_that_parsers_read_differently_are_refused(unwanted: str, place: str) -> None:
    with pytest.raises(FetchRefusedError):
        target(place.format(unwanted))


@pytest.mark.parametrize(
    ("url", "meant"),
    [
        ("HTTPS://Media.Example.COM:443", "https://media.example.com/"),
        ("https://media.example.com./a?b=c#d", "https://media.example.com/a?b=c"),
        ("https://media.example.com?b=c", "https://media.example.com/?b=c"),
        ("https://media.example.com/a b".replace(" ", "%20"), "https://media.example.com/a%20b"),
        ("https://media.example.com/ä/%C3%A4?ü=[1]", "https://media.example.com/%C3%A4/%C3%A4?%C3%BC=[1]"),
        ("https://straße.example.com/", "https://xn--strae-oqa.example.com/"),
        ("https://例え。テスト/", "https://xn--r8jz45g.xn--zckzah/"),
        ("https://my_bucket.example.com//a//b/../c", "https://my_bucket.example.com//a//b/../c"),
        ("https://media.example.com/a?sig=a%2Bb+c/d==&x=@:", "https://media.example.com/a?sig=a%2Bb+c/d==&x=@:"),
    ],
)
def test_an_address_has_one_spelling(url: str, meant: str) -> None:
    assert target(url).url == meant
    assert target(meant).url == meant


def test_addresses_have_a_length() -> None:
    longest = "https://media.example.com/".ljust(fetching_hosts.URL_LENGTH, "a")
    assert target(longest).url == longest
    for url in (longest + "a", longest[:-1] + "ä", f"https://{'a' * 64}.com/", f"https://{'a.' * 126}com/"):
        with pytest.raises(FetchRefusedError):
            target(url)


@pytest.mark.parametrize("address", SPECIAL)
def test_special_addresses_are_not_public(address: str) -> None:
    assert not is_public(address)


@pytest.mark.parametrize("address", PUBLIC)
def test_others_are(address: str) -> None:
    assert is_public(address)


def test_the_system_is_asked_for_the_whole_name_once(monkeypatch: pytest.MonkeyPatch) -> None:
    asked = []

    def getaddrinfo(host: bytes, port: int, **kind: int) -> list[tuple[int, int, int, str, tuple[str, int]]]:
        asked.append((host, port, kind))
        return [(socket.AF_INET, socket.SOCK_STREAM, 6, "", ("93.184.216.34", 443))]

    monkeypatch.setattr(socket, "getaddrinfo", getaddrinfo)
    assert fetching_hosts.look_up("media.example.com") == ["93.184.216.34"]
    assert asked == [(b"media.example.com.", 443, {"type": socket.SOCK_STREAM})]


def test_dialling_gives_up_in_time() -> None:
    with socket.create_server(("127.0.0.1", 0), backlog=0) as full:
        address, port = full.getsockname()
        waiting = [socket.socket() for _ in range(8)]
        for one in waiting:  # the queue of the listener is full after the first of them, the kernel drops the others
            one.setblocking(False)
            one.connect_ex((address, port))
        began = time.monotonic()
        with pytest.raises(TimeoutError):
            fetching_hosts.dial(address, port, 0.2)
        assert 0.2 <= time.monotonic() - began < 2
        for one in waiting:
            one.close()


def test_certificates_and_names_are_verified_by_default() -> None:
    context = trusted()
    assert (context.verify_mode, context.check_hostname) == (ssl.CERT_REQUIRED, True)
    assert context.minimum_version == ssl.TLSVersion.TLSv1_2
