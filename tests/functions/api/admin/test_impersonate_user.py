"""POST /api/v1/admin/users/{user_id}/impersonate."""

import pytest

from functions.api.accounts import get_me
from functions.api.admin import impersonate_user, list_audit_entries
from infra.parts.discovery import endpoints
from shared.base import tokens
from shared.contract.derived import needs_of
from shared.contract.resources import AUDIT, SEND_ACCOUNT_MAIL, SESSIONS, USERS
from tests.api import Answer, call
from tests.aws import Stage
from tests.callers import Account, account, api_key, service_token, set_role, user_token
from tests.clerk import clerk
from tests.clock import TurnedClock
from tests.issuer import Issuer

__all__ = ["clerk"]

SOMEBODY = "01900000-0000-7000-8000-000000000001"


@pytest.fixture
def head(stage: Stage) -> Account:
    """An administrator."""
    return account(stage, "admin")


@pytest.fixture
def user(stage: Stage) -> Account:
    """A user like others."""
    return account(stage, "creator")


def impersonate(token: str, user_id: str) -> Answer:
    path = f"/api/v1/admin/users/{user_id}/impersonate"
    return call(impersonate_user.handler, "POST", path, token=token, parameters={"user_id": user_id})


def test_an_administrator_acts_as_a_user(head: Account, user: Account) -> None:
    answer = impersonate(head.token, user.user_id)
    assert (answer.status, answer.json["expires_in"]) == (200, 1800)
    assert answer.headers["cache-control"] == "no-store"
    assert "x-impersonated-by" not in answer.headers
    token = answer.json["impersonation_token"]
    claims = tokens.verify(token, "impersonation")
    own = tokens.verify(head.token, "access")
    assert (claims.user_id, claims.role) == (user.user_id, "creator")
    assert (claims.impersonator, claims.session_id) == (head.user_id, own.session_id)
    shown = call(get_me.handler, "GET", "/api/auth/me", token=token)
    assert (shown.status, shown.json["user"]["id"]) == (200, user.user_id)


def test_nobody_is_told_of_a_new_device(stage: Stage, head: Account, user: Account) -> None:
    before = stage.rows(USERS), stage.rows(SESSIONS)
    assert impersonate(head.token, user.user_id).status == 200
    assert (stage.rows(USERS), stage.rows(SESSIONS)) == before, "it begins no session, and no device is noted"
    [needs] = [needs_of(endpoint) for room, endpoint in endpoints() if room.name == "impersonate_user"]
    assert SEND_ACCOUNT_MAIL.invoke not in needs


def test_the_trail_tells_that_it_began(head: Account, user: Account) -> None:
    token = impersonate(head.token, user.user_id).json["impersonation_token"]
    answer = call(list_audit_entries.handler, "GET", "/api/v1/admin/audit", token=head.token)
    (entry,) = answer.json["entries"]
    assert (entry["action"], entry["actor"], entry["target"]) == ("impersonation.begun", head.user_id, user.user_id)
    assert entry["details"] == {"session": tokens.verify(head.token, "access").session_id}
    assert token not in answer.body


def test_what_cannot_be_told_does_not_begin(stage: Stage, head: Account, user: Account) -> None:
    with stage.refusing("dynamodb", "TransactWriteItems", "ThrottlingException") as fired:
        answer = impersonate(head.token, user.user_id)
    assert fired
    assert answer.status == 503
    assert "impersonation_token" not in answer.body
    assert stage.rows(AUDIT) == []


def test_case_34_nobody_acts_as_an_administrator(stage: Stage, head: Account, user: Account) -> None:
    other = account(stage, "admin")
    answer = impersonate(head.token, other.user_id)
    assert (answer.status, answer.error["code"]) == (403, "INSUFFICIENT_PERMISSIONS")
    set_role(stage, user.user_id, "admin")
    assert impersonate(head.token, user.user_id).status == 403, "as of now"
    assert stage.rows(AUDIT) == []


def test_who_is_nobody_or_oneself_is_told(stage: Stage, head: Account) -> None:
    answer = impersonate(head.token, SOMEBODY)
    assert (answer.status, answer.error["code"]) == (404, "NOT_FOUND")
    answer = impersonate(head.token, head.user_id)
    assert (answer.status, answer.error["code"]) == (409, "CONFLICT")
    for odd in ("me", "user#1", "0", "' OR 1=1 --"):
        assert impersonate(head.token, odd).status == 400
    assert stage.rows(AUDIT) == []


def test_it_asks_for_a_login_of_the_last_hour(head: Account, user: Account, turned_clock: TurnedClock) -> None:
    said = tokens.verify(head.token, "access")
    person = tokens.Person(head.user_id, "head", "head@example.com", "Head", "", "admin")

    def later() -> Answer:
        token = tokens.issue_access_token(person, said.session_id, session_ends=int(turned_clock.seconds) + 86400)
        return impersonate(token, user.user_id)

    turned_clock.advance(3590)
    assert later().status == 200
    turned_clock.advance(20)
    answer = later()
    assert (answer.status, [detail["code"] for detail in answer.error["details"]]) == (401, ["STEP_UP_REQUIRED"])


@pytest.mark.parametrize("role", ["viewer", "user", "creator"])
def test_case_34_others_may_not(stage: Stage, user: Account, role: str) -> None:
    answer = impersonate(user_token(stage, role), user.user_id)
    assert (answer.status, answer.error["code"]) == (403, "INSUFFICIENT_PERMISSIONS")


def test_case_34_what_is_no_login_of_an_administrator_may_not(stage: Stage, head: Account, user: Account) -> None:
    acting = impersonate(head.token, user.user_id).json["impersonation_token"]
    other = account(stage)
    assert impersonate(acting, other.user_id).status == 403, "nobody goes on from one user to the next"
    assert impersonate(api_key(stage, head.user_id, "videos:all"), other.user_id).status == 403
    assert impersonate(service_token(stage, "internal:all"), other.user_id).status == 401
    assert impersonate("", other.user_id).status == 401


def test_a_session_of_clerk_begins_none(stage: Stage, clerk: Issuer, user: Account) -> None:
    token = clerk.token()
    user_id = call(get_me.handler, "GET", "/api/auth/me", token=token).json["user"]["id"]
    set_role(stage, user_id, "admin")
    answer = impersonate(token, user.user_id)
    assert answer.status == 403
    assert "Log in here" in answer.error["message"]
    assert [row["action"]["S"] for row in stage.rows(AUDIT)] == ["identity.linked"]
