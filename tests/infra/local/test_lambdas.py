"""Lambda workers on the local stack: environment, errors, grants, metrics, time to live, hot reload."""

from __future__ import annotations

import datetime
import json
import os
import re
import time
import urllib.error
import urllib.request
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

from infra.local.reload import Reloader
from infra.local.stack import LocalStack


def invoke(stack: LocalStack, name: str = "test-echo", **event: object) -> tuple[str | None, Any]:
    answer = stack.clients("lambda").invoke(FunctionName=name, Payload=json.dumps(event))
    return answer.get("FunctionError"), json.loads(answer["Payload"].read())


PATIENCE = 30


def until(test: Callable[[], Any], seconds: float = PATIENCE) -> Any:
    limit = time.monotonic() + seconds
    while not (found := test()) and time.monotonic() < limit:
        time.sleep(0.05)
    return found


def fetch(url: str, method: str = "GET", **headers: str) -> tuple[int, dict[str, str], bytes]:
    request = urllib.request.Request(url, method=method, headers=headers)
    try:
        with urllib.request.urlopen(request, timeout=10) as answer:
            return answer.status, dict(answer.headers), answer.read()
    except urllib.error.HTTPError as exc:
        with exc:
            return exc.code, dict(exc.headers), exc.read()


def alive(pid: int) -> bool:
    return Path(f"/proc/{pid}").exists()


def test_api_answers_and_cors_is_applied(stack: LocalStack) -> None:
    url = stack.outputs["ApiUrl"] + "/greet"
    assert fetch(url)[::2] == (200, b"hello")
    asked = {"Origin": "https://app.example.com", "Access-Control-Request-Method": "GET"}
    status, headers, _ = fetch(url, "OPTIONS", **asked)
    assert status in (200, 204)
    assert {name.lower(): value for name, value in headers.items()}["access-control-allow-origin"] == asked["Origin"]


def test_worker_sees_its_own_environment_only(stack: LocalStack) -> None:
    _, found = invoke(stack, do="who")
    environment = found["environment"]
    assert environment["CDN_BASE_URL"] == stack.settings.media_url
    assert os.access(environment["FFMPEG_PATH"], os.X_OK)
    assert environment["AWS_ACCESS_KEY_ID"].startswith("ASIA")
    assert (
        not {"AUTH", "GATEWAY_PORT", "STATE_DIR", "PYTHONPATH", "AWS_CONFIG_FILE", "PYTEST_CURRENT_TEST"}
        & environment.keys()
    )


def test_error_keeps_its_type_and_its_worker(stack: LocalStack) -> None:
    _, before = invoke(stack, do="who")
    assert invoke(stack, do="raise") == ("Unhandled", {"errorType": "OddError", "errorMessage": "as asked"})
    assert invoke(stack, do="who")[1]["pid"] == before["pid"]


def test_exit_is_reported_as_on_aws(stack: LocalStack) -> None:
    kind, body = invoke(stack, do="exit")
    assert (kind, body["errorType"]) == ("Unhandled", "Runtime.ExitError")
    assert body["errorMessage"].endswith("Runtime exited with error: exit status 3")


def test_crash_is_reported_as_on_aws(stack: LocalStack) -> None:
    invoke(stack)
    assert invoke(stack, do="crash")[1]["errorMessage"].endswith("Runtime exited with error: signal: killed")
    assert invoke(stack)[0] is None


def test_burst_is_served(stack: LocalStack) -> None:
    """Twelve requests at once take twelve environments; none waits for another or fails."""
    with ThreadPoolExecutor(12) as pool:
        answers = list(pool.map(lambda _: fetch(stack.outputs["ApiUrl"] + "/greet")[0], range(36)))
    assert answers == [200] * 36


def test_failing_import_is_reported_as_on_aws(stack: LocalStack) -> None:
    _, body = invoke(stack, "test-broken")
    assert body["errorType"] == "Runtime.ImportModuleError"
    assert body["errorMessage"] == "Unable to import module 'functions.broken': No module named 'no_such_module'"


def test_timeout_ends_the_worker(stack: LocalStack) -> None:
    pid = invoke(stack, do="who")[1]["pid"]
    assert "timed out after 3" in invoke(stack, do="sleep", seconds=20)[1]["errorMessage"]
    assert until(lambda: not alive(pid))


def test_case_113_ungranted_call_is_denied_recorded_and_told(stack: LocalStack) -> None:
    assert invoke(stack, do="put", key="allowed/a")[0] is None
    kind, body = invoke(stack, do="put", key="elsewhere/a")
    assert kind == "Unhandled"
    assert "AccessDenied" in body["errorMessage"]
    lines = (Path(stack.settings.folder) / "recorded_calls.jsonl").read_text().splitlines()
    calls = [json.loads(line) for line in lines]
    bucket = stack.outputs["test-data"]["MediaBucketName"]
    seen = {(call["action"], call["resource"], call["allowed"]) for call in calls if "echo" in call["role"]}
    assert ("s3:PutObject", f"arn:aws:s3:::{bucket}/allowed/a", True) in seen
    assert ("s3:PutObject", f"arn:aws:s3:::{bucket}/elsewhere/a", False) in seen
    assert len(lines) == len(set(lines))
    console = (Path(stack.settings.folder) / "emulator.log").read_text()
    assert f"is not allowed s3:PutObject on arn:aws:s3:::{bucket}/elsewhere/a (declare it as a need)" in console


