"""What must hold of a request: checked once, in its first transaction or by a read."""

from collections.abc import Iterator
from typing import Any

import pytest

from shared.base import provisos
from shared.base.errors import ForbiddenError
from shared.base.provisos import Proviso
from shared.base.transactions import write_together
from shared.contract.resources import OPERATIONS
from tests.aws import Stage, real_name


@pytest.fixture(autouse=True)
def _nothing_is_left(stage: Stage) -> Iterator[None]:
    yield
    provisos.require(None)


def _put(key: str, condition: str = "") -> dict[str, Any]:
    named = {"ConditionExpression": condition} if condition else {}
    return {"Put": {"TableName": real_name(OPERATIONS), "Item": {"pk": {"S": key}}, **named}}


def _that_there_is(key: str) -> Proviso:
    check = {
        "TableName": real_name(OPERATIONS),
        "Key": {"pk": {"S": key}},
        "ConditionExpression": "attribute_exists(pk)",
    }
    return Proviso({"ConditionCheck": check}, lambda: False, lambda: ForbiddenError("There is no such thing"))


def test_the_first_transaction_checks_it_and_the_second_does_not(stage: Stage) -> None:
    assert write_together(_put("lease")) is None
    provisos.require(_that_there_is("lease"))
    before = len(stage.calls)
    assert write_together(_put("a")) is None
    assert write_together(_put("b")) is None
    sent = [len(call.parameters["TransactItems"]) for call in stage.calls[before:]]
    assert sent == [2, 1]
    provisos.settle()  # which would read, and find nothing


def test_nothing_is_written_where_it_does_not_hold(stage: Stage) -> None:
    provisos.require(_that_there_is("lease"))
    for write in (_put("a"), _put("a", "attribute_exists(pk)")):
        with pytest.raises(ForbiddenError, match="no such thing"):
            write_together(write)
    assert stage.rows(OPERATIONS) == []


def test_a_write_that_is_refused_by_itself_has_checked_nothing(stage: Stage) -> None:
    assert write_together(_put("lease")) is None
    provisos.require(_that_there_is("lease"))
    refusal = write_together(_put("a"), _put("lease2", "attribute_exists(pk)"))
    assert refusal
    assert refusal.all == (1,)
    assert provisos.due()


def test_who_writes_nothing_is_checked_by_a_read() -> None:
    proviso = _that_there_is("lease")
    provisos.require(proviso)
    with pytest.raises(ForbiddenError):
        provisos.settle()
    proviso.holds = lambda: True
    provisos.settle()
    assert provisos.due() is None


def test_without_one_nothing_is_asked() -> None:
    provisos.settle()
    assert provisos.due() is None
