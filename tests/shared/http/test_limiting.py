"""Limits as callers meet them: statuses, headers, and what cannot be slipped past them."""

import pytest

from shared.contract.resources import LIMITS
from shared.http import limiting
from tests.api import Answer, call
from tests.aws import Stage
from tests.callers import service_token, user_token
from tests.clock import TurnedClock
from tests.shared.http import things

THING = {"name": "a"}
START = 1_800_000_000.0


def enter(**more: object) -> Answer:
    return call(things.enter_handler, "POST", "/api/enter", THING, **more)


def test_a_request_tells_what_its_buckets_hold(stage: Stage, turned_clock: TurnedClock) -> None:
    turned_clock.seconds = START + 20
    answer = enter()
    assert answer.status == 200
    assert answer.headers["ratelimit-policy"] == '"auth";q=10;w=60'
    assert answer.headers["ratelimit"] == '"auth";r=9;t=40'
    assert answer.headers["x-ratelimit-limit"] == "10"
    assert answer.headers["x-ratelimit-remaining"] == "9"
    assert answer.headers["x-ratelimit-reset"] == str(int(START) + 60)


def test_a_request_that_pays_twice_tells_of_both_and_of_the_tightest(stage: Stage, turned_clock: TurnedClock) -> None:
    turned_clock.seconds = START + 20
    answer = call(things.make_thing_handler, "POST", "/api/things", THING, token=user_token(stage))
    assert answer.headers["ratelimit-policy"] == (
        '"user-minute";q=100;w=60, "user-hour";q=1000;w=3600, "things";q=50;w=3600'
    )
    assert answer.headers["ratelimit"] == '"user-minute";r=99;t=40, "user-hour";r=999;t=3580, "things";r=49;t=3580'
    assert answer.headers["x-ratelimit-limit"] == "50"


def test_logging_in_costs_one_write(stage: Stage) -> None:
    enter()  # that the stage is open is known from here on
    assert stage.calls_of(enter) == ["dynamodb:UpdateItem"]


def test_case_43_the_eleventh_login_of_an_address_is_refused_in_either_endpoint(
    stage: Stage, turned_clock: TurnedClock
) -> None:
    turned_clock.seconds = START + 20
    assert [enter().status for _ in range(10)] == [200] * 10
    for refused in (enter(), call(things.enter_again_handler, "POST", "/api/enter/again", THING)):
        assert refused.status == 429
        assert refused.error["code"] == "RATE_LIMITED"
        assert refused.error["retry_after"] == 40
        assert refused.headers["retry-after"] == "40"
        assert refused.headers["ratelimit"] == '"auth";r=0;t=40'
        assert refused.headers["x-ratelimit-remaining"] == "0"
    assert enter(address="198.51.100.1").status == 200
    turned_clock.seconds = START + 60
    assert enter().status == 200


@pytest.mark.parametrize(
    "headers",
    [
        {"x-forwarded-for": "198.51.100.9"},
        {"forwarded": "for=198.51.100.9"},
        {"cloudfront-viewer-address": "198.51.100.9:4711"},
        {"x-viewer-address": "198.51.100.9"},
        {"x-origin-secret": "guess", "x-viewer-address": "198.51.100.9"},
        {"x-real-ip": "198.51.100.9"},
    ],
)
def test_case_43_no_header_of_the_caller_gives_it_another_address(
    stage: Stage, turned_clock: TurnedClock, headers: dict[str, str]
) -> None:
    for _ in range(10):
        enter()
    assert enter(headers=headers).status == 429


def test_case_43_a_customer_s_ipv6_addresses_are_one(stage: Stage, turned_clock: TurnedClock) -> None:
    for number in range(10):
        assert enter(address=f"2001:db8:1:2::{number + 1}").status == 200
    assert enter(address="2001:db8:1:2:ffff::1").status == 429
    assert enter(address="2001:db8:1:3::1").status == 200


def test_case_43_a_user_s_limit_holds_over_tokens_and_addresses(stage: Stage, turned_clock: TurnedClock) -> None:
    user_id = "01900000-0000-7000-8000-000000000001"
    statuses = []
    for number in range(52):
        token = user_token(stage, user_id=user_id)
        address = f"198.51.100.{number}"
        answer = call(things.make_thing_handler, "POST", "/api/things", THING, token=token, address=address)
        statuses.append(answer.status)
    assert statuses == [201] * 50 + [429] * 2
    assert call(things.make_thing_handler, "POST", "/api/things", THING, token=user_token(stage)).status == 201


def test_the_general_limit_of_a_user_holds_over_endpoints(stage: Stage, turned_clock: TurnedClock) -> None:
    turned_clock.seconds = START
    token = user_token(stage)
    for _ in range(50):
        assert call(things.make_studio_thing_handler, "POST", "/api/v1/things", THING, token=token).status == 200
        assert call(things.get_thing_handler, "GET", "/api/things/1", token=token).status == 200
    refused = call(things.make_studio_thing_handler, "POST", "/api/v1/things", THING, token=token)
    assert (refused.status, refused.error["code"]) == (429, "RATE_LIMIT_EXCEEDED")
    assert refused.headers["x-ratelimit-limit"] == "100"
    assert call(things.get_thing_handler, "GET", "/api/things/1").status == 200


