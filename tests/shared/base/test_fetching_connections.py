"""Where a fetch ends up: what answers of the name service, connections, certificates and redirects try."""

import socket
import threading
import time
from contextlib import suppress
from dataclasses import replace

import pytest

from tests.shared.base.fetches import BODY, LIMITS, PATIENCE, URL, fetched, page, refused
from tests.shared.base.web import (
    ADDRESS,
    HOST,
    OTHER_ADDRESS,
    OTHER_HOST,
    STRANGER,
    UNTRUSTED,
    Web,
    answer,
    file,
    redirect,
)


@pytest.mark.parametrize("bad", ["169.254.169.254", "127.0.0.1", "10.0.0.1", "::ffff:10.0.0.1", "fd00:ec2::254", "::1"])
@pytest.mark.parametrize("place", [0, 1, 4])
def test_one_answer_that_is_not_public_refuses_the_host(web: Web, bad: str, place: int) -> None:
    answers = [ADDRESS, OTHER_ADDRESS, ADDRESS, OTHER_ADDRESS]
    web.names[HOST] = [[*answers[:place], bad, *answers[place:]]]
    error = refused(web)
    assert (error.code, error.passing) == ("FETCH_REFUSED", False)
    assert "public" in error.message
    assert (web.asked, web.dialled, web.site.connections) == ([HOST], [], 0)


def test_a_name_that_changes_its_answer_is_not_asked_again(web: Web) -> None:
    web.names[HOST] = [[ADDRESS], ["127.0.0.1"]]
    page(web, file(BODY))
    assert fetched(web)[1] == BODY
    assert (web.asked, web.dialled) == ([HOST], [(ADDRESS, 443)])
    # the second answer was there to be had: the next fetch gets it, and goes nowhere
    assert refused(web).code == "FETCH_REFUSED"
    assert web.dialled == [(ADDRESS, 443)]


def test_a_redirect_to_the_same_name_is_looked_up_and_checked_again(web: Web) -> None:
    web.names[HOST] = [[ADDRESS], ["169.254.169.254"]]
    page(web, redirect("/latest/meta-data/"))
    assert refused(web).code == "FETCH_REFUSED"
    assert (web.asked, web.dialled, len(web.site.requests)) == ([HOST, HOST], [(ADDRESS, 443)], 1)


def test_an_unknown_name_is_told(web: Web) -> None:
    error = refused(web, "https://nowhere.example.com/")
    assert (error.code, error.message, error.passing) == (
        "FETCH_FAILED",
        "There is no host named nowhere.example.com",
        False,
    )
    web.names[HOST] = [[]]
    assert refused(web).code == "FETCH_FAILED"


def test_a_name_service_that_is_out_of_order_may_be_back_later(web: Web) -> None:
    def look_up(_: str) -> list[str]:
        raise socket.gaierror(socket.EAI_AGAIN, "try again")

    assert refused(web, network=replace(web.network, look_up=look_up)).passing


def test_a_name_service_that_does_not_answer_is_not_waited_for(web: Web) -> None:
    asked, stopped = [], threading.Event()

    def look_up(host: str) -> list[str]:
        asked.append(host)
        stopped.wait(20)
        return [ADDRESS]

    began = time.monotonic()
    error = refused(web, limits=replace(LIMITS, connect_seconds=0.2), network=replace(web.network, look_up=look_up))
    stopped.set()
    assert (error.code, error.passing, asked, web.dialled) == ("FETCH_TIMEOUT", True, [HOST], [])
    assert time.monotonic() - began < PATIENCE


# The connection


def test_a_host_that_takes_no_connection_is_told(web: Web) -> None:
    web.names[HOST] = [[f"93.184.216.{last}" for last in range(100, 120)]]
    error = refused(web)
    assert (error.code, error.passing) == ("FETCH_FAILED", True)
    assert len(web.dialled) == 4  # of the twenty


def test_addresses_that_swallow_connections_share_the_time(web: Web) -> None:
    given = []

    def dial(address: str, port: int, seconds: float) -> socket.socket:
        given.append(seconds)
        time.sleep(seconds)
        raise TimeoutError

    web.names[HOST] = [[f"93.184.216.{last}" for last in range(100, 104)]]
    began = time.monotonic()
    error = refused(web, limits=replace(LIMITS, connect_seconds=0.4), network=replace(web.network, dial=dial))
    assert error.code == "FETCH_TIMEOUT"
    assert len(given) == 4
    assert sum(given) < 0.45
    assert time.monotonic() - began < PATIENCE


@pytest.mark.parametrize("drips", [True, False])
def test_a_handshake_has_a_deadline(web: Web, drips: bool) -> None:
    stopped = threading.Event()
    with socket.create_server(("127.0.0.1", 0)) as listener:
        met = []

        def handshake() -> None:
            connection, _ = listener.accept()
            with connection, suppress(OSError):
                met.append(connection.recv(5)[:2])
                # a record of 16 kB of which a byte arrives now and then
                for byte in b"\x16\x03\x03\x40\x00" + bytes(1000):
                    if drips:
                        connection.sendall(bytes([byte]))
                    if stopped.wait(0.05):
                        return

        threading.Thread(target=handshake, daemon=True).start()
        web.ports[ADDRESS] = listener.getsockname()[1]
        began = time.monotonic()
        error = refused(web, limits=replace(LIMITS, connect_seconds=0.3))
        stopped.set()
    assert (error.code, met) == ("FETCH_TIMEOUT", [b"\x16\x03"])
    assert time.monotonic() - began < PATIENCE


