"""PATCH /api/user/profile."""

from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest

from functions.api.accounts import get_me, log_in
from functions.api.accounts.edit_profile import handler
from functions.api.accounts.get_profile import handler as get
from shared.base import tokens
from shared.contract.resources import USERS
from shared.domains.accounts.service.profiles import ProfileService
from tests.api import Answer, call
from tests.aws import SETTINGS, Stage
from tests.functions.api.accounts.conftest import PASSWORD, Register
from tests.functions.api.accounts.test_get_profile import DEFAULTS


def edit(token: str, **wish: Any) -> Answer:
    return call(handler, "PATCH", "/api/user/profile", wish, token=token)


@pytest.fixture
def token(register: Register) -> str:
    """Somebody's access token."""
    found: str = register().json["tokens"]["access_token"]
    return found


def test_what_is_named_changes_and_the_rest_stays(token: str) -> None:
    first = edit(token, display_name=" Ada L. ", bio="Counts.\nتحسب", settings={"privacy": {"show_followers": False}})
    assert first.status == 200
    second = edit(token, settings={"privacy": {"profile_visibility": "followers"}, "notifications": {"push": False}})
    assert second.json["user"] == first.json["user"]
    assert (first.json["user"]["display_name"], first.json["user"]["bio"]) == ("Ada L.", "Counts.\nتحسب")
    assert second.json["settings"] == {
        "notifications": {**DEFAULTS["notifications"], "push": False},
        "privacy": {"profile_visibility": "followers", "show_following": True, "show_followers": False},
    }
    assert call(get, "GET", "/api/user/profile", token=token).json == second.json


def test_all_rows_follow(token: str, stage: Stage) -> None:
    edit(token, display_name="Ada L.")
    assert {row["display_name"]["S"] for row in stage.rows(USERS)} == {"Ada L."}
    body = {"login": "alice", "password": PASSWORD}
    assert call(log_in.handler, "POST", "/api/auth/login", body).json["user"]["display_name"] == "Ada L."


def test_a_picture_of_ours_moves_with_its_server_and_can_be_taken_away(
    token: str, stage: Stage, monkeypatch: pytest.MonkeyPatch
) -> None:
    user_id = tokens.verify(token, "access").user_id
    ProfileService.open().set_avatar(user_id, "01900000-0000-7000-8000-000000000001")
    own = call(get_me.handler, "GET", "/api/auth/me", token=token).json["user"]["avatar_url"]
    elsewhere = "https://pictures.example/ada.jpg"
    assert edit(token, avatar_url=elsewhere).json["user"]["avatar_url"] == elsewhere
    assert edit(token, avatar_url=own).json["user"]["avatar_url"] == own
    monkeypatch.setenv("CDN_BASE_URL", "https://cdn.example")
    moved = own.replace(SETTINGS["CDN_BASE_URL"], "https://cdn.example")
    assert call(get_me.handler, "GET", "/api/auth/me", token=token).json["user"]["avatar_url"] == moved
    assert edit(token, avatar_url="").json["user"]["avatar_url"].endswith("/public/avatar.svg")


def test_a_picture_from_elsewhere_gives_way_to_one_that_is_uploaded(token: str) -> None:
    edit(token, avatar_url="https://pictures.example/ada.jpg")
    user_id = tokens.verify(token, "access").user_id
    assert ProfileService.open().set_avatar(user_id, "01900000-0000-7000-8000-000000000001")
    shown = call(get, "GET", "/api/user/profile", token=token).json["user"]["avatar_url"]
    assert shown.endswith("01900000-0000-7000-8000-000000000001.jpg")


def test_nothing_new_writes_nothing(token: str, stage: Stage) -> None:
    calls = stage.calls_of(lambda: edit(token, display_name="alice", settings={}))
    assert [one for one in calls if "Transact" in one] == []


BAD: list[tuple[dict[str, Any], str]] = [
    ({"display_name": " "}, "display_name"),
    ({"display_name": "x" * 51}, "display_name"),
    ({"bio": "x" * 501}, "bio"),
    ({"bio": "a\x00b"}, "bio"),
    ({"avatar_url": "javascript:alert(1)"}, "avatar_url"),
    ({"avatar_url": "https://x/" + "a" * 2048}, "avatar_url"),
    ({"avatar_url": "data:image/png;base64,AAAA"}, "avatar_url"),
    ({"settings": {"privacy": {"profile_visibility": "nobody"}}}, "settings.privacy.profile_visibility"),
    ({"settings": {"notifications": {"sms": True}}}, "settings.notifications.sms"),
    ({"role": "admin"}, "role"),
    ({"verified": True}, "verified"),
    ({"follower_count": 7}, "follower_count"),
]


@pytest.mark.parametrize(("wish", "field"), BAD, ids=lambda value: str(value)[:40])
def test_bad_input_is_named_and_changes_nothing(token: str, stage: Stage, wish: dict[str, Any], field: str) -> None:
    before = stage.rows(USERS)
    answer = edit(token, **{"bio": "kept out", **wish})
    assert (answer.status, list(answer.error["field_errors"])) == (422, [field])
    assert stage.rows(USERS) == before


def test_changes_at_once_leave_the_rows_alike(token: str, stage: Stage) -> None:
    user_id = tokens.verify(token, "access").user_id
    with ThreadPoolExecutor(4) as pool:
        list(pool.map(lambda n: ProfileService.open().edit(user_id, display_name=f"Ada {n}"), range(4)))
    assert len({row["display_name"]["S"] for row in stage.rows(USERS)}) == 1