def test_anonymous_readers_have_twenty_at_once(stage: Stage, turned_clock: TurnedClock) -> None:
    answers = [call(things.get_thing_handler, "GET", "/api/things/1") for _ in range(22)]
    assert [answer.status for answer in answers] == [200] * 20 + [429] * 2
    assert answers[-1].headers["retry-after"] == "1"


def test_what_has_no_bucket_says_nothing_of_limits(stage: Stage) -> None:
    answer = call(things.count_things_handler, "GET", "/internal/things", token=service_token(stage, "internal:things"))
    assert answer.status == 200
    assert not [name for name in answer.headers if "ratelimit" in name]


def test_an_error_of_the_endpoint_tells_of_limits_too(stage: Stage) -> None:
    answer = call(things.get_thing_handler, "GET", "/api/things/none")
    assert answer.status == 404
    assert answer.headers["x-ratelimit-limit"] == "20"


def test_without_the_table_spending_is_refused_and_the_rest_admitted(stage: Stage) -> None:
    token = user_token(stage)
    with stage.refusing("dynamodb", "UpdateItem", "InternalServerError") as fired:
        refused = enter()
        admitted = call(things.make_studio_thing_handler, "POST", "/api/v1/things", THING, token=token)
        limiting.forget()
        anonymous = call(things.get_thing_handler, "GET", "/api/things/1")
    assert fired
    assert (refused.status, refused.error["code"]) == (503, "SERVICE_UNAVAILABLE")
    assert refused.headers["retry-after"] == "5"
    assert (admitted.status, anonymous.status) == (200, 200)
    assert "ratelimit" not in admitted.headers


def make_thing(token: str, thing: object = THING, **more: object) -> Answer:
    return call(things.make_thing_handler, "POST", "/api/things", thing, token=token, **more)


def buckets(stage: Stage, name: str) -> list[str]:
    """What a bucket has counted, for each of its subjects and windows."""
    return [row["taken"]["N"] for row in stage.rows(LIMITS) if row["bucket"]["S"].startswith(f"{name}#")]


def test_what_the_general_limit_refuses_costs_nothing_else(stage: Stage, turned_clock: TurnedClock) -> None:
    turned_clock.seconds = START
    token = user_token(stage)
    assert make_thing(token).status == 201
    for _ in range(99):
        call(things.make_studio_thing_handler, "POST", "/api/v1/things", THING, token=token)
    refused = make_thing(token)
    assert (refused.status, refused.headers["x-ratelimit-limit"]) == (429, "100")
    assert buckets(stage, "things") == ["1"]


@pytest.mark.parametrize("body", [{}, {"name": 7}, {**THING, "surplus": 1}, "{"])
def test_what_is_not_valid_costs_a_user_nothing_of_the_endpoint_s_own_limit(stage: Stage, body: object) -> None:
    token = user_token(stage)
    assert make_thing(token, body).status in (400, 422)
    assert buckets(stage, "things") == []
    assert make_thing(token).status == 201
    assert buckets(stage, "things") == ["1"]


def test_what_is_not_valid_costs_an_address_as_much_as_what_is(stage: Stage) -> None:
    assert call(things.enter_handler, "POST", "/api/enter", {}).status == 422
    assert buckets(stage, "auth") == ["1"]


@pytest.mark.parametrize("token", ["", "e30.e30.e30"])
def test_requests_without_good_proof_are_limited_as_anonymous_ones(
    stage: Stage, turned_clock: TurnedClock, token: str
) -> None:
    answers = [call(things.make_thing_handler, "POST", "/api/things", THING, token=token) for _ in range(22)]
    assert [answer.status for answer in answers] == [401] * 20 + [429] * 2
    assert answers[0].headers["ratelimit-policy"] == '"address";q=20;w=2'
    assert call(things.get_thing_handler, "GET", "/api/things/1").status == 429
    assert make_thing(user_token(stage)).status == 201


def test_bad_tokens_where_none_is_needed_are_limited_too(stage: Stage, turned_clock: TurnedClock) -> None:
    answers = [call(things.get_thing_handler, "GET", "/api/things/1", token="e30.e30.e30") for _ in range(22)]
    assert [answer.status for answer in answers] == [401] * 20 + [429] * 2


def test_bad_tokens_are_refused_as_ever_when_nobody_counts(stage: Stage) -> None:
    with stage.refusing("dynamodb", "UpdateItem", "InternalServerError") as fired:
        assert call(things.make_thing_handler, "POST", "/api/things", THING, token="e30.e30.e30").status == 401
    assert fired


def test_a_limit_of_the_endpoint_that_cannot_be_counted_refuses_after_one_try(stage: Stage) -> None:
    token = user_token(stage)
    with stage.refusing("dynamodb", "UpdateItem", "InternalServerError") as fired:
        assert make_thing(token).status == 503
    assert len(fired) == 1


def test_ipv4_in_ipv6_is_the_ipv4_address(stage: Stage, turned_clock: TurnedClock) -> None:
    assert [enter(address="::ffff:198.51.100.1").status for _ in range(5)] == [200] * 5
    assert [enter(address="198.51.100.1").status for _ in range(6)] == [200] * 5 + [429]
    assert enter(address="::ffff:198.51.100.2").status == 200
