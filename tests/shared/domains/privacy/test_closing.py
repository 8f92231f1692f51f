"""Closing the account of somebody who comes with a provider, and has no password."""

from typing import Any

from bench.world import World
from functions.api.accounts.delete_own_account import handler
from functions.api.sessions import finish_provider_login
from shared.contract.limits import HOUR
from tests.api import Answer, call
from tests.shared.domains.privacy.people import erase_all

PARAMETERS, PATH = {"provider": "google"}, "/api/v1/auth/oauth/google"


def come_back(world: World, subject: str = "hedy") -> Answer:
    """Somebody logs in with Google."""
    name = "sessions.begin_provider_login"
    begun = world.ask(name, "GET", f"{PATH}/authorize", parameters=PARAMETERS).json
    code, state = world.provider.log_in(begun["authorization_url"], subject, email="hedy@example.com")
    body = {"code": code, "state": state}
    return call(finish_provider_login.handler, "POST", PATH, body, parameters=PARAMETERS)


def delete(told: dict[str, Any]) -> Answer:
    body = {"confirmation": told["user"]["username"]}
    return call(handler, "DELETE", "/api/v1/users/me", body, token=told["access_token"])


def test_without_a_password_it_takes_a_login_of_the_last_hour(here: World) -> None:
    told = come_back(here).json
    here.later(HOUR + 1)
    again = {"refresh_token": told["refresh_token"]}
    renewed = here.ask("sessions.renew_session", "POST", "/api/v1/auth/refresh", again).json
    refused = delete(told | renewed)
    assert (refused.status, refused.error["details"][0]["code"]) == (401, "STEP_UP_REQUIRED")
    assert delete(come_back(here).json).status == 200


def test_by_the_provider_nobody_gets_in_until_all_is_erased_and_is_new_then(here: World) -> None:
    told = come_back(here).json
    assert delete(told).status == 200
    assert come_back(here).status == 401
    assert come_back(here, "another").status == 409, "the address is kept"
    erase_all(here)
    again = come_back(here)
    assert again.status == 200, again.body
    assert again.json["user"]["id"] != told["user"]["id"]
