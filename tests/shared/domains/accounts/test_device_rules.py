"""What devices are called and known by, and what a mail says of them."""

import pytest

from shared.domains.accounts.model import Device, Edition, Session
from shared.domains.accounts.rules.devices import MOST, SEEN_DAYS, is_new, kind_of, mark_of, near, noted
from shared.domains.accounts.rules.letters import device_letter
from shared.providers.mail.rendering import as_html, as_text
from tests.shared.domains.accounts.agents import CHROME, FIREFOX, IPHONE

DAY = 86400
NOON = 1_790_000_000
KINDS = {
    FIREFOX: "Firefox on Linux",
    CHROME: "Chrome on Windows",
    IPHONE: "Safari on an iPhone",
    CHROME + " Edg/141.0.0.0": "Edge on Windows",
    CHROME + " OPR/120.0.0.0": "Opera on Windows",
    "Mozilla/5.0 (Linux; Android 10; K) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/141.0 Mobile Safari/537.36": (
        "Chrome on Android"
    ),
    "Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/18.5 "
    "Safari/605.1.15": "Safari on macOS",
    "Mozilla/5.0 (X11; CrOS x86_64 14541.0.0) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/141.0 Safari/537.36": (
        "Chrome on ChromeOS"
    ),
    "Player/1 CFNetwork/1494 Darwin/23.4.0": "an app on a device of Apple",
    "okhttp/4.12.0": "an app on Android",
    "curl/8.5.0": "curl",
    "python-httpx/0.28.1": "a Python program",
    "Go-http-client/2.0": "a Go program",
    "": "another program",
    "Win-a-prize-at-evil.example/1.0": "another program",
}


@pytest.mark.parametrize(("agent", "kind"), KINDS.items())
def test_agents_in_words(agent: str, kind: str) -> None:
    assert kind_of(agent) == kind


@pytest.mark.parametrize(
    ("address", "shown"),
    [
        ("203.0.113.7", "203.0.113.*"),
        ("2001:db8:1:2::/64", "2001:db8:1:*"),
        ("2001:db8::/64", "2001:db8:0:*"),
        ("unknown", ""),
        ("", ""),
    ],
)
def test_addresses_without_their_end(address: str, shown: str) -> None:
    assert near(address) == shown


@pytest.mark.parametrize(
    ("device", "mark"),
    [
        (Device("203.0.113.7", FIREFOX), "Firefox on Linux in 203.0.0.0/16"),
        (Device("2001:db8:1:2::/64", FIREFOX), "Firefox on Linux in 2001:db8::/32"),
        (Device("203.0.113.7", IPHONE), "Safari on an iPhone"),
        (Device("203.0.113.7", "okhttp/4.12.0"), "an app on Android"),
        (Device("203.0.113.7", "curl/8.5.0"), "curl in 203.0.0.0/16"),
        (Device(), "another program"),
    ],
)
def test_what_a_device_is_known_by(device: Device, mark: str) -> None:
    assert mark_of(device) == mark


def test_a_device_is_new_where_others_are_known() -> None:
    laptop, phone = Device("203.0.113.7", FIREFOX), Device("203.0.113.7", IPHONE)
    assert not is_new(None, laptop), "nobody has noted from where it was entered"
    assert is_new({}, laptop)
    first = noted(None, laptop, NOON)
    assert first
    assert not is_new(first, laptop)
    assert is_new(first, phone)


def test_a_device_is_noted_now_and_then() -> None:
    laptop, phone = Device("203.0.113.7", FIREFOX), Device("203.0.113.7", IPHONE)
    both = noted(noted(None, laptop, NOON), phone, NOON)
    assert both
    assert list(both) == [mark_of(laptop), mark_of(phone)]
    assert noted(both, laptop, NOON + (SEEN_DAYS - 1) * DAY) is None
    later = noted(both, laptop, NOON + SEEN_DAYS * DAY)
    assert later
    assert list(later) == [mark_of(phone), mark_of(laptop)]
    assert set(later.values()) == {"2026-09-21", "2026-10-21"}


def test_the_one_that_was_not_seen_for_the_longest_time_makes_room() -> None:
    devices = [Device(f"10.{number}.0.1", FIREFOX) for number in range(MOST + 2)]
    known = None
    for device in devices:
        known = noted(known, device, NOON)
    assert known
    assert list(known) == [mark_of(device) for device in devices[2:]]


def session(agent: str = CHROME, address: str = "203.0.113.7") -> Session:
    return Session("an-id", "ada", "", "2026-11-07T09:05:00.000Z", 0, Edition.WATCH, Device(address, agent))


def test_the_mail_says_when_from_what_and_what_to_do() -> None:
    mail = device_letter("ada@example.com", session(), api="https://api.example.org/", frontend="")
    text, html = as_text(mail), as_html(mail)
    for told in (
        *("7 November 2026 at 09:05 UTC", "Chrome on Windows", "203.0.113.*", "do nothing", "set another password"),
        *("POST https://api.example.org/api/v1/auth/password,", "/password-reset", "/sessions/an-id"),
    ):
        assert told in text
        assert told in html
    assert "<a " not in html, "there is no page that it could lead to"
    assert "203.0.113.7" not in text


def test_with_a_frontend_it_leads_there() -> None:
    mail = device_letter("ada@example.com", session(), api="https://api", frontend="https://app.example.org/")
    assert mail.link == "https://app.example.org/security"
    assert mail.link in as_text(mail)
    assert f'href="{mail.link}"' in as_html(mail)
    assert "POST" not in as_text(mail)


def test_nothing_that_a_client_wrote_is_in_it() -> None:
    evil = '<a href="https://evil.example">Chrome/1 free money</a>'
    mail = device_letter("ada@example.com", session(evil, "<b>"), api="https://api", frontend="")
    assert "evil" not in as_text(mail)
    assert "money" not in as_text(mail)
    assert "with Chrome, from a network that is not known" in as_text(mail)
