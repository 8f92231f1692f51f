"""Who is calling, deployed: API keys from making to revoking, and CSRF tokens."""

import time
from typing import Any

import httpx

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
