"""Logging in with a provider over HTTP: what its tests send, and where they look."""

from typing import Any
from urllib.parse import quote

from functions.api.accounts import get_me
from functions.api.sessions import begin_provider_login, finish_provider_login
from shared.contract.resources import AUDIT, SESSIONS, USERS
from tests.api import Answer, call
from tests.aws import Stage
from tests.callers import Account, account
from tests.provider import Provider
from tests.shared.http.test_clerk_accounts import verify_address


def begin(name: str = "google", redirect_uri: str = "", **more: Any) -> Answer:
    query = f"redirect_uri={quote(redirect_uri, safe='')}" if redirect_uri else ""
    path = f"/api/v1/auth/oauth/{name}/authorize"
    return call(begin_provider_login.handler, "GET", path, query=query, parameters={"provider": name}, **more)


def post(code: str, state: str, name: str = "google", ask: Any = call, mfa_code: str = "", **more: Any) -> Answer:
    body = {"code": code, "state": state} | ({"mfa_code": mfa_code} if mfa_code else {})
    answer: Answer = ask(
        finish_provider_login.handler, "POST", f"/api/v1/auth/oauth/{name}", body, parameters={"provider": name}, **more
    )
    return answer


def returned(provider: Provider, subject: str = "ada", name: str = "google", token: str = "", **claims: Any) -> Any:
    """What comes back from the provider: code and state."""
    return provider.log_in(begin(name, token=token).json["authorization_url"], subject, **claims)


def enter(provider: Provider, subject: str = "ada", **claims: Any) -> Answer:
    return post(*returned(provider, subject, **claims))


def rows(stage: Stage, prefix: str) -> list[dict[str, Any]]:
    return [row for row in stage.rows(USERS) if row["pk"]["S"].startswith(prefix)]


def sessions(stage: Stage) -> int:
    return len([row for row in stage.rows(SESSIONS) if "refresh_hash" in row])


def email_of(known: Account) -> str:
    answer = call(get_me.handler, "GET", "/api/auth/me", token=known.token)
    return str(answer.json["user"]["email"])


def verified_account(stage: Stage) -> tuple[Account, str]:
    known = account(stage)
    email = email_of(known)
    verify_address(stage, f"user#{known.user_id}", f"email#{email}")
    return known, email


def nothing_came_of_it(stage: Stage, answer: Answer, status: int = 401) -> None:
    assert answer.status == status, answer.body
    assert stage.rows(USERS) == []
    assert sessions(stage) == 0
    assert stage.rows(AUDIT) == []
