"""Logging in with a provider over HTTP, under the functions' own roles: what it takes, and what a bad provider does."""

import json
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from typing import Any

import httpx
import pyotp
import pytest

from tests.journeys.test_faults import setting
from tests.journeys.test_mail import mails_to
from tests.journeys.test_second_factor import STEP, fresh_code
from tests.journeys.traveller import Traveller, until
from tests.provider import CLIENT_SECRET, Provider, provider_on_loopback
from tests.shared.domains.accounts.agents import CHROME, FIREFOX

BASE = "/api/v1/auth/oauth"
FUNCTIONS = ("begin_provider_login", "finish_provider_login")
SECRET = "showreel-dev-oauth-clients"


class Browser:
    """A frontend's page, of somebody who may be logged in."""

    def __init__(self, traveller: Traveller, provider: Provider, agent: str = "journey") -> None:
        self.provider, self.token, self.agent = provider, "", agent
        self._api = traveller.stack.outputs["ApiUrl"]

    def request(self, method: str, path: str, body: Any = None) -> httpx.Response:
        headers = {"user-agent": self.agent} | ({"authorization": f"Bearer {self.token}"} if self.token else {})
        return httpx.request(method, self._api + path, json=body, headers=headers, timeout=60)

    def returned(self, subject: str, name: str = "google", **claims: Any) -> dict[str, str]:
        begun = self.request("GET", f"{BASE}/{name}/authorize")
        assert begun.status_code == 200, begun.text
        code, state = self.provider.log_in(begun.json()["authorization_url"], subject, **claims)
        assert state == begun.json()["state"]
        return {"code": code, "state": state}

    def enter(self, subject: str, name: str = "google", mfa_code: str = "", **claims: Any) -> httpx.Response:
        body = self.returned(subject, name, **claims) | ({"mfa_code": mfa_code} if mfa_code else {})
        return self.request("POST", f"{BASE}/{name}", body)


@pytest.fixture(scope="module")
def provider(traveller: Traveller) -> Iterator[Provider]:
    """A provider that the stage knows for a while."""
    secrets = traveller.aws("secretsmanager")
    before = secrets.get_secret_value(SecretId=SECRET)["SecretString"]
    with provider_on_loopback() as made, ExitStack() as stack:
        secrets.put_secret_value(SecretId=SECRET, SecretString=json.dumps(CLIENT_SECRET))
        for function in FUNCTIONS:
            for name, value in made.settings.items():
                stack.enter_context(setting(traveller, function, name, value))
        yield made
    secrets.put_secret_value(SecretId=SECRET, SecretString=before)


def test_a_stage_without_clients_has_no_such_provider(traveller: Traveller) -> None:
    assert traveller.request("GET", f"{BASE}/google/authorize").status_code == 404


def test_somebody_comes_with_google_and_again(traveller: Traveller, provider: Provider) -> None:
    browser = Browser(traveller, provider)
    first = browser.enter("grace")
    assert first.status_code == 200, first.text
    told = first.json()
    assert told["oauth_tokens"].startswith("v1.")
    assert browser.enter("grace").json()["user"] == told["user"]
    browser.token = told["access_token"]
    me = browser.request("GET", "/api/v1/users/me")
    assert me.json()["email"] == "grace@example.com", me.text
    renewed = browser.request("POST", "/api/v1/auth/refresh", {"refresh_token": told["refresh_token"]})
    assert renewed.status_code == 200, renewed.text


def test_a_login_with_google_from_a_new_device_is_told(traveller: Traveller, provider: Provider) -> None:
    for agent in (FIREFOX, CHROME, CHROME, FIREFOX):
        assert Browser(traveller, provider, agent).enter("margaret").status_code == 200
    found = until(lambda: mails_to(traveller, "margaret@example.com", "new device"), "the mail about a device")
    assert ["Chrome on Windows" in one["BodyText"] for one in found] == [True]


def test_case_27_a_state_and_its_code_are_good_once_under_ten_posts(traveller: Traveller, provider: Provider) -> None:
    browser = Browser(traveller, provider)
    body = browser.returned("once")
    with ThreadPoolExecutor(10) as pool:
        answers = list(pool.map(lambda _: browser.request("POST", f"{BASE}/google", body), range(10)))
    assert sorted(answer.status_code for answer in answers) == [200] + [401] * 9


def test_who_is_logged_in_links_and_enters_so_from_then_on(traveller: Traveller, provider: Provider) -> None:
    browser = Browser(traveller, provider)
    account = {"username": "linker", "email": "linker@example.com", "password": "Linked-Horse-1"}
    browser.token = browser.request("POST", "/api/auth/register", account).json()["tokens"]["access_token"]
    linked = browser.enter("linked", "youtube", email="elsewhere@example.com", email_verified=False)
    assert linked.status_code == 200, linked.text
    assert linked.json()["user"]["username"] == "linker"
    alone = Browser(traveller, provider)
    assert alone.enter("linked", "youtube", email="elsewhere@example.com").json()["user"] == linked.json()["user"]


def test_a_second_factor_is_asked_for(traveller: Traveller, provider: Provider) -> None:
    browser = Browser(traveller, provider)
    browser.token = browser.enter("careful").json()["access_token"]
    made = browser.request("POST", "/api/v1/auth/mfa/enroll").json()
    confirmed = browser.request("POST", "/api/v1/auth/mfa/confirm", {"mfa_code": fresh_code(made["secret"])})
    assert confirmed.status_code == 200, confirmed.text
    browser.token = ""
    missing = browser.enter("careful")
    assert (missing.status_code, missing.json()["error"]["details"][0]["code"]) == (401, "MFA_REQUIRED")
    assert browser.enter("careful", mfa_code="000000").status_code == 401
    time.sleep(STEP - time.time() % STEP)
    assert browser.enter("careful", mfa_code=pyotp.TOTP(made["secret"]).now()).status_code == 200


@pytest.mark.parametrize("fault", ["error page", "500"])
def test_case_27_a_provider_that_misbehaves_is_503_and_nothing_came_of_it(
    traveller: Traveller, provider: Provider, fault: str
) -> None:
    browser, subject = Browser(traveller, provider), f"unlucky-{fault.replace(' ', '-')}"
    provider.fault = fault
    try:
        body = browser.returned(subject)
        assert browser.request("POST", f"{BASE}/google", body).status_code == 503
    finally:
        provider.fault = ""
    assert provider.fired[-1] == fault
    users = traveller.aws("dynamodb")
    for key in (f"identity#google#{subject}", f"grant#google#{subject}", f"email#{subject}@example.com"):
        assert "Item" not in users.get_item(TableName="showreel-dev-users", Key={"pk": {"S": key}})