def test_event_of_an_upload_carries_its_version(stack: LocalStack) -> None:
    sqs = stack.clients("sqs")
    url = sqs.get_queue_url(QueueName="test-arrived")["QueueUrl"]
    bucket = stack.outputs["test-data"]["MediaBucketName"]
    version = stack.clients("s3").put_object(Bucket=bucket, Key="allowed/versioned", Body=b"x")["VersionId"]

    def arrived() -> bool:
        messages = sqs.receive_message(QueueUrl=url, MaxNumberOfMessages=10).get("Messages", [])
        objects = [json.loads(message["Body"])["detail"]["object"] for message in messages]
        return any(found["key"] == "allowed/versioned" and found.get("version-id") == version for found in objects)

    assert until(arrived)


def test_emf_line_becomes_a_metric(stack: LocalStack) -> None:
    assert invoke(stack, do="metric")[0] is None
    metric = {"Namespace": "Test", "MetricName": "Seen", "Dimensions": [{"Name": "service", "Value": "echo"}]}
    query = {"Id": "seen", "MetricStat": {"Metric": metric, "Period": 60, "Stat": "Sum"}}
    now = datetime.datetime.now(datetime.UTC)
    window = {"StartTime": now - datetime.timedelta(minutes=5), "EndTime": now + datetime.timedelta(minutes=5)}

    def values() -> list[float]:
        answer = stack.clients("cloudwatch").get_metric_data(MetricDataQueries=[query], **window)
        return list(answer["MetricDataResults"][0]["Values"])

    assert until(values) == [7.0]


def test_silent_handler_costs_no_wait(stack: LocalStack) -> None:
    invoke(stack)
    times = []
    for _ in range(40):
        began = time.perf_counter()
        invoke(stack)
        times.append(time.perf_counter() - began)
    assert min(times) < 0.045, "a wait would be in each of them, whatever else the machine does"


def test_idle_worker_is_evicted_and_the_next_request_starts_another(stack: LocalStack) -> None:
    pid = invoke(stack, do="who")[1]["pid"]
    assert until(lambda: not alive(pid))
    assert invoke(stack, do="who")[1]["pid"] != pid


def test_edit_is_live(stack: LocalStack, app_root: Path) -> None:
    said: list[str] = []
    reloader = Reloader(stack, said.append)
    reloader.start()
    try:
        source = app_root / "shared" / "greeting.py"
        source.write_text(source.read_text().replace("return WORD", 'return WORD + ", again"'))
        assert until(lambda: fetch(stack.outputs["ApiUrl"] + "/greet")[2] == b"hello, again")
        assert until(lambda: said)
        assert re.fullmatch(r"shared/greeting\.py: live in \d\.\d s \([2-9] functions\)", said[0])
        assert stack.is_fresh(), "a body is no declaration"
        handler = app_root / "functions" / "echo.py"
        handler.write_text(handler.read_text() + "    # more\n")
        assert until(lambda: len(said) > 1)
        assert re.fullmatch(r"functions/echo\.py: live in \d\.\d s \(1 function\)", said[1])
    finally:
        reloader.close()


def test_broken_file_is_not_pushed_and_sets_off_no_synthesis(stack: LocalStack, app_root: Path) -> None:
    said: list[str] = []
    handler, added = app_root / "functions" / "echo.py", app_root / "functions" / "added.py"
    good = handler.read_text()
    reloader = Reloader(stack, said.append)
    reloader.start()
    try:
        handler.write_text("def handler(:\n" + good)
        assert until(lambda: said)
        assert said == ["functions/echo.py: broken, not pushed: invalid syntax, line 1"]
        assert fetch(stack.outputs["ApiUrl"] + "/greet")[0] == 200
        handler.write_text(good + "    # mended\n")
        assert until(lambda: len(said) > 1)
        assert said[1].startswith("functions/echo.py: live in ")
        added.write_text("def handler(:\n")
        assert until(lambda: len(said) > 2)
        assert said[2] == "functions/added.py: broken, not pushed: invalid syntax, line 1"
        added.unlink()
        time.sleep(1)
        assert said[3:] == [], "nothing is declared that was not before"
    finally:
        reloader.close()
        added.unlink(missing_ok=True)


def test_failing_synthesis_leaves_the_stack_as_it_was(stack: LocalStack, app_root: Path) -> None:
    said: list[str] = []
    source = app_root / "app.py"
    good = source.read_text()
    reloader = Reloader(stack, said.append)
    reloader.start()
    try:
        source.write_text("raise ValueError('no such thing')\n")
        assert until(lambda: any("no such thing" in line for line in said), 20)
        assert fetch(stack.outputs["ApiUrl"] + "/greet")[0] == 200
    finally:
        reloader.close()
        source.write_text(good)


def test_changed_declaration_is_deployed_beside(stack: LocalStack, app_root: Path) -> None:
    """A new environment variable needs a synthesis; code goes on being pushed meanwhile."""
    said: list[str] = []
    source = app_root / "app.py"
    good = source.read_text()
    reloader = Reloader(stack, said.append)
    reloader.start()
    try:
        source.write_text(good.replace('"BUCKET": self.data', '"ADDED": "yes", "BUCKET": self.data', 1))
        assert until(lambda: "app.py: saved; synthesising, about a minute" in said)
        handler = app_root / "functions" / "echo.py"
        handler.write_text(handler.read_text().replace('"body": greeting()', '"body": greeting().upper()'))
        assert until(lambda: b"HELLO" in fetch(stack.outputs["ApiUrl"] + "/greet")[2])
        assert until(lambda: invoke(stack, do="who")[1]["environment"].get("ADDED") == "yes", 90), said
        assert until(lambda: any(line.startswith("app.py: live after ") for line in said))
    finally:
        reloader.close()
        source.write_text(good)
