"""Metrics: what requests wrote into the log, as Prometheus reads it."""

import json
import re
from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any

import pytest

from functions.api.operations import get_metrics, ping
from infra.local.metrics import read_emf
from shared.base import aws
from tests.api import Answer, call
from tests.callers import service_token
from tests.clock import TurnedClock
from tests.functions.api.operations.conftest import Operated

NOON = datetime(2027, 3, 4, 12, 30, tzinfo=UTC).timestamp()
LINE = re.compile(r'[a-z_]+(\{[a-z_]+="[^"]*"(,[a-z_]+="[^"]*")*\})? [0-9.e+]+')


@pytest.fixture
def noon(turned_clock: TurnedClock) -> TurnedClock:
    turned_clock.seconds = NOON
    return turned_clock


def scrape(operated: Operated) -> Answer:
    return call(get_metrics.handler, "GET", "/metrics", token=service_token(operated.stage, "internal:metrics"))


def publish(operated: Operated, log: str) -> None:
    """Turn the lines of a log into metrics, as CloudWatch Logs does."""
    with operated.stage.unrecorded():
        for namespace, datum in read_emf(log):
            moment = datetime.fromtimestamp(datum["Timestamp"], UTC)
            aws.client("cloudwatch").put_metric_data(Namespace=namespace, MetricData=[{**datum, "Timestamp": moment}])


def samples(text: str) -> Iterator[str]:
    for line in text.splitlines():
        if not line.startswith("#"):
            assert LINE.fullmatch(line), line
            yield line


def test_requests_appear_by_endpoint_and_status(
    operated: Operated, noon: TurnedClock, capsys: pytest.CaptureFixture[str]
) -> None:
    for _ in range(3):
        call(ping.handler, "GET", "/ping")
    call(ping.handler, "POST", "/ping", {})
    publish(operated, capsys.readouterr().out)
    operated.move("", "queued")
    noon.advance(1)
    answer = scrape(operated)
    assert answer.status == 200
    assert answer.headers["content-type"] == "text/plain; version=0.0.4; charset=utf-8"
    found = list(samples(answer.body))
    assert 'showreel_requests_total{endpoint="ping",status="200"} 3' in found
    assert 'showreel_requests_total{endpoint="ping",status="405"} 1' in found
    assert 'showreel_request_duration_seconds_bucket{le="+Inf"} 4' in found
    assert "showreel_request_duration_seconds_count 4" in found
    assert 'showreel_jobs{status="queued"} 1' in found
    assert 'showreel_usage_requests_total{tier="anonymous"} 4' in found
    assert 'showreel_active_users{hour="current"} 0' in found


def emf(moment: float, dimensions: dict[str, str], **values: float) -> str:
    head = {
        "Timestamp": int(moment * 1000),
        "CloudWatchMetrics": [
            {"Namespace": "Showreel", "Dimensions": [list(dimensions)], "Metrics": [{"Name": name} for name in values]}
        ],
    }
    return json.dumps({"_aws": head, **dimensions, **values})


def test_counters_begin_anew_at_midnight_and_users_count_by_the_hour(operated: Operated, noon: TurnedClock) -> None:
    mine: dict[str, Any] = {"stage": "test"}
    log = [
        emf(NOON - 13 * 3600, {**mine, "tier": "pro"}, usage=100),
        emf(NOON - 3600, {**mine, "tier": "pro"}, usage=5),
        emf(NOON - 60, {**mine, "tier": "pro"}, usage=2),
        emf(NOON - 60, {"stage": "other", "tier": "pro"}, usage=1000),
        emf(NOON - 3600, mine, active_users=4),
        emf(NOON - 60, mine, active_users=3),
        emf(NOON - 60, {**mine, "le": "0.1"}, latency_bucket=6),
        emf(NOON - 60, {**mine, "le": "1"}, latency_bucket=3),
        emf(NOON - 60, {**mine, "le": "+Inf"}, latency_bucket=1),
        emf(NOON - 60, mine, latency=12500),
    ]
    publish(operated, "\n".join(log))
    found = list(samples(scrape(operated).body))
    assert 'showreel_usage_requests_total{tier="pro"} 7' in found
    assert [line for line in found if "active" in line] == [
        'showreel_active_users{hour="current"} 3',
        'showreel_active_users{hour="previous"} 4',
    ]
    histogram = dict(line.split(" ") for line in found if "duration" in line)
    assert histogram['showreel_request_duration_seconds_bucket{le="0.05"}'] == "0"
    assert histogram['showreel_request_duration_seconds_bucket{le="0.1"}'] == "6"
    assert histogram['showreel_request_duration_seconds_bucket{le="1"}'] == "9"
    assert histogram['showreel_request_duration_seconds_bucket{le="+Inf"}'] == "10"
    assert histogram["showreel_request_duration_seconds_sum"] == "12.5"


def test_a_minute_is_read_once(operated: Operated, noon: TurnedClock) -> None:
    publish(operated, emf(NOON - 60, {"stage": "test"}, latency=1))
    token = service_token(operated.stage, "internal:all")

    def read() -> None:
        assert call(get_metrics.handler, "GET", "/api/v1/admin/metrics", token=token).status == 200

    calls = operated.calls_of(read)
    assert [name for name in calls if name != "GetParameter"] == ["ListMetrics", "GetMetricData", "BatchGetItem"]
    noon.advance(59)
    assert operated.calls_of(read) == []
    noon.advance(1)
    assert "GetMetricData" in operated.calls_of(read)


def test_strangers_and_users_get_nothing(operated: Operated) -> None:
    from tests.callers import user_token

    assert call(get_metrics.handler, "GET", "/metrics").status == 401
    assert call(get_metrics.handler, "GET", "/metrics", token=user_token(operated.stage, "admin")).status == 401
    other = service_token(operated.stage, "internal:health")
    assert call(get_metrics.handler, "GET", "/metrics", token=other).status == 403


@pytest.mark.parametrize("operation", ["ListMetrics", "BatchGetItem"])
def test_without_cloudwatch_there_are_none(operated: Operated, operation: str) -> None:
    operated.broken.add(operation)
    answer = scrape(operated)
    assert (answer.status, answer.error["code"]) == (503, "SERVICE_UNAVAILABLE")


def test_large_counts_keep_all_their_digits(operated: Operated, noon: TurnedClock) -> None:
    publish(operated, emf(NOON - 60, {"stage": "test", "tier": "free"}, usage=123456789))
    assert 'showreel_usage_requests_total{tier="free"} 123456789' in scrape(operated).body
