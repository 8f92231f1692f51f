"""`make service-token`."""

import io
import json
import socket
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import boto3
import pytest
from botocore.stub import Stubber

from infra import service_token
from infra.account import AccountError
from infra.service_token import TokenError, client_for, issue, local_stack, main


@pytest.fixture
def endpoint() -> Iterator[str]:
    """Something that takes connections."""
    with socket.create_server(("127.0.0.1", 0)) as server:
        yield f"http://127.0.0.1:{server.getsockname()[1]}"


def outputs(folder: Path, endpoint: str) -> Path:
    path = folder / "outputs.json"
    path.write_text(json.dumps({"ApiUrl": "x", "Endpoint": endpoint, "showreel-dev-api": {}, "showreel-dev-tasks": {}}))
    return path


def closed_port() -> str:
    with socket.create_server(("127.0.0.1", 0)) as server:
        return f"http://127.0.0.1:{server.getsockname()[1]}"


def answering(answer: Any, error: str = "") -> Any:
    """A Lambda client whose one invocation is answered so."""
    client = boto3.client("lambda", region_name="eu-central-1")
    stubber = Stubber(client)
    more = {"FunctionError": error} if error else {}
    expected = {
        "FunctionName": "showreel-dev-issue_service_token",
        "Payload": json.dumps({"name": "metrics", "permissions": ["internal:metrics"]}).encode(),
    }
    stubber.add_response(
        "invoke", {"StatusCode": 200, "Payload": io.BytesIO(json.dumps(answer).encode()), **more}, expected
    )
    stubber.activate()
    return client


def test_the_token_is_what_the_function_answers() -> None:
    client = answering({"token": "a.b.c", "expires_in": 3600})
    assert issue(client, "dev", "metrics", ["internal:metrics"]) == "a.b.c"


def test_a_refusal_is_told_in_the_functions_words() -> None:
    client = answering({"errorMessage": "name: no", "errorType": "ValueError"}, "Unhandled")
    with pytest.raises(TokenError, match=r"^name: no$"):
        issue(client, "dev", "metrics", ["internal:metrics"])


def test_a_stage_that_is_not_there_is_told() -> None:
    client = boto3.client("lambda", region_name="eu-central-1")
    with Stubber(client) as stubber:
        stubber.add_client_error("invoke", "ResourceNotFoundException", "Function not found")
        with pytest.raises(TokenError, match=r"of stage dev cannot be invoked.*Function not found"):
            issue(client, "dev", "metrics", ["internal:metrics"])


def test_a_local_stack_that_is_up_is_found(tmp_path: Path, endpoint: str) -> None:
    assert local_stack(outputs(tmp_path, endpoint)) == (endpoint, "dev")


def test_one_that_is_down_is_not(tmp_path: Path) -> None:
    assert local_stack(outputs(tmp_path, closed_port())) is None
    assert local_stack(tmp_path / "none.json") is None
    (tmp_path / "broken.json").write_text("{")
    assert local_stack(tmp_path / "broken.json") is None


def test_the_local_stack_is_asked_while_it_is_up(
    tmp_path: Path, endpoint: str, capsys: pytest.CaptureFixture[str]
) -> None:
    for stage in ("local", "dev"):
        client, real_stage = client_for(stage, outputs(tmp_path, endpoint))
        assert (client.meta.endpoint_url, real_stage) == (endpoint, "dev")
    told = capsys.readouterr()
    assert endpoint in told.err
    assert told.out == ""


def test_stage_local_wants_a_stack(tmp_path: Path) -> None:
    with pytest.raises(TokenError, match="make up"):
        client_for("local", tmp_path / "none.json")


def test_without_a_stack_and_an_account_both_are_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"):
        monkeypatch.delenv(name)
    with pytest.raises(AccountError, match=r"^No local stack is up here .*make up.* There are no AWS credentials"):
        client_for("dev", tmp_path / "none.json")


def test_an_unknown_stage_is_refused(tmp_path: Path) -> None:
    with pytest.raises(AccountError, match="STAGE=test"):
        client_for("test", tmp_path / "none.json")


def test_the_token_alone_goes_to_standard_output(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("PERMISSIONS", "internal:metrics")
    monkeypatch.setattr(service_token, "client_for", lambda stage: (answering({"token": "a.b.c"}), stage))
    assert main(["metrics", "dev"]) == 0
    assert capsys.readouterr().out == "a.b.c\n"


def test_without_a_name_it_says_how(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["", "dev"]) == 1
    told = capsys.readouterr()
    assert (told.out, "NAME=metrics" in told.err) == ("", True)