def test_the_certificate_must_be_the_hosts(web: Web) -> None:
    error = refused(web, f"https://{STRANGER}/film")
    assert (error.code, error.passing) == ("FETCH_REFUSED", False)
    assert (web.site.names, web.site.requests) == ([STRANGER], [])


def test_the_certificates_authority_must_be_trusted(web: Web) -> None:
    web.names[HOST] = [[UNTRUSTED]]
    assert refused(web).code == "FETCH_REFUSED"
    assert web.dialled == [(UNTRUSTED, 443)]


def test_a_server_without_tls_is_told(web: Web) -> None:
    with socket.create_server(("127.0.0.1", 0)) as listener:

        def speak() -> None:
            connection, _ = listener.accept()
            with connection:
                connection.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: 1\r\n\r\na")
                connection.recv(65536)

        threading.Thread(target=speak, daemon=True).start()
        web.ports[ADDRESS] = listener.getsockname()[1]
        assert refused(web).code == "FETCH_FAILED"


def test_no_proxy_of_the_environment_is_used(web: Web, monkeypatch: pytest.MonkeyPatch) -> None:
    with socket.create_server(("127.0.0.1", 0)) as proxy:
        for name in ("https_proxy", "HTTPS_PROXY", "all_proxy", "ALL_PROXY", "http_proxy"):
            monkeypatch.setenv(name, f"http://127.0.0.1:{proxy.getsockname()[1]}")
        monkeypatch.setenv("no_proxy", "")
        page(web, file(BODY))
        assert fetched(web)[1] == BODY
        proxy.setblocking(False)
        with pytest.raises(BlockingIOError):
            proxy.accept()


# Redirects


@pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
def test_redirects_are_followed_without_anything_of_the_last_host(web: Web, status: int) -> None:
    page(web, redirect(f"https://{OTHER_HOST}/b/c?d=e#f", status))
    web.site.pages |= {"/b/c?d=e": redirect("../g", status), "/g": redirect("?h", status), "/g?h": file(BODY)}
    result, data = fetched(web, URL + "#secret")
    assert (data, result.final_url) == (BODY, f"https://{OTHER_HOST}/g?h")
    assert web.asked == [HOST, OTHER_HOST, OTHER_HOST, OTHER_HOST]
    assert [address for address, _ in web.dialled] == [ADDRESS, OTHER_ADDRESS, OTHER_ADDRESS, OTHER_ADDRESS]
    for request in web.site.requests:
        assert {line.split(":")[0] for line in request.split("\r\n")[1:] if line} == {
            "Host",
            "User-Agent",
            "Accept",
            "Accept-Encoding",
            "Connection",
        }


def test_redirects_end(web: Web) -> None:
    page(web, redirect("/film"))
    error = refused(web)
    assert (error.code, error.passing, len(web.site.requests)) == ("FETCH_REFUSED", False, 4)


@pytest.mark.parametrize(
    "location",
    [
        f"http://{OTHER_HOST}/a",
        f"https://{OTHER_HOST}:8443/a",
        f"https://me:secret@{OTHER_HOST}/a",
        f"//me@{OTHER_HOST}/a",
        "https://169.254.169.254/latest/meta-data/",
        "//127.0.0.1/",
        "https://[::1]/",
        "https://2852039166/",
        "file:///etc/passwd",
        "data:text/plain,a",
        "ftp://other.example.com/a",
        "/a b",
        "/a\tb",
        "\\\\other.example.com\\a",
        "/" + "a" * 5000,
    ],
)
def test_a_redirect_is_checked_like_an_address(web: Web, location: str) -> None:
    page(web, redirect(location))
    assert refused(web).code == "FETCH_REFUSED"
    assert (web.asked, len(web.site.requests)) == ([HOST], 1)


@pytest.mark.parametrize("address", ["127.0.0.1", "169.254.169.254", "::ffff:169.254.169.254", "64:ff9b::a9fe:a9fe"])
def test_a_redirect_to_a_name_of_something_internal_is_refused(web: Web, address: str) -> None:
    web.names[OTHER_HOST] = [[address]]
    page(web, redirect(f"https://{OTHER_HOST}/latest/meta-data/"))
    assert refused(web).code == "FETCH_REFUSED"
    assert (web.asked, len(web.dialled), len(web.site.requests)) == ([HOST, OTHER_HOST], 1, 1)


def test_a_redirect_says_clearly_where_to(web: Web) -> None:
    for head in ("", "\nLocation: /a\nLocation: /b", "\nLocation: /\xff"):
        page(web, answer(f"HTTP/1.1 302 Found{head}"))
        assert refused(web).code == "FETCH_FAILED"
    page(web, redirect("/ä".encode().decode("latin-1")))
    web.site.pages["/%C3%A4"] = file(BODY)
    assert fetched(web)[1] == BODY
