"""Who is calling, deployed: API keys from making to revoking, CSRF tokens, session tokens of Clerk."""

import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, contextmanager
from typing import Any

import httpx

from tests.issuer import FRONTEND, Issuer, issuer_on_loopback
from tests.journeys.test_faults import setting
from tests.journeys.traveller import Traveller, until

PATH = "/api/v1/api-keys"


def with_key(traveller: Traveller, key: str, path: str, method: str = "GET", **more: Any) -> httpx.Response:
    address = traveller.stack.outputs["ApiUrl"] + path
    return httpx.request(method, address, headers={"x-api-key": key}, timeout=30, **more)


def test_a_key_from_making_to_revoking(newcomer: Traveller) -> None:
    made = newcomer.client.call("POST", PATH, {"name": "Nightly", "scopes": ["renders:read", "videos:read"]})
    key = made["key"]
    me = with_key(newcomer, key, "/api/auth/me")
    assert me.status_code == 200, me.text
    assert me.json()["user"]["username"] == newcomer.name
    assert with_key(newcomer, key, "/api/v1/jobs").status_code == 200
    assert with_key(newcomer, key, "/api/v1/videos").status_code == 200
    wish = {"filename": "film.mp4", "content_type": "video/mp4", "file_size": 9}
    refused = with_key(newcomer, key, "/api/upload/video/request", "POST", json=wish)
    assert refused.status_code == 403, "the key lacks videos:write"
    assert with_key(newcomer, key, PATH).status_code == 403, "keys are made by hand"
    assert with_key(newcomer, key, f"/api/auth/me?api_key={key}").status_code == 401

    def used() -> str | None:
        [listed] = newcomer.client.call("GET", PATH)["api_keys"]
        assert listed["id"] == made["id"]
        return str(listed["last_used_at"] or "")

    until(used, "the last use of the key", 30)

    rotated = newcomer.client.call("POST", f"{PATH}/{made['id']}/rotate", {"grace_seconds": 0})
    assert rotated["previous_works_until"] is None
    time.sleep(1)
    assert with_key(newcomer, key, "/api/auth/me").status_code == 401
    assert with_key(newcomer, rotated["key"], "/api/auth/me").status_code == 200

    newcomer.client.call("DELETE", f"{PATH}/{made['id']}")
    time.sleep(1)
    assert with_key(newcomer, rotated["key"], "/api/auth/me").status_code == 401
    assert newcomer.client.call("GET", PATH)["api_keys"] == []


def test_a_csrf_token_lets_a_browser_with_cookies_log_in(newcomer: Traveller) -> None:
    address = newcomer.stack.outputs["ApiUrl"]
    login = {"login": newcomer.name, "password": "Wrong-password-1"}

    def log_in(token: str) -> httpx.Response:
        headers = {"cookie": "session=x", "x-csrf-token": token}
        return httpx.post(address + "/api/auth/login", json=login, headers=headers, timeout=30)

    refused = log_in("none")
    assert (refused.status_code, refused.json()["error"]["code"]) == (403, "CSRF_TOKEN_INVALID")
    bound = newcomer.client.call("GET", "/api/v1/csrf-token")["csrf_token"]
    assert log_in(bound).status_code == 403, "it belongs to a session"
    free = httpx.get(address + "/api/v1/csrf-token", timeout=30).json()["csrf_token"]
    assert log_in(free).status_code == 401, "the password is looked at"


@contextmanager
def clerk(traveller: Traveller, *functions: str) -> Iterator[Issuer]:
    """An issuer that some functions of the stage trust for a while."""
    with issuer_on_loopback() as issuer, ExitStack() as stack:
        for name in functions:
            stack.enter_context(setting(traveller, name, "CLERK_ISSUER", issuer.address))
            stack.enter_context(setting(traveller, name, "CLERK_AUTHORIZED_PARTIES", FRONTEND))
        yield issuer


def test_somebody_comes_with_clerk(traveller: Traveller) -> None:
    with clerk(traveller, "get_me", "sync_account", "admit_clerk_user") as issuer:
        address = traveller.stack.outputs["ApiUrl"]
        token = issuer.token("user_grace")

        def ask(method: str, path: str, token: str = token) -> httpx.Response:
            return httpx.request(method, address + path, headers={"authorization": f"Bearer {token}"}, timeout=60)

        with ThreadPoolExecutor(5) as pool:
            answers = list(pool.map(lambda _: ask("GET", "/api/auth/me"), range(5)))
        assert [answer.status_code for answer in answers] == [200] * 5, [answer.text for answer in answers]
        [user_id] = {answer.json()["user"]["id"] for answer in answers}
        synced = ask("POST", "/api/auth/sync", issuer.token("user_grace", name="Rear Admiral Grace"))
        assert synced.status_code == 200, synced.text
        assert synced.json()["user"]["id"] == user_id
        assert synced.json()["user"]["display_name"] == "Rear Admiral Grace"
        assert ask("GET", "/api/auth/me", issuer.token("user_grace", azp="https://evil.example")).status_code == 401
        assert issuer.asked
    assert traveller.client.call("POST", "/api/auth/sync")["user"]["username"] == traveller.name
