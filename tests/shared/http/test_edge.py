"""A stage with an edge: who came through it, who went past it, and whom the edge speaks for."""

import hashlib
from functools import partial

import pytest

from tests.api import Answer, call
from tests.aws import Stage
from tests.callers import user_token
from tests.clock import TurnedClock
from tests.shared.http import things

CURRENT, PREVIOUS = "what the edge shows", "what the edge showed before"
START = 1_800_000_000.0

get_thing = partial(call, things.get_thing_handler, "GET", "/api/things/1")
enter = partial(call, things.enter_handler, "POST", "/api/enter", {"name": "a"})


@pytest.fixture
def edged(stage: Stage, monkeypatch: pytest.MonkeyPatch, turned_clock: TurnedClock) -> Stage:
    """A stage whose functions know the digests of two secrets."""
    digests = ",".join(hashlib.sha256(value.encode()).hexdigest() for value in (PREVIOUS, CURRENT))
    monkeypatch.setenv("ORIGIN_DIGESTS", digests)
    turned_clock.seconds = START + 20
    return stage


def through_edge(secret: str = CURRENT, address: str = "198.51.100.9", **more: str) -> dict[str, str]:
    """The headers that the edge adds."""
    return {"x-origin-secret": secret, "x-viewer-address": address, "x-viewer-host": "d1.cloudfront.net", **more}


@pytest.mark.parametrize("secret", [CURRENT, PREVIOUS])
def test_request_through_the_edge_is_answered(edged: Stage, secret: str) -> None:
    assert get_thing(headers=through_edge(secret)).status == 200


@pytest.mark.parametrize("headers", [{}, through_edge(""), through_edge("a guess"), through_edge("ü\ud800")])
def test_request_past_the_edge_is_refused_and_costs_nothing(edged: Stage, headers: dict[str, str]) -> None:
    answers: list[Answer] = []
    assert edged.calls_of(lambda: answers.append(get_thing(headers=headers))) == []
    (refused,) = answers
    assert (refused.status, refused.error["code"]) == (403, "FORBIDDEN")
    assert "retry-after" not in refused.headers


def test_a_good_token_is_no_way_past_the_edge(edged: Stage) -> None:
    token = user_token(edged)
    make = partial(call, things.make_thing_handler, "POST", "/api/things", {"name": "a"}, token=token)
    assert make().status == 403
    assert make(headers=through_edge()).status == 201


def test_digest_is_no_way_past_the_edge(edged: Stage) -> None:
    assert get_thing(headers=through_edge(hashlib.sha256(CURRENT.encode()).hexdigest())).status == 403


def test_nobody_is_let_in_before_there_is_a_secret(edged: Stage, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ORIGIN_DIGESTS", "none")
    assert [get_thing(headers=through_edge(secret)).status for secret in ("", "none", CURRENT)] == [403] * 3


def test_limits_count_the_address_that_the_edge_tells(edged: Stage) -> None:
    assert [enter(headers=through_edge()).status for _ in range(11)] == [200] * 10 + [429]
    assert enter(headers=through_edge(address="203.0.113.8")).status == 200
    ipv6 = through_edge(address="2001:db8:1:2::1")
    assert [enter(headers=ipv6).status for _ in range(10)] == [200] * 10
    assert enter(headers=through_edge(address="2001:db8:1:2:ffff::1")).status == 429


@pytest.mark.parametrize("spoofed", ["x-forwarded-for", "forwarded", "x-real-ip", "cloudfront-viewer-address"])
def test_no_header_of_the_caller_gives_it_another_address_through_the_edge(edged: Stage, spoofed: str) -> None:
    for number in range(10):
        assert enter(headers=through_edge(**{spoofed: f"203.0.113.{number}"})).status == 200
    assert enter(headers=through_edge(**{spoofed: "203.0.113.99"})).status == 429


def test_what_the_edge_would_tell_counts_for_nothing_without_it(stage: Stage, turned_clock: TurnedClock) -> None:
    turned_clock.seconds = START + 20
    told = [through_edge(address=f"198.51.100.{number}") for number in range(11)]
    assert [enter(headers=headers).status for headers in told] == [200] * 10 + [429]


def test_pages_of_the_api_may_post_under_the_name_of_the_edge(edged: Stage) -> None:
    own = {"origin": "https://d1.cloudfront.net"}
    assert enter(headers={**through_edge(), **own}).status == 200
    assert enter(headers={**through_edge(), "origin": "https://api.showreel.example"}).status == 403


def test_host_that_a_caller_claims_is_not_believed(stage: Stage) -> None:
    claimed = {"x-viewer-host": "evil.example", "origin": "https://evil.example"}
    assert enter(headers=claimed).status == 403
