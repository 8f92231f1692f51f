"""GET /health/ready and GET /ready."""

from functions.api.operations.get_readiness import handler
from tests.api import Answer, call
from tests.clock import TurnedClock
from tests.functions.api.operations.conftest import Operated


def ready(path: str = "/health/ready") -> Answer:
    return call(handler, "GET", path)


def test_a_stage_with_a_database_is_ready(operated: Operated) -> None:
    answer = ready()
    assert (answer.status, answer.json) == (200, {"status": "ready", "services": {"database": "healthy"}})
    assert ready("/ready").json == answer.json


def test_case_117_a_stage_without_its_database_is_not(operated: Operated, turned_clock: TurnedClock) -> None:
    operated.broken.add("BatchGetItem")
    answer = ready()
    assert (answer.status, answer.json) == (503, {"status": "not_ready", "services": {"database": "unhealthy"}})
    assert answer.headers["cache-control"] == "no-store"
    operated.broken.clear()
    turned_clock.advance(10)
    assert ready().status == 200


def test_findings_are_ten_seconds_old_at_most(operated: Operated, turned_clock: TurnedClock) -> None:
    assert operated.calls_of(ready) == ["BatchGetItem"]
    turned_clock.advance(9.9)
    assert operated.calls_of(ready) == []
    turned_clock.advance(0.1)
    assert operated.calls_of(ready) == ["BatchGetItem"]
