"""No secret reaches a log: not of a request, an answer, a mail or the stage, whatever becomes of the request."""

import json
import logging

import pytest

from bench.calls import REQUESTS
from bench.crowd import PASSWORD
from infra.openapi import document
from shared.base import logs
from shared.base.ids import new_id
from shared.contract.declare import post
from shared.http.framework import BaseModel
from shared.http.serve import serve
from tests.api import call
from tests.callers import api_key
from tests.canaries import Canaries, everything_written, sensitive_fields
from tests.contract.watched import (
    Spoil,
    Watched,
    broken_aws,
    canary,
    here,
    invalid,
    with_bad_key,
    with_bad_token,
    with_cookies,
)

__all__ = ["here"]

TALKING = sorted({operation for operation, _ in sensitive_fields(document())})
"""Operations that take or tell a secret."""
WITH_BODY = {
    operation["operationId"]
    for item in document()["paths"].values()
    for operation in item.values()
    if "requestBody" in operation
}


def _with_second_factor(here: Watched) -> tuple[str, dict[str, str], str]:
    """Somebody with a second factor: their token, who they are, and a code that is good once."""
    token, code, recovery = here.enrolled()
    path = "/api/v1/auth/mfa/confirm"
    here.ask("credentials.confirm_mfa", "POST", path, {"mfa_code": code}, token=token)
    return token, here.ask("accounts.get_me", "GET", "/api/auth/me", token=token).json["user"], recovery


def _log_in_with_codes(here: Watched) -> None:
    for name, path, key in (
        ("accounts.log_in", "/api/auth/login", "login"),
        ("sessions.log_in_creator", "/api/v1/auth/login", "email"),
    ):
        _, user, recovery = _with_second_factor(here)
        here.ask(name, "POST", path, {key: user["email"], "password": PASSWORD, "mfa_code": recovery})


def _leave_with_a_code(here: Watched) -> None:
    token, user, recovery = _with_second_factor(here)
    body = {"confirmation": user["username"], "password": PASSWORD, "mfa_code": recovery}
    here.ask("accounts.delete_own_account", "DELETE", "/api/v1/users/me", body, token=token)


def _log_out_with_refresh_token(here: Watched) -> None:
    told = here.register()["tokens"]
    body = {"refresh_token": told["refresh_token"]}
    here.ask("sessions.log_out", "POST", "/api/v1/auth/logout", body, token=told["access_token"])


def _log_in_with_google_and_code(here: Watched) -> None:
    parameters, path = {"provider": "google"}, "/api/v1/auth/oauth/google"
    begun = here.ask("sessions.begin_provider_login", "GET", f"{path}/authorize", parameters=parameters).json
    code, state = here.provider.log_in(begun["authorization_url"], new_id())
    body = {"code": code, "state": state, "mfa_code": "602214"}
    here.ask("sessions.finish_provider_login", "POST", path, body, parameters=parameters)


def _show_a_key(here: Watched) -> None:
    keys = [api_key(here.stage, here.user.id, "videos:read") for _ in range(2)]
    here.ask("studio.list_studio_videos", "GET", "/api/v1/videos", token=keys[0])
    here.ask("studio.list_studio_videos", "GET", "/api/v1/videos", headers={"x-api-key": keys[1]})


def _resume_an_upload(here: Watched) -> None:
    upload = here.upload(multipart=True)
    here.own("uploads.get_video_upload", "GET", f"/api/upload/video/{upload.video.id}")


MORE = (
    *(_resume_an_upload, _log_in_with_codes, _leave_with_a_code, _log_out_with_refresh_token),
    *(_log_in_with_google_and_code, _show_a_key),
)
"""What main paths do not show."""


@pytest.fixture(scope="module")
def tour(here: Watched) -> str:
    """What is written while every endpoint does what it is for."""
    with everything_written() as text:
        for prepare in REQUESTS.values():
            prepare(here)()
        for more in MORE:
            more(here)
        for token in here.provider.tokens:
            here.canaries.add(token, "token of a provider")
    return text.getvalue()


def test_main_paths_log_no_secret(here: Watched, tour: str) -> None:
    assert tour.count('"_aws"') > len(REQUESTS), "every request was logged"
    assert here.canaries.leaks(tour) == []


def test_every_secret_of_the_document_went_through(here: Watched, tour: str) -> None:
    assert sensitive_fields(document()) - here.canaries.fields == set()


def test_secrets_of_all_sorts_went_through(here: Watched, tour: str) -> None:
    sorts = {what.partition(" of ")[0] for what in here.canaries.found.values()}
    sorts |= {what.partition(" of ")[2] for what in here.canaries.found.values()}
    headers = {"authorization", "x-api-key", "svix-signature", "webhook-signature", "x-remotion-signature"}
    assert headers <= sorts
    assert {"secret of GetSecretValue", "data key", "d", "p", "otpauth_uri", "recovery_codes"} <= sorts
    assert {"request_video_upload", "request_thumbnail_upload", "get_video_upload"} <= here.canaries.presigned
    assert len(here.provider.tokens) >= 2


