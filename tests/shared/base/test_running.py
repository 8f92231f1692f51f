"""How a step ends as a Batch job: its exit code is all that Batch's rules see."""

import json
import sys
from typing import Any

import pytest

from shared.base.running import EXIT_BAD_INPUT, EXIT_UNAVAILABLE, StepError, WrongMachineError, run_as_job


@pytest.mark.parametrize(
    ("error", "code"),
    [(StepError("INVALID_MEDIA", "Bad."), EXIT_BAD_INPUT), (WrongMachineError("no driver"), EXIT_UNAVAILABLE)],
)
def test_hopeless_ends_have_codes_of_their_own(monkeypatch: pytest.MonkeyPatch, error: Exception, code: int) -> None:
    def step(_told: dict[str, Any]) -> dict[str, Any]:
        raise error

    monkeypatch.setattr(sys, "argv", ["step", "{}"])
    with pytest.raises(SystemExit) as ended:
        run_as_job(step)
    assert ended.value.code == code
    assert code not in {0, 1}, "an exception that nobody knows ends with 1, and is tried again"


def test_any_other_error_is_not_swallowed(monkeypatch: pytest.MonkeyPatch) -> None:
    def step(_told: dict[str, Any]) -> dict[str, Any]:
        raise ConnectionError("the storage is away")

    monkeypatch.setattr(sys, "argv", ["step", "{}"])
    with pytest.raises(ConnectionError):
        run_as_job(step)


def test_child_of_an_array_knows_its_number(monkeypatch: pytest.MonkeyPatch) -> None:
    told: list[dict[str, Any]] = []
    monkeypatch.setattr(sys, "argv", ["step", json.dumps({"video": "v"})])
    monkeypatch.setenv("AWS_BATCH_JOB_ARRAY_INDEX", "7")
    run_as_job(lambda given: told.append(given) or {})
    assert told == [{"video": "v", "worker": 7}]
