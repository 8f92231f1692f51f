"""What holds for every function and every endpoint at once. Nothing is listed here: what exists is found."""

import inspect
import json
import re
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import yaml

from functions.api.accounts import get_me
from infra.openapi import document
from infra.parts.discovery import ROOT, Room, endpoints, rooms
from infra.parts.stage import APPLICATION
from shared.base import clock, tokens
from shared.base.ids import new_id
from shared.contract.declare import ANY_ROUTE, Endpoint
from shared.contract.derived import needs_of
from shared.contract.needs import Kind
from shared.contract.permissions import Identity
from shared.contract.resources import EDGE, MEDIA, PUBLIC_KEYS, RENDER, SECRETS, TABLES, TRANSCODE
from shared.domains.accounts.model import Session, User
from shared.domains.accounts.store.sessions import SessionStore, additions
from shared.domains.accounts.store.users import AccountStore
from tests.api import Answer, call
from tests.aws import Stage
from tests.callers import LONG, revive, service_token

ENDPOINTS = [(room, endpoint) for room, endpoint in endpoints() if endpoint.path != ANY_ROUTE]
TOKENLESS = (Identity.PUBLIC, Identity.SIGNATURE)
DOCUMENT = document()
PATHS = DOCUMENT["paths"]


def routes(wanted: Callable[[Endpoint, dict[str, Any]], bool] = lambda endpoint, operation: True) -> Any:
    """Parametrises a test over the routes whose endpoint and operation in the OpenAPI document are wanted."""
    found = [
        pytest.param(room, endpoint, method, path, id=f"{method} {path}")
        for room, endpoint in ENDPOINTS
        for method, path in endpoint.routes
        if wanted(endpoint, PATHS[path][method.lower()])
    ]
    return pytest.mark.parametrize(("room", "endpoint", "method", "path"), found)


SECURITY_HEADERS = {
    "content-security-policy": "default-src 'none'; frame-ancestors 'none'",
    "permissions-policy": "camera=(), geolocation=(), microphone=()",
    "referrer-policy": "no-referrer",
    "strict-transport-security": "max-age=31536000; includeSubDomains",
    "x-content-type-options": "nosniff",
    "x-frame-options": "DENY",
    "x-xss-protection": "1; mode=block",
}
ENVELOPE = {"code", "message", "details", "field_errors", "request_id", "timestamp"}
SOME_ID = "01900000-0000-7000-8000-000000000001"


@pytest.fixture(scope="module")
def callers(lasting_stage: Stage) -> dict[Identity, str]:
    """A token for each kind of caller: an administrator who has an account, and a service that may do all."""
    ends = int(clock.now()) + 86400
    session = Session(new_id(), SOME_ID, "0" * 64, clock.timestamp(), ends)
    user = User(SOME_ID, "administrator", "administrator@example.com", "Administrator", clock.timestamp())
    AccountStore.open().create(user, "v1$none$none", *additions(session))
    person = tokens.Person(SOME_ID, user.username, user.email, user.display_name, "", "admin")
    administrator = tokens.issue_access_token(person, session.id, session_ends=ends, minutes=LONG)
    service = service_token(lasting_stage, "internal:all")
    return {Identity.USER: administrator, Identity.ADMIN: administrator, Identity.SERVICE: service}


@pytest.fixture
def token(callers: dict[Identity, str], lasting_stage: Stage, monkeypatch: pytest.MonkeyPatch) -> dict[Identity, str]:
    """Those tokens, in a stage whose functions know all that they need; limits out of the way."""
    monkeypatch.setenv("RATE_SCALE", "1000")
    monkeypatch.setenv("FFMPEG_PATH", "/nowhere/ffmpeg")
    for room in rooms():
        for need in needs_of(room.declaration):
            if need.resource.kind in (Kind.MACHINE, Kind.FUNCTION):
                monkeypatch.setenv(need.resource.variable, f"showreel-test-{need.resource.name}")
    revive(lasting_stage, callers[Identity.ADMIN])
    return callers


POLICY = "content-security-policy"


def handler_of(room: Room) -> Any:
    return getattr(sys.modules[room.module], "handler")  # noqa: B009 - modules have no known attributes