@pytest.mark.parametrize("spoil", [invalid, with_bad_token, with_bad_key, with_cookies])
@pytest.mark.parametrize("name", sorted(REQUESTS))
def test_refused_requests_log_no_secret(here: Watched, tour: str, name: str, spoil: Spoil) -> None:
    request = REQUESTS[name](here)
    here.spoil, here.answer = spoil, None
    try:
        with everything_written() as text:
            request()
    finally:
        here.spoil = None
    assert here.answer is not None
    assert here.answer.status >= 400 or spoil is not invalid or name not in WITH_BODY, here.answer.body[:300]
    assert text.getvalue().count('"_aws"') == 1
    assert here.canaries.leaks(text.getvalue()) == []


@pytest.mark.parametrize("fault", [broken_aws(), RuntimeError("a defect")], ids=["AWS fails", "a defect"])
@pytest.mark.parametrize("name", sorted(REQUESTS))
def test_failing_requests_log_no_secret(here: Watched, tour: str, name: str, fault: Exception) -> None:
    request = REQUESTS[name](here)
    here.answer = None
    with everything_written() as text, here.failing(fault):
        request()
    assert here.answer is not None
    if name in TALKING:
        assert here.fired, "the fault was met"
        assert here.answer.status >= 500, here.answer.body[:300]
    assert here.canaries.leaks(text.getvalue()) == []


@pytest.mark.parametrize("place", ["/api/v1/api-keys/{key}", "/api/videos/{key}", "/{key}"])
def test_key_in_an_address_is_in_no_log(here: Watched, place: str) -> None:
    from functions.api.keys.delete_api_key import handler
    from functions.api.operations.answer_unknown_route import handler as unknown

    key = api_key(here.stage, here.user.id, "videos:read")
    here.canaries.add(key, "key in an address")
    path = place.format(key=key)
    with everything_written() as text:
        for one in (handler, unknown):
            assert call(one, "DELETE", path, query=f"api_key={key}", parameters={"key_id": key}).status >= 400
    assert here.canaries.leaks(text.getvalue()) == []


@pytest.mark.parametrize("fault", ["error page", "invalid JSON", "no object", "nothing inside", "500"])
def test_provider_that_misbehaves_has_no_secret_logged(here: Watched, tour: str, fault: str) -> None:
    request = REQUESTS["finish_provider_login"](here)
    here.provider.fault, here.provider.fired[:] = fault, []
    here.spoil = lambda request: None
    try:
        with everything_written() as text:
            request()
    finally:
        here.provider.fault, here.spoil = "", None
    assert here.provider.fired == [fault]
    assert here.answer is not None
    assert here.answer.status >= 400
    assert here.canaries.leaks(text.getvalue()) == []


# ---- that a leak would be found


class Enter(BaseModel):
    """What the leaking endpoint takes."""

    password: str


@post("/api/leaky", general=False)
async def leak(told: Enter) -> Enter:
    """Log what must not be logged."""
    logs.log("INFO", "entering", told=told.model_dump())
    return told


def test_leak_is_found() -> None:
    secret, canaries = canary("password"), Canaries()
    canaries.add_request("leak", {}, "", {"password": secret})
    with everything_written() as text:
        call(serve(leak), "POST", "/api/leaky", {"password": secret})
    assert canaries.leaks(text.getvalue()) == ["password of leak"]


@pytest.mark.parametrize(
    ("written", "found"),
    [
        ("code=602214", True),
        ('"latency": 0.602214', False),
        ("1602214", False),
        ("line\\nbreak of a secret", True),
        ("nothing", False),
    ],
)
def test_short_codes_and_escaped_texts_are_found_where_they_stand_alone(written: str, found: bool) -> None:
    canaries = Canaries()
    canaries.add_request("any", {}, "", {"mfa_code": "602214", "password": "line\nbreak of a secret"})
    assert bool(canaries.leaks(written)) == found


def test_secret_at_debug_of_a_library_is_found() -> None:
    canaries = Canaries()
    canaries.add("a secret that a library tells", "secret")
    with everything_written() as text:
        logging.getLogger("some.library").debug("body: %s", "a secret that a library tells")
    assert canaries.leaks(text.getvalue()) == ["secret"]


def test_new_field_that_nobody_fills_is_found(here: Watched, tour: str) -> None:
    grown = json.loads(json.dumps(document()))
    login = grown["paths"]["/api/auth/login"]["post"]["requestBody"]["content"]["application/json"]["schema"]
    model = grown["components"]["schemas"][login["$ref"].rpartition("/")[2]]
    model["properties"]["device_secret"] = {"type": "string"}
    assert sensitive_fields(grown) - here.canaries.fields == {("log_in", "device_secret")}
