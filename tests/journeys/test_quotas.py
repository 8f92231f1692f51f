"""Quotas and budgets on the local stack: its functions order at the same time, and its DynamoDB decides."""

from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest

from tests.journeys.test_renders import LONG, Order, scenes, text
from tests.journeys.traveller import Traveller, until

FILM = scenes(text("Hello"))


def usage(somebody: Traveller) -> dict[str, Any]:
    answer = somebody.request("GET", "/api/v1/users/me/usage")
    assert answer.status_code == 200, answer.text
    found: dict[str, Any] = answer.json()
    return found


def allow(somebody: Traveller, dollars: float) -> None:
    answer = somebody.request("PATCH", "/api/v1/users/me", json={"monthly_budget": dollars})
    assert answer.status_code == 200, answer.text


def test_a_budget_for_one_lets_one_of_many_through_and_is_used_for_it(newcomer: Traveller) -> None:
    quoted = newcomer.request("POST", "/api/v1/videos?dry_run=true", json=FILM).json()["estimated_cost"]
    allow(newcomer, 1.5 * quoted)
    with ThreadPoolExecutor(8) as pool:
        asked = [pool.submit(newcomer.request, "POST", "/api/v1/videos", json=FILM) for _ in range(40)]
        answers = [one.result() for one in asked]
    assert Counter(answer.status_code for answer in answers) == {202: 1, 429: 39}
    refused = [answer.json()["error"] for answer in answers if answer.status_code == 429]
    assert {error["code"] for error in refused} == {"QUOTA_EXCEEDED"}
    assert usage(newcomer)["limits"]["videos_today"] == 1
    until(lambda: usage(newcomer)["videos_generated"] == 1, "the one video")
    found = usage(newcomer)
    assert found["limits"]["open_jobs"] == 0
    assert found["api_requests"] >= 42
    assert found["cost"] > 0
    assert found["render_minutes"] == pytest.approx(1 / 60, abs=0.001)
    listed = newcomer.request("GET", "/api/v1/videos").json()
    assert found["storage_bytes"] == listed["disk_usage"]["bytes"] > 0


def test_what_was_set_aside_is_free_once_a_job_is_cancelled(newcomer: Traveller) -> None:
    allow(newcomer, 1)
    waiting, working = Order(newcomer, LONG), Order(newcomer, LONG)
    assert usage(newcomer)["limits"]["budget_left"] < 1
    working.at_work()
    assert usage(newcomer)["limits"]["videos_today"] == 2
    with ThreadPoolExecutor(4) as pool:
        paths = [f"/api/v1/jobs/{order.id}/cancel" for order in (waiting, working) for _ in range(4)]
        assert {answer.status_code for answer in pool.map(lambda path: newcomer.request("POST", path), paths)} == {200}
    found = usage(newcomer)
    assert found["limits"]["open_jobs"] == 0
    assert found["limits"]["budget_left"] == pytest.approx(1 - found["cost"])
    assert found["videos_generated"] == 0
