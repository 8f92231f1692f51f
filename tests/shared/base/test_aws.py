"""Secrets and parameters while AWS does not answer."""

from typing import Any

import pytest
from botocore.exceptions import ConnectionClosedError

from shared.base import aws
from shared.base.errors import UnavailableError
from shared.contract.resources import WEBHOOK
from tests.aws import Stage
from tests.clock import TurnedClock

READS = [
    pytest.param(lambda: aws.secret(WEBHOOK.variable), ("secretsmanager", "GetSecretValue"), id="secret"),
    pytest.param(lambda: aws.parameter("PUBLIC_KEYS_PARAMETER"), ("ssm", "GetParameter"), id="parameter"),
]


@pytest.mark.parametrize(("read", "operation"), READS)
def test_a_value_that_was_never_read_is_unavailable(stage: Stage, read: Any, operation: tuple[str, str]) -> None:
    with stage.refusing(*operation, "InternalServiceError") as fired, pytest.raises(UnavailableError) as refused:
        read()
    with stage.cut_off(*operation, ConnectionClosedError, after=False) as cut, pytest.raises(UnavailableError):
        read()
    assert fired
    assert cut
    assert refused.value.headers["Retry-After"]


@pytest.mark.parametrize(("read", "operation"), READS)
def test_a_value_that_was_read_serves_on_and_is_asked_for_now_and_then(
    stage: Stage, turned_clock: TurnedClock, read: Any, operation: tuple[str, str]
) -> None:
    value = read()
    turned_clock.advance(aws.SECRET_SECONDS)
    with stage.refusing(*operation, "InternalServiceError") as fired:
        assert [read() for _ in range(5)] == [value] * 5
        assert len(fired) == 1
        turned_clock.advance(aws.STALE_SECONDS)
        assert read() == value
        assert len(fired) == 2
    assert stage.calls_of(read) == []
    turned_clock.advance(aws.STALE_SECONDS)
    assert len(stage.calls_of(read)) == 1
    assert stage.calls_of(read) == []


def test_who_asks_for_the_value_of_now_gets_no_older_one_and_costs_others_nothing(stage: Stage) -> None:
    value = aws.parameter("PUBLIC_KEYS_PARAMETER")
    with stage.refusing("ssm", "GetParameter", "InternalServerError") as fired, pytest.raises(UnavailableError):
        aws.parameter("PUBLIC_KEYS_PARAMETER", again=True)
    assert fired
    assert stage.calls_of(lambda: aws.parameter("PUBLIC_KEYS_PARAMETER")) == []
    assert aws.parameter("PUBLIC_KEYS_PARAMETER") == value
