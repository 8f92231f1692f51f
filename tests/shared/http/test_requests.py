"""Bodies, origins, callers and caches: what every endpoint gets by being declared."""

import base64
import json
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from shared.http.envelope import takes_gzip
from tests.api import Answer, call, event
from tests.aws import Stage
from tests.callers import service_token, user_token
from tests.shared.http import things

SECURITY_HEADERS = (
    "content-security-policy",
    "referrer-policy",
    "strict-transport-security",
    "x-content-type-options",
    "x-frame-options",
)
MEBIBYTE = 1024 * 1024


@pytest.fixture
def token(lasting_stage: Stage, monkeypatch: pytest.MonkeyPatch) -> str:
    monkeypatch.setenv("RATE_SCALE", "1000")
    return user_token(lasting_stage)


def send(token: str, body: Any, handler: Any = things.make_studio_thing_handler, **more: Any) -> Answer:
    return call(handler, "POST", "/api/v1/things", body, token=token, **more)


def refused(answer: Answer) -> bool:
    return 400 <= answer.status < 500 and set(answer.error) >= {
        "code",
        "message",
        "details",
        "field_errors",
        "request_id",
    }


@pytest.mark.parametrize(
    ("body", "says"),
    [
        ("{", "line 1, column 2"),
        ("", None),
        ("null", None),
        ("[]", None),
        ('{"name": "a", "size": NaN}', "NaN is no number"),
        ('{"name": "a", "size": -Infinity}', "-Infinity is no number"),
        ('{"name": "a", "size": 1e999}', "out of range"),
        ('{"name": "a", "size": ' + "9" * 5000 + "}", "out of range"),
        ('{"name": "a", "parts": [-' + "9" * 301 + "]}", "out of range"),
        ('{"name": "\\ud800"}', "surrogate"),
        ('{"name": "\\udc00\\ud800"}', "surrogate"),
        ('{"\\udfff": 1}', "surrogate"),
        ('{"name": "\ud800"}', "not UTF-8"),
        ('\ufeff{"name": "a"}', "BOM"),
        ('{"name": "a", "name": "b"}', "twice"),
        ('{"name": "a", "parts": ' + "[" * 20_000 + "]" * 20_000 + "}", "deeper than 64"),
        ('{"name": "a", "parts": ' + "[" * 70 + "]" * 70 + "}", "deeper than 64"),
        ("[" * 500_000, None),
        ('{"name": 1}', None),
        ('{"name": "a", "colour": "red"}', None),
        ('{"name": "a"} {}', "Extra data"),
        ("\x00", None),
    ],
)
def test_a_body_that_is_no_good_is_the_callers_mistake(token: str, body: str, says: str | None) -> None:
    answer = send(token, body)
    assert answer.status == 400
    assert refused(answer)
    assert says is None or says in answer.error["message"]


def test_bytes_that_are_not_text_are_the_callers_mistake(token: str) -> None:
    sent = event("POST", "/api/v1/things", "x", token=token)
    for raw in (b"\xff\xfe", b'{"name": "\xed\xa0\x80"}', "{}".encode("utf-16")):
        sent |= {"body": base64.b64encode(raw).decode(), "isBase64Encoded": True}
        assert things.make_studio_thing_handler(sent, None)["statusCode"] == 400
    sent |= {"body": "no base64!", "isBase64Encoded": True}
    assert things.make_studio_thing_handler(sent, None)["statusCode"] == 400


@settings(max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    body=st.one_of(st.text(max_size=200), st.recursive(st.none() | st.floats() | st.text(), st.lists).map(json.dumps))
)
def test_no_text_is_a_defect(token: str, body: str) -> None:
    assert send(token, body).status == 400


