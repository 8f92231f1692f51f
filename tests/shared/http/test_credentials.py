"""What a request shows to say who is calling, and what is said of it when that is nothing, or no good."""

import pytest

from shared.base.errors import UnauthorizedError
from shared.base.ids import new_id
from shared.domains.keys.rules import new_text
from shared.http.caller import Caller
from shared.http.credentials import NothingShownError, UnreadableError, shown
from shared.http.request import ApiRequest
from tests.api import event


def shown_by(**headers: str) -> str:
    sent = {name.replace("_", "-"): value for name, value in headers.items()}
    return shown(ApiRequest(event("GET", "/api/things", headers=sent)))


@pytest.mark.parametrize("scheme", ["Bearer", "bearer", "BEARER"])
def test_a_token_is_what_follows_the_scheme_however_that_is_written(scheme: str) -> None:
    assert shown_by(authorization=f"{scheme} a.b.c") == "a.b.c"


def test_a_key_comes_in_either_header() -> None:
    key = new_text(new_id(), new_id())
    assert shown_by(x_api_key=key) == shown_by(authorization=f"Bearer {key}") == key
    assert shown_by() == shown_by(authorization="") == ""


@pytest.mark.parametrize(
    "header", ["Basic YTpi", "Bearer", "Bearer ", "Bearer  a", "Bearer a ", "Bearer a b", "Bearer a,b", "Bearer,a", "a"]
)
def test_a_header_that_is_no_bearer_is_unreadable_and_told_how_to_read(header: str) -> None:
    with pytest.raises(UnreadableError, match="Bearer <token>") as caught:
        shown_by(authorization=header)
    assert caught.value.details == [{"code": "INVALID_AUTH_FORMAT", "message": caught.value.message}]


def test_two_things_at_once_are_refused_as_such() -> None:
    with pytest.raises(UnreadableError, match="not both"):
        shown_by(authorization="Bearer a.b.c", x_api_key=new_text(new_id(), new_id()))


@pytest.mark.parametrize("written", ["_", "%5F", "%5f"])
@pytest.mark.parametrize(("path", "query"), [("/api/videos/{}", "a=1"), ("/api/videos", "a=1&key={}")])
def test_who_wrote_a_key_into_an_address_is_told_to_rotate_it_however_it_is_written(
    path: str, query: str, written: str
) -> None:
    key = new_text(new_id(), new_id()).replace("_", written)
    asked = ApiRequest(event("GET", path.format(key), token="a.b.c", query=query.format(key)))
    with pytest.raises(UnreadableError, match="rotate"):
        shown(asked)


def test_what_only_begins_like_a_key_may_stand_in_an_address() -> None:
    asked = ApiRequest(event("GET", "/api/videos/showreel_1", token="a.b.c", query="q=showreel_"))
    assert shown(asked) == "a.b.c"


def test_who_shows_nothing_is_told_what_to_send() -> None:
    error = NothingShownError()
    assert (error.status, error.code) == (401, "UNAUTHORIZED")
    assert "Authorization: Bearer <token>" in error.message
    assert error.details == [{"code": "MISSING_AUTH_HEADER", "message": error.message}]


def test_what_is_for_users_is_for_nobody_else() -> None:
    assert Caller(user_id="ada").require_user() == "ada"
    for other in (Caller(address="203.0.113.7"), Caller(service="service:metrics")):
        with pytest.raises(UnauthorizedError, match="Log in"):
            other.require_user()
