"""GET /health/detailed."""

from typing import Any

import pytest

from functions.api.operations.get_detailed_health import handler
from tests.api import Answer, call
from tests.clock import TurnedClock
from tests.functions.api.operations.conftest import Operated

ALL_WELL = {
    "storage": "healthy",
    "ffmpeg": "healthy",
    "transcription": "not_configured",
    "database": "healthy",
    "queue": "not_configured",
}


def detailed() -> Answer:
    return call(handler, "GET", "/health/detailed")


def test_all_is_well(operated: Operated) -> None:
    answer = detailed()
    assert (answer.status, answer.json["status"], answer.json["services"]) == (200, "healthy", ALL_WELL)
    assert answer.json["system"] == answer.json["jobs"] == {"status": "healthy"}
    assert answer.json["timestamp"].endswith("Z")


@pytest.mark.parametrize(
    ("operation", "changed"),
    [
        ("ListObjectsV2", {"storage": "unhealthy"}),
        ("Invoke", {"ffmpeg": "unhealthy"}),
        ("BatchGetItem", {"database": "unhealthy", "ffmpeg": "unknown"}),
    ],
)
def test_what_does_not_answer_degrades(operated: Operated, operation: str, changed: dict[str, str]) -> None:
    operated.broken.add(operation)
    answer = detailed()
    assert (answer.status, answer.json["status"], answer.json["services"]) == (200, "degraded", ALL_WELL | changed)


def test_ffmpeg_is_asked_once_a_minute_whoever_wants_to_know(operated: Operated, turned_clock: TurnedClock) -> None:
    assert "Invoke" in operated.calls_of(detailed)
    operated.stage.restart()
    assert "Invoke" not in operated.calls_of(detailed)
    turned_clock.advance(61)
    assert "Invoke" in operated.calls_of(detailed)


def test_a_media_function_that_fails_is_unhealthy(operated: Operated) -> None:
    operated.broken.add("PutItem")
    assert detailed().json["services"]["ffmpeg"] == "unhealthy"


def test_strangers_learn_names_and_states_only(operated: Operated) -> None:
    operated.move("", "queued")
    operated.broken.add("ListObjectsV2")

    def leaves(value: Any) -> list[Any]:
        inside = value.values() if isinstance(value, dict) else value if isinstance(value, list) else None
        return [value] if inside is None else [leaf for one in inside for leaf in leaves(one)]

    body = detailed().json
    states = {"healthy", "degraded", "unhealthy", "not_configured"}
    assert set(leaves(body)) - states == {body["timestamp"]}