def ask(room: Room, method: str, path: str, body: Any = None, **more: Any) -> Answer:
    names = re.findall(r"\{([^}]+)\}", path)
    asked = re.sub(r"\{[^}]+\}", SOME_ID, path)
    return call(handler_of(room), method, asked, body, parameters=dict.fromkeys(names, SOME_ID), **more)


def check_form(answer: Answer) -> None:
    """What every answer carries, and the form of an error. A page may run what its policy names by its hash."""
    expected = dict(SECURITY_HEADERS)
    if answer.headers.get("content-type", "").startswith("text/html"):
        policy = answer.headers[POLICY]
        assert policy.startswith("default-src 'none'; ")
        assert policy.endswith("; frame-ancestors 'none'")
        assert "unsafe" not in policy
        expected[POLICY] = policy
    assert {name: answer.headers.get(name) for name in expected} == expected
    assert answer.headers["x-request-id"]
    assert answer.headers["cache-control"]
    if answer.status >= 400 and "status" not in answer.json:
        assert answer.json["success"] is False
        assert set(answer.error) >= ENVELOPE
        assert answer.error["request_id"] == answer.headers["x-request-id"]


@pytest.fixture(scope="module")
def import_faults() -> dict[str, str]:
    """What went wrong when all handlers were imported with an empty environment and without a network."""
    script = Path(__file__).with_name("import_all.py")
    code = f"import runpy, sys; sys.path.insert(0, {str(ROOT)!r}); runpy.run_path({str(script)!r}, run_name='__main__')"
    modules = [room.module for room in rooms()]
    done = subprocess.run(
        [sys.executable, "-c", code, *modules],
        env={},
        cwd="/",
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    faults: dict[str, str] = json.loads(done.stdout.splitlines()[-1])
    return faults


@pytest.mark.parametrize("room", rooms(), ids=lambda room: room.file)
def test_a_handler_imports_with_an_empty_environment_and_no_network(room: Room, import_faults: dict[str, str]) -> None:
    assert room.module not in import_faults, import_faults[room.module]


def test_names_are_unique_and_fit_into_what_aws_allows() -> None:
    names = [room.name for room in rooms()]
    assert len(set(names)) == len(names)
    assert not [name for name in names if len(f"{APPLICATION}-staging-{name}") > 64]
    assert not [room.file for room in rooms() if Path(room.file).stem != room.function.__name__]


def test_no_route_is_served_twice() -> None:
    routes = [
        (method, re.sub(r"\{[^}]*\}", "{}", path)) for _, endpoint in ENDPOINTS for method, path in endpoint.routes
    ]
    assert sorted(set(routes)) == sorted(routes)


def is_documented(answer: Answer, method: str, path: str) -> bool:
    return str(answer.status) in PATHS[path][method.lower()]["responses"]


@routes(lambda endpoint, operation: endpoint.caller.identity not in (Identity.PUBLIC, Identity.OPTIONAL))
def test_strangers_are_told_to_prove_who_they_are(
    token: dict[Identity, str], room: Room, endpoint: Endpoint, method: str, path: str
) -> None:
    answer = ask(room, method, path, None if method == "GET" else {})
    check_form(answer)
    assert answer.status == 401
    assert answer.headers["www-authenticate"] == "Bearer"
    assert is_documented(answer, method, path)


@routes(lambda endpoint, operation: endpoint.caller.identity in (Identity.PUBLIC, Identity.OPTIONAL))
def test_strangers_get_an_answer_where_it_is_open(
    token: dict[Identity, str], room: Room, endpoint: Endpoint, method: str, path: str
) -> None:
    answer = ask(room, method, path, None if method == "GET" else {})
    check_form(answer)
    assert answer.status not in (401, 403, 500)
    assert is_documented(answer, method, path)


def test_what_no_route_answers_has_the_form_too() -> None:
    [room] = [room for room, endpoint in endpoints() if endpoint.path == ANY_ROUTE]
    check_form(call(handler_of(room), "GET", "/nowhere"))


@routes(lambda endpoint, operation: endpoint.caller.identity not in TOKENLESS)
def test_a_bad_token_is_refused_wherever_one_is_read(
    token: dict[Identity, str], room: Room, endpoint: Endpoint, method: str, path: str
) -> None:
    answer = ask(room, method, path, None if method == "GET" else {}, token="e30.e30.e30")
    check_form(answer)
    assert answer.status == 401


@routes(lambda endpoint, operation: endpoint.caller.identity is not Identity.SIGNATURE)
def test_those_who_may_get_an_answer_of_the_documented_form(
    token: dict[Identity, str], room: Room, endpoint: Endpoint, method: str, path: str
) -> None:
    answer = ask(room, method, path, None if method == "GET" else {}, token=token.get(endpoint.caller.identity, ""))
    check_form(answer)
    assert answer.status not in (401, 403, 500)
    assert is_documented(answer, method, path)


@routes(lambda endpoint, operation: endpoint.caller.fresh)
def test_a_session_that_ended_is_refused_at_once_where_it_must_be_fresh(
    token: dict[Identity, str], room: Room, endpoint: Endpoint, method: str, path: str
) -> None:
    ends = int(clock.now()) + 86400
    session = Session(new_id(), SOME_ID, "0" * 64, clock.timestamp(), ends)
    SessionStore.open().begin(session)
    person = tokens.Person(SOME_ID, "administrator", "administrator@example.com", "Administrator", "", "admin")
    own = tokens.issue_access_token(person, session.id, session_ends=ends, minutes=LONG)
    assert call(get_me.handler, "GET", "/api/auth/me", token=own).status == 200
    assert ask(room, method, path, None if method == "GET" else {}, token=own).status != 401
    SessionStore.open().end(SOME_ID, session.id)
    assert call(get_me.handler, "GET", "/api/auth/me", token=own).status == 200, "it was read less than a minute ago"
    answer = ask(room, method, path, None if method == "GET" else {}, token=own)
    check_form(answer)
    assert answer.status == 401


def creates_for_somebody(endpoint: Endpoint) -> bool:
    return endpoint.method == "POST" and endpoint.status in (201, 202) and endpoint.caller.identity is Identity.USER


@routes(lambda endpoint, operation: creates_for_somebody(endpoint))
def test_a_post_that_creates_for_somebody_can_be_repeated_safely(
    room: Room, endpoint: Endpoint, method: str, path: str
) -> None:
    assert endpoint.idempotent
    assert "Idempotency-Key" in [one["name"] for one in PATHS[path][method.lower()]["parameters"]]


@routes(lambda endpoint, operation: endpoint.shared_age > 0)
def test_who_has_an_answer_is_told_so(
    token: dict[Identity, str], room: Room, endpoint: Endpoint, method: str, path: str
) -> None:
    found = ask(room, method, path)
    if found.status == 200:
        found = ask(room, method, path, headers={"if-none-match": found.headers["etag"]})
        assert found.status == 304
    assert {"200", "304"} <= PATHS[path][method.lower()]["responses"].keys()


CONTRACT = yaml.safe_load((ROOT / "tests/contract/endpoints.yaml").read_text())["endpoints"]
SECONDS = {"minute": 60, "hour": 3600, "day": 86400}


SERVED = {" ".join(endpoint.routes[0]): endpoint for _, endpoint in ENDPOINTS}


@pytest.mark.parametrize(
    "entry", [one for one in CONTRACT if "limit" in one and one["route"] in SERVED], ids=lambda one: one["route"]
)
def test_case_41_limits_are_those_of_the_contract(entry: dict[str, Any]) -> None:
    asked = {(int(amount), SECONDS[unit]) for amount, unit in re.findall(r"(\d+)/(minute|hour|day)", entry["limit"])}
    subjects = ("address",) if entry["limit"].endswith("per IP") else ("user", "owner")
    declared = {(limit.amount, limit.seconds) for limit in SERVED[entry["route"]].limits if limit.subject in subjects}
    assert asked <= declared


@pytest.mark.parametrize(("room", "endpoint"), [pytest.param(*pair, id=pair[0].name) for pair in ENDPOINTS])
def test_services_open_with_what_the_endpoint_declares(
    room: Room, endpoint: Endpoint, lasting_stage: Stage, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A table that a function did not ask for has no name there, and no service may look for one."""
    told = {need.resource.variable for need in needs_of(endpoint)}
    for resource in (*TABLES, *SECRETS, MEDIA, PUBLIC_KEYS, TRANSCODE, RENDER, EDGE):
        if resource.variable not in told:
            monkeypatch.delenv(resource.variable, raising=False)
    parameters = inspect.signature(room.function, eval_str=True).parameters.values()
    for opener in [found for one in parameters if (found := getattr(one.annotation, "open", None))]:
        opener()