@settings(max_examples=40, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(raw=st.binary(max_size=200), kind=st.sampled_from(["application/json", "text/plain", "", "a/b; charset=x"]))
def test_no_bytes_are_a_defect(token: str, raw: bytes, kind: str) -> None:
    sent = event("POST", "/api/v1/things", "x", token=token, headers={"content-type": kind})
    sent |= {"body": base64.b64encode(raw).decode(), "isBase64Encoded": True}
    assert 400 <= things.make_studio_thing_handler(sent, None)["statusCode"] < 500


@pytest.mark.parametrize("size", [MEBIBYTE + 1, 3 * MEBIBYTE])
@pytest.mark.parametrize("encoded", [False, True])
def test_case_47_a_body_over_a_mebibyte_is_not_even_parsed(lasting_stage: Stage, size: int, encoded: bool) -> None:
    sent = event("POST", "/api/v1/things", "{" * size)
    if encoded:
        sent |= {"body": base64.b64encode(b"{" * size).decode(), "isBase64Encoded": True}
    answer = things.make_studio_thing_handler(sent, None)
    assert (answer["statusCode"], json.loads(answer["body"])["error"]["code"]) == (413, "PAYLOAD_TOO_LARGE")


def test_a_body_of_a_mebibyte_is_read(token: str) -> None:
    around = len('{"name": ""}')
    assert send(token, '{"name": "' + "a" * (MEBIBYTE - around) + '"}').status == 200


def test_validation_is_400_in_studio_and_422_in_watch(token: str) -> None:
    studio, watch = send(token, {}), call(things.make_thing_handler, "POST", "/api/things", {}, token=token)
    assert (studio.status, watch.status) == (400, 422)
    for answer in (studio, watch):
        assert answer.error["code"] == "VALIDATION_ERROR"
        assert answer.error["field_errors"] == {"name": ["Field required"]}
        assert answer.error["details"] == [{"field": "name", "code": "MISSING_FIELD", "message": "Field required"}]


def test_malformed_json_is_400_in_both(token: str) -> None:
    for handler, path in (
        (things.make_thing_handler, "/api/things"),
        (things.make_studio_thing_handler, "/api/v1/things"),
    ):
        answer = call(handler, "POST", path, "{", token=token)
        assert (answer.status, answer.error["code"]) == (400, "BAD_REQUEST")


def test_of_a_thousand_problems_the_first_are_told(token: str) -> None:
    answer = send(token, {"name": "a", "parts": ["x"] * 10_000})
    assert len(answer.error["details"]) == 50
    long = send(token, {"name": "a", "f" * 100_000: 1})
    assert len(long.body) < 2000


def test_a_defect_tells_nothing_but_an_id(token: str, capsys: pytest.CaptureFixture[str]) -> None:
    answer = call(things.make_thing_handler, "POST", "/api/things", {"name": "broken"}, token=token)
    assert (answer.status, answer.error["code"]) == (500, "SERVER_ERROR")
    assert "defect" not in answer.body
    assert answer.error["request_id"] == answer.headers["x-request-id"]
    assert "a defect" in capsys.readouterr().out


def test_request_ids_and_traces_come_back(token: str) -> None:
    trace = "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01"
    answer = send(token, {"name": "a"}, headers={"x-request-id": "mine-1", "traceparent": trace})
    assert (answer.headers["x-request-id"], answer.headers["traceparent"]) == ("mine-1", trace)
    answer = send(token, {}, headers={"x-request-id": "bad id\r\nx: y", "traceparent": "x"})
    assert answer.headers["x-request-id"] == answer.error["request_id"] != "bad id\r\nx: y"
    assert "traceparent" not in answer.headers


def test_problem_details_for_those_who_ask(token: str) -> None:
    answer = send(token, {}, headers={"accept": "application/problem+json"})
    assert answer.headers["content-type"] == "application/problem+json"
    assert answer.json["status"] == 400
    assert answer.json["code"] == answer.json["title"] == "VALIDATION_ERROR"


@pytest.mark.parametrize(
    "origin",
    [
        "null",
        "",
        "https://showreel.example.evil",
        "https://evilshowreel.example",
        "https://SHOWREEL.example",
        "https://showreel.example:8443",
        "http://showreel.example",
        "https://showreel.example/",
        "https://[",
        "https://[x",
    ],
)
def test_case_49_changes_from_a_foreign_origin_are_refused(token: str, origin: str) -> None:
    answer = send(token, {"name": "a"}, headers={"origin": origin})
    assert (answer.status, answer.error["code"]) == (403, "INSUFFICIENT_PERMISSIONS")
    assert "access-control-allow-origin" not in answer.headers
    assert call(things.get_thing_handler, "GET", "/api/things/1", headers={"origin": origin}).status == 200


def test_changes_from_our_origin_pass_and_bearers_need_no_csrf_token(token: str) -> None:
    headers = {"origin": "https://showreel.example", "cookie": "session=x"}
    answer = send(token, {"name": "a"}, headers=headers)
    assert answer.status == 200
    assert "Origin" in answer.headers["vary"]
    assert "access-control-allow-origin" not in answer.headers  # the gateway's business


@pytest.mark.parametrize("header", ["x-http-method-override", "x-method-override", "x-http-method"])
def test_no_header_changes_the_method(token: str, header: str) -> None:
    assert (
        call(things.make_studio_thing_handler, "GET", "/api/v1/things", token=token, headers={header: "POST"}).status
        == 405
    )


@pytest.mark.parametrize(
    "answer",
    [
        lambda token: send(token, {"name": "a"}),
        lambda token: send(token, {}),
        lambda token: send("", {}),
        lambda token: send(token, "{" * (MEBIBYTE + 1)),
        lambda token: send(token, {"name": "a"}, headers={"origin": "https://evil.example"}),
        lambda token: call(things.make_thing_handler, "POST", "/api/things", {"name": "broken"}, token=token),
        lambda token: call(things.get_thing_handler, "GET", "/api/things/none"),
    ],
)
def test_case_50_every_answer_carries_what_protects_browsers(token: str, answer: Any) -> None:
    found = answer(token)
    assert not [name for name in SECURITY_HEADERS if name not in found.headers]
    assert "no-store" in found.headers["cache-control"]
    assert found.headers["x-request-id"]


def test_what_anybody_may_see_is_cached_by_its_tag(lasting_stage: Stage, token: str) -> None:
    first = call(things.get_thing_handler, "GET", "/api/things/1")
    assert first.headers["cache-control"] == "public, max-age=0, s-maxage=60"
    tag = first.headers["etag"]
    for sent in (tag, tag.removeprefix("W/"), f'"x", {tag}', "*"):
        again = call(things.get_thing_handler, "GET", "/api/things/1", headers={"if-none-match": sent})
        assert (again.status, again.body, again.headers["etag"]) == (304, "", tag)
        assert again.headers["cache-control"] == first.headers["cache-control"]
        assert "content-type" not in again.headers
    assert call(things.get_thing_handler, "GET", "/api/things/2", headers={"if-none-match": tag}).status == 200
    mine = call(things.get_thing_handler, "GET", "/api/things/1", token=token)
    assert mine.headers["cache-control"] == "private, no-store"
    assert mine.headers["etag"] != tag


def test_long_answers_are_compressed_for_those_who_take_it(lasting_stage: Stage, token: str) -> None:
    plain = call(things.get_thing_handler, "GET", "/api/things/1", query="size=100")
    packed = call(
        things.get_thing_handler, "GET", "/api/things/1", query="size=100", headers={"accept-encoding": "gzip"}
    )
    assert packed.headers["content-encoding"] == "gzip"
    assert (packed.body, packed.headers["etag"]) == (plain.body, plain.headers["etag"])


def test_administrators_and_services_are_who_they_must_be(lasting_stage: Stage, token: str) -> None:
    path = "/api/v1/admin/things"
    assert call(things.list_things_handler, "GET", path, token=token).status == 403
    assert call(things.list_things_handler, "GET", path, token=user_token(lasting_stage, "admin")).status == 200
    assert (
        call(things.list_things_handler, "GET", path, token=service_token(lasting_stage, "internal:all")).status == 401
    )
    count = "/internal/things"
    assert call(things.count_things_handler, "GET", count, token=token).status == 401
    assert (
        call(things.count_things_handler, "GET", count, token=service_token(lasting_stage, "internal:x")).status == 403
    )
    assert (
        call(things.count_things_handler, "GET", count, token=service_token(lasting_stage, "internal:all")).status
        == 200
    )


@pytest.mark.parametrize("header", ["Basic YTpi", "Bearer", "Bearer ", "Bearer a b", "Bearer a,Bearer b", "token"])
def test_a_header_that_is_no_bearer_is_401_also_where_none_is_needed(lasting_stage: Stage, header: str) -> None:
    for handler, method, path in (
        (things.make_studio_thing_handler, "POST", "/api/v1/things"),
        (things.get_thing_handler, "GET", "/api/things/1"),
    ):
        answer = call(handler, method, path, headers={"authorization": header})
        assert answer.status == 401
        assert answer.headers["www-authenticate"] == "Bearer"


@pytest.mark.parametrize(
    ("accepted", "packed"),
    [
        ("gzip", True),
        ("br;q=1, GZIP;q=0.5", True),
        ("deflate, *", True),
        ("*;q=0, gzip", True),
        ("gzip;q=0", False),
        ("gzip; q=0.000, identity", False),
        ("*;q=0.0", False),
        ("gzip;q=0, *", False),
        ("gzippy, br", False),
        ("", False),
    ],
)
def test_only_those_get_gzip_who_take_it(accepted: str, packed: bool) -> None:
    assert takes_gzip(accepted) is packed
