"""GET /api/user/profile."""

from functions.api.accounts.get_profile import handler
from tests.api import call
from tests.aws import Stage
from tests.callers import user_token
from tests.functions.api.accounts.conftest import Register

DEFAULTS = {
    "notifications": {"email": True, "push": True, "comments": True, "followers": True},
    "privacy": {"profile_visibility": "public", "show_following": True, "show_followers": True},
}


def test_who_has_set_nothing_has_the_defaults(register: Register) -> None:
    made = register().json
    answer = call(handler, "GET", "/api/user/profile", token=made["tokens"]["access_token"])
    assert answer.status == 200
    assert answer.json["settings"] == DEFAULTS
    assert {name: answer.json["user"][name] for name in made["user"]} == made["user"]
    assert (answer.json["user"]["bio"], answer.json["user"]["verified"]) == ("", False)


def test_somebody_who_is_gone_is_401(stage: Stage) -> None:
    assert call(handler, "GET", "/api/user/profile", token=user_token(stage)).status == 401
