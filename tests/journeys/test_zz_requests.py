"""Last of the journeys: what was really sent keeps to AWS's limits, with room to spare."""

import json
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from infra.local.stack import LocalStack
from tests.journeys.traveller import is_whole_run

ITEM, TRANSACTION, PAYLOAD = 400_000, 4_000_000, 256 * 1024
TRANSACTION_ITEMS, WRITE_BATCH, READ_BATCH = 100, 25, 100
Of = Callable[..., list[dict[str, Any]]]
NAME = re.compile(r"[A-Za-z0-9_-]{1,80}")


@pytest.fixture(scope="module")
def requests(local_stack: LocalStack) -> list[dict[str, Any]]:
    """The largest requests of each operation, of all journeys so far."""
    lines = (Path(local_stack.settings.folder) / "recorded_requests.jsonl").read_text().splitlines()
    return [json.loads(line) for line in lines]


@pytest.fixture
def of(requests: list[dict[str, Any]], request: pytest.FixtureRequest) -> Of:
    """Gives the requests of some operations. A whole run of the journeys makes them all."""

    def find(*operations: str) -> list[dict[str, Any]]:
        found = [one for one in requests if one["operation"] in operations]
        if not found and not is_whole_run(request.session):
            pytest.skip(f"only a run of all journeys asks for {operations}")
        assert found, f"no journey asks for {operations}"
        return found

    return find


def test_items_are_small(of: Of) -> None:
    for one in of("dynamodb:PutItem", "dynamodb:TransactWriteItems"):
        assert one["largest"] < ITEM / 4, one
    for one in of("dynamodb:UpdateItem"):
        assert one["bytes"] < ITEM / 4, one


def test_transactions_and_batches_are_small(of: Of, requests: list[dict[str, Any]]) -> None:
    for one in of("dynamodb:TransactWriteItems"):
        assert 0 < one["items"] <= TRANSACTION_ITEMS, one
        assert one["bytes"] < TRANSACTION / 4, one
    for one in requests:
        if one["operation"] == "dynamodb:BatchWriteItem":
            assert one["items"] <= WRITE_BATCH, one
        if one["operation"] == "dynamodb:BatchGetItem":
            assert one["items"] <= READ_BATCH, one


def test_executions_are_named_and_told_as_step_functions_takes_it(of: Of) -> None:
    for one in of("states:StartExecution"):
        assert NAME.fullmatch(one["name"]), one
        assert one["bytes"] < PAYLOAD / 16, one


def test_reports_of_outside_encoders_fit(of: Of) -> None:
    for one in of("states:SendTaskSuccess"):
        assert one["bytes"] < PAYLOAD / 16, one
