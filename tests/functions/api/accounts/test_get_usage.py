"""GET /api/v1/users/me/usage."""

from datetime import UTC, datetime
from typing import Any

import pytest

from functions.api.accounts.get_own_account import handler as get_account
from functions.api.accounts.get_usage import handler
from shared.domains.jobs.model import Job, Kind, Usage
from shared.domains.jobs.rules.prices import cost_of, dollars, price_table
from shared.domains.jobs.service.ordering import Order, OrderService
from shared.domains.jobs.service.working import WorkService
from shared.domains.videos.model import Author, PublishedMedia, Variant
from shared.domains.videos.service.catalogue import CatalogueService
from tests.api import call
from tests.aws import Stage
from tests.callers import user_token
from tests.clock import TurnedClock
from tests.functions.api.accounts.conftest import Register

MEDIA = PublishedMedia(90.5, 1280, 720, (Variant("720p", 1280, 720, 2_500_000, 1_600_000),))
USAGE = Usage(lambda_gb_seconds=10)
DAY = 24 * 3600


@pytest.fixture
def midday(turned_clock: TurnedClock) -> TurnedClock:
    """The clock on the last day of a month, in an eighth hour of which nothing is left over."""
    turned_clock.seconds = datetime(2026, 1, 31, 16, tzinfo=UTC).timestamp()
    return turned_clock


def used(token: str) -> dict[str, Any]:
    found: dict[str, Any] = call(handler, "GET", "/api/v1/users/me/usage", token=token).json
    return found


def completed(user_id: str) -> Job:
    """A job whose video is there, and what it has cost."""
    job = OrderService.open().order(Author(user_id, "alice", "Alice"), Order(Kind.SCENES, "A film", [], 5), "free")
    work = WorkService.open()
    assert work.begin(job, "arn", "Reading")
    begun = work.get(job.id)
    assert begun
    work.charge(begun, work.begin_try(begun, "render", 0, USAGE, 900), USAGE)
    assert work.complete(begun, MEDIA)
    return begun


def test_a_newcomer_has_used_nothing_but_a_request(register: Register, midday: TurnedClock) -> None:
    assert used(register().json["tokens"]["access_token"]) == {
        "period": {"from": "2026-01-01T00:00:00.000Z", "to": "2026-02-01T00:00:00.000Z"},
        "videos_generated": 0,
        "render_minutes": 0,
        "storage_bytes": 0,
        "api_requests": 1,
        "cost": 0,
        "limits": {
            "daily_video_limit": 100,
            "videos_today": 0,
            "open_jobs_limit": 5,
            "open_jobs": 0,
            "monthly_budget": None,
            "budget_left": None,
            "channels_limit": 10,
        },
    }


def test_what_was_made_is_told_in_its_month(register: Register, stage: Stage, midday: TurnedClock) -> None:
    made = register().json["user"]
    with stage.unrecorded():
        jobs = [completed(made["id"]) for _ in range(2)]
    token, cost = user_token(stage, user_id=made["id"]), dollars(cost_of(USAGE, price_table()))
    found = used(token)
    assert (found["videos_generated"], found["render_minutes"], found["storage_bytes"]) == (2, 3.017, 5_000_000)
    assert found["cost"] == pytest.approx(2 * cost)
    assert (found["limits"]["videos_today"], found["limits"]["open_jobs"]) == (2, 0)
    with stage.unrecorded():
        CatalogueService.open().delete(jobs[0].video_id, made["id"])
    assert used(token)["storage_bytes"] == 2_500_000
    midday.advance(DAY)
    token = user_token(stage, user_id=made["id"])
    later = used(token)
    assert later["period"]["from"] == "2026-02-01T00:00:00.000Z"
    assert (later["videos_generated"], later["cost"], later["limits"]["videos_today"]) == (0, 0, 0)
    assert (later["storage_bytes"], later["api_requests"]) == (2_500_000, 1)
    account = call(get_account, "GET", "/api/v1/users/me", token=token).json
    assert account["total_spent"] == pytest.approx(2 * cost)


def test_requests_of_a_whole_month_are_told_in_one_call(register: Register, stage: Stage, midday: TurnedClock) -> None:
    user_id = register().json["user"]["id"]
    for day in (1, 2, 17, 30, 31):
        midday.seconds = datetime(2026, 1, day, 23, 30, tzinfo=UTC).timestamp()
        token = user_token(stage, user_id=user_id)
        used(token)
    midday.advance(1)
    told = []
    calls = stage.calls_of(lambda: told.append(used(token)["api_requests"]))
    assert told == [6]
    assert [call for call in calls if call != "dynamodb:UpdateItem"] == ["dynamodb:BatchGetItem"]
