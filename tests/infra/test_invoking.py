"""Invoking what only the deployer may, on the local stack or in a stage."""

import json
import socket
from collections.abc import Iterator
from pathlib import Path

import boto3
import pytest
from botocore.stub import Stubber

from infra.account import AccountError
from infra.invoking import InvokeError, client_for, invoke, local_stack
from tests.infra.stubbed import invoked

EVENT = {"name": "metrics"}


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


def test_it_is_what_the_function_answers() -> None:
    assert invoke(invoked("do_it", EVENT, {"token": "a.b.c"}), "dev", "do_it", EVENT) == {"token": "a.b.c"}


def test_a_refusal_is_told_in_the_functions_words() -> None:
    refusing = invoked("do_it", EVENT, {"errorMessage": "name: no", "errorType": "ValueError"}, "Unhandled")
    with pytest.raises(InvokeError, match=r"^name: no$"):
        invoke(refusing, "dev", "do_it", EVENT)


def test_a_stage_that_is_not_there_is_told() -> None:
    client = boto3.client("lambda", region_name="eu-central-1")
    with Stubber(client) as stubber:
        stubber.add_client_error("invoke", "ResourceNotFoundException", "Function not found")
        with pytest.raises(InvokeError, match=r"do_it of stage dev cannot be invoked.*Function not found"):
            invoke(client, "dev", "do_it", EVENT)


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
    with pytest.raises(InvokeError, match="make up"):
        client_for("local", tmp_path / "none.json")


def test_without_a_stack_and_an_account_both_are_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"):
        monkeypatch.delenv(name)
    with pytest.raises(AccountError, match=r"^No local stack is up here .*make up.* There are no AWS credentials"):
        client_for("dev", tmp_path / "none.json")


def test_an_unknown_stage_is_refused(tmp_path: Path) -> None:
    with pytest.raises(AccountError, match="STAGE=test"):
        client_for("test", tmp_path / "none.json")
