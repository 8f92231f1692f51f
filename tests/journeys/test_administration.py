"""What administrators do, deployed and under the functions' own roles."""

import time
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest

from shared.base import clock
from shared.base.ids import new_id
from shared.domains.operations.service.maintenance import READ_SECONDS
from tests.journeys.creator import Creator, administrator, registered
from tests.journeys.traveller import Traveller, until
from tests.shared.media.sources import GOOD


@pytest.fixture(scope="module")
def head(traveller: Traveller) -> Iterator[Creator]:
    """An administrator for all that follows."""
    with administrator(traveller, "administrator") as found:
        yield found


def test_an_administrator_acts_as_a_user_and_every_call_is_told(head: Creator, traveller: Traveller) -> None:
    with registered(traveller, "helped") as helped:
        user_id = helped.enter()["user"]["id"]
        told = head.post(f"/api/v1/admin/users/{user_id}/impersonate")
        assert told.status_code == 200, told.text
        acting = {"authorization": f"Bearer {told.json()['impersonation_token']}"}
        with httpx.Client(base_url=head.api.base_url, headers=acting, timeout=30) as api:
            shown = api.get("/api/v1/users/me")
            assert (shown.status_code, shown.json()["id"]) == (200, user_id)
            head_id = shown.headers["x-impersonated-by"]
            assert api.post("/api/v1/api-keys", json={"name": "a", "scopes": ["videos:read"]}).status_code == 403
            assert api.get("/api/v1/admin/audit").status_code == 403
        found = head.api.get(f"/api/v1/admin/audit?target={user_id}").json()["entries"]
        calls = [entry["result"] for entry in found if entry["action"] == "impersonation.call"]
        assert calls == ["200", "begun"]
        assert {entry["actor"] for entry in found if entry["action"].startswith("impersonation.")} == {head_id}


def test_it_ends_with_the_role_of_the_administrator(traveller: Traveller) -> None:
    with administrator(traveller, "former") as former, registered(traveller, "left") as left:
        user_id = left.enter()["user"]["id"]
        token = former.post(f"/api/v1/admin/users/{user_id}/impersonate").json()["impersonation_token"]
        with httpx.Client(base_url=former.api.base_url, headers={"authorization": f"Bearer {token}"}) as api:
            assert api.get("/api/v1/users/me").status_code == 200
            traveller.invoke("set_role", {"login": former.email, "role": "user"})
            assert api.get("/api/v1/users/me").status_code == 401


def test_case_116_what_runs_ends_while_the_stage_is_closed(head: Creator, traveller: Traveller, sources: Path) -> None:
    video_id = traveller.upload(GOOD["silent"](sources))
    begun = head.post("/api/v1/admin/maintenance", {"enabled": True, "message": "Back soon", "estimated_time": 5})
    assert begun.json() == {"enabled": True, "message": "Back soon", "estimated_time": 5}
    try:
        time.sleep(READ_SECONDS)
        closed = traveller.request("POST", "/api/upload/video/request", json={})
        assert (closed.status_code, closed.json()["error"]["code"]) == (503, "MAINTENANCE_MODE")
        assert 60 <= int(closed.headers["retry-after"]) <= 300
        with httpx.Client(base_url=head.api.base_url, timeout=30) as anybody:
            assert anybody.get("/health/ready").status_code == 200
            assert anybody.get("/api/v1/users/me").status_code == 503
        until(lambda: traveller.row(video_id)["status"] == "ready", f"{video_id} to be ready")
        head.enter()
        assert head.api.get("/api/v1/users/me").status_code == 200
    finally:
        assert head.post("/api/v1/admin/maintenance", {"enabled": False}).status_code == 200
    time.sleep(READ_SECONDS)
    assert traveller.ended(video_id)["processing_status"] == "ready"


def test_users_are_listed(head: Creator, traveller: Traveller) -> None:
    found = head.api.get("/api/v1/users/", params={"q": traveller.name.upper(), "role": "user"})
    assert found.status_code == 200, found.text
    assert [user["username"] for user in found.json()["users"]] == [traveller.name]
    first = head.api.get("/api/v1/users?limit=1").json()
    assert first["pagination"]["total_items"] >= 2
    second = head.api.get("/api/v1/users", params={"limit": 1, "cursor": first["pagination"]["next_cursor"]}).json()
    assert second["users"][0]["created_at"] <= first["users"][0]["created_at"]


def test_a_day_of_the_trail_that_was_changed_is_found(traveller: Traveller) -> None:
    table, aws = "showreel-dev-audit", traveller.aws("dynamodb")
    made = clock.now() - 2 * 86400
    at = clock.timestamp(made)
    key = {"month": {"S": at[:7]}, "entry_id": {"S": new_id(made)}}
    entry = {**key, "at": {"S": at}, "action": {"S": "role.changed"}, "target": {"S": "somebody"}}
    aws.put_item(TableName=table, Item=entry)
    assert traveller.invoke("seal_audit_days")["sealed"] > 0
    assert traveller.invoke("seal_audit_days")["sealed"] == 0
    assert traveller.invoke("verify_audit")["problems"] == []
    aws.put_item(TableName=table, Item=entry | {"target": {"S": "somebody else"}})
    [problem] = traveller.invoke("verify_audit")["problems"]
    assert problem.startswith(at[:10])
    aws.put_item(TableName=table, Item=entry)
