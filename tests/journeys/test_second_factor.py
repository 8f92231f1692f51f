"""The second factor over HTTP, with secrets that KMS seals and roles that may no more than they need."""

import time
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import httpx
import pyotp

from infra.local.stack import LocalStack

STEP, PASSWORD = 30, "Second-Factor1"


class Somebody:
    """Somebody whose password is known here."""

    def __init__(self, stack: LocalStack, name: str) -> None:
        self.name, self.email, self._api = name, f"{name}@example.com", stack.outputs["ApiUrl"]
        self._token = ""
        account = {"username": name, "email": self.email, "password": PASSWORD}
        self._token = self.call("POST", "/api/auth/register", account)["tokens"]["access_token"]

    def request(self, method: str, path: str, body: Any = None) -> httpx.Response:
        headers = {"authorization": f"Bearer {self._token}"} if self._token else {}
        return httpx.request(method, self._api + path, json=body, headers=headers, timeout=60)

    def call(self, method: str, path: str, body: Any = None) -> Any:
        answer = self.request(method, path, body)
        assert answer.is_success, answer.text
        return answer.json()


def fresh_code(secret: str) -> str:
    """A code with some seconds left."""
    if (left := STEP - time.time() % STEP) < 8:
        time.sleep(left)
    return pyotp.TOTP(secret).now()


def test_case_24_a_code_opens_one_of_ten_logins(local_stack: LocalStack) -> None:
    somebody = Somebody(local_stack, "one_of_ten")
    base = "/api/v1/auth/mfa"
    made = somebody.call("POST", f"{base}/enroll")
    assert somebody.call("POST", f"{base}/confirm", {"mfa_code": fresh_code(made["secret"])})["enabled"]
    account = {"login": somebody.name, "password": PASSWORD}
    missing = somebody.request("POST", "/api/auth/login", account)
    assert (missing.status_code, missing.json()["error"]["details"][0]["code"]) == (401, "MFA_REQUIRED")
    time.sleep(STEP - time.time() % STEP)
    code = fresh_code(made["secret"])

    def enter(_: int) -> int:
        return somebody.request("POST", "/api/auth/login", {**account, "mfa_code": code}).status_code

    with ThreadPoolExecutor(10) as pool:
        statuses = list(pool.map(enter, range(10)))
    assert statuses.count(200) == 1
    assert set(statuses) <= {200, 401, 423}


def test_a_recovery_code_enters_by_studio_and_ends_it(local_stack: LocalStack) -> None:
    somebody = Somebody(local_stack, "recovering")
    base = "/api/v1/auth/mfa"
    made = somebody.call("POST", f"{base}/enroll")
    wrong = somebody.request("POST", f"{base}/confirm", {"mfa_code": "abcdef"})
    assert (wrong.status_code, wrong.json()["error"]["code"]) == (401, "INVALID_CREDENTIALS")
    somebody.call("POST", f"{base}/confirm", {"mfa_code": fresh_code(made["secret"])})
    account = {"email": somebody.email, "password": PASSWORD}
    time.sleep(STEP - time.time() % STEP)
    codes = (fresh_code(made["secret"]), made["recovery_codes"][0])
    entered = [
        somebody.request("POST", "/api/v1/auth/login", {**account, "mfa_code": code}).status_code for code in codes * 2
    ]
    assert entered == [200, 200, 401, 401]
    both = {"password": PASSWORD, "mfa_code": "abcdef"}
    assert somebody.request("DELETE", base, both).status_code == 401
    time.sleep(STEP - time.time() % STEP)
    both["mfa_code"] = fresh_code(made["secret"])
    ended = somebody.request("DELETE", base, both)
    assert (ended.status_code, ended.json()) == (200, {"enabled": False})
    assert somebody.request("POST", "/api/v1/auth/login", account).status_code == 200
