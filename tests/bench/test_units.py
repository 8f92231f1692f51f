"""What is weighed in large tables, and that what grows would show."""

from dataclasses import replace
from typing import Any

import pytest

from bench import units
from bench.capacity import put, size, weighing
from bench.world import world
from shared.base import aws
from shared.contract.resources import COUNTS
from tests.aws import real_name

LIKE = "a like"
SEARCH, TAG = "found videos, by words", "a page of 20, found videos, by a tag, latest"


def test_an_item_is_as_large_as_dynamodb_says() -> None:
    assert size({"name": {"S": "é"}, "count": {"N": "-1234.5"}, "there": {"BOOL": True}}) == 4 + 2 + 5 + 4 + 5 + 1
    assert size({"map": {"M": {"a": {"S": "b"}}}, "list": {"L": [{"N": "7"}]}}) == 3 + 3 + 1 + 2 + 4 + 3 + 1 + 2


def test_reads_and_writes_are_weighed() -> None:
    with world():
        put(COUNTS, {"of": {"S": "large"}, "text": {"S": "x" * 5000}})
        table, dynamodb = real_name(COUNTS), aws.client("dynamodb")
        with weighing() as costs:
            dynamodb.get_item(TableName=table, Key={"of": {"S": "large"}}, ConsistentRead=True)
            dynamodb.batch_get_item(RequestItems={table: {"Keys": [{"of": {"S": "large"}}, {"of": {"S": "none"}}]}})
            adding = {"UpdateExpression": "ADD likes :one", "ExpressionAttributeValues": {":one": {"N": "1"}}}
            update: dict[str, Any] = {"TableName": table, **adding}
            dynamodb.update_item(Key={"of": {"S": "large"}}, **update)
            dynamodb.transact_write_items(TransactItems=[{"Update": {"Key": {"of": {"S": "none"}}, **update}}])
    assert [(cost.read_units, cost.write_units) for cost in costs] == [(2, 0), (1.5, 0), (0, 5), (0, 2)]


@pytest.fixture(scope="module")
def found() -> dict[int, units.Found]:
    return {size: units._of_size(size) for size in (25, 40)}


def test_what_viewers_ask_for_does_not_grow(found: dict[int, units.Found]) -> None:
    first, *others = units.figures(found)
    assert first.name.endswith(f": {SEARCH}"), "it does until there are as many as it reads at most"
    assert (first.value, first.ok) == (1, False)
    told = {figure.name: figure.value for figure in others}
    assert told[f"{TAG}: items that queries read over items told"] == 21 / 20
    assert told[f"{TAG}: read units"] == 12, "of each video half a unit"
    assert (found[40][LIKE].calls, found[40][LIKE].write_units) == (2, 4)
    assert all(figure.ok for figure in others if figure.name.endswith(": AWS calls"))


def test_what_grows_is_named(found: dict[int, units.Found]) -> None:
    grown = {**found[40], LIKE: replace(found[40][LIKE], read_units=100)}
    assert (figure := units.figures({25: found[25], 40: grown})[0]).value == 2
    assert figure.name.endswith(f": {SEARCH}, {LIKE}")
