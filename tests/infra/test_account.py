"""Deploying and examining an account: what they ask AWS, what they refuse, and what they say without credentials."""

import datetime
import os
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from botocore.exceptions import EndpointConnectionError

from infra import account, deploy, doctor
from infra.build import NO_BYTECODE, BuildError
from infra.settings import has_edge
from tests.infra.stubbed import StubbedSession


@pytest.fixture
def no_credentials(monkeypatch: pytest.MonkeyPatch) -> None:
    """A machine that no account is known on."""
    for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"):
        monkeypatch.delenv(name)


@pytest.mark.parametrize("command", [deploy.main, doctor.main])
@pytest.mark.usefixtures("no_credentials")
def test_without_credentials_a_command_says_so_and_fails(
    command: Callable[[list[str]], int], capsys: pytest.CaptureFixture[str]
) -> None:
    assert command(["dev"]) == 1
    assert capsys.readouterr().err.strip() == account.NO_CREDENTIALS


@pytest.mark.parametrize("command", [deploy.main, doctor.main])
@pytest.mark.parametrize("arguments", [[], [""], ["live"]])
def test_stage_that_does_not_exist_is_refused(
    command: Callable[[list[str]], int], arguments: list[str], capsys: pytest.CaptureFixture[str]
) -> None:
    assert command(arguments) == 1
    assert "there are dev, staging and prod" in capsys.readouterr().err


def test_region_is_asked_for(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("AWS_DEFAULT_REGION")
    with pytest.raises(account.AccountError, match="no AWS region"):
        account.open_account()


def test_credentials_that_aws_refuses_are_an_error() -> None:
    refused = StubbedSession(region_name="eu-central-1")
    refused.answers("sts").add_client_error("get_caller_identity", "ExpiredToken", "it has expired", 403)
    with pytest.raises(account.AccountError, match=r"does not accept the credentials.*expired"):
        account.open_account(refused)


def test_account_that_answers_is_known(session: StubbedSession) -> None:
    found = account.open_account(session)
    assert (found.number, found.region) == ("123456789012", "eu-central-1")


@pytest.fixture
def cdk(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A CDK command line that notes how it was called and ends with what `status` says; nothing is built."""
    program, called = tmp_path / "cdk", tmp_path / "called"
    program.write_text(
        f'#!/bin/sh\necho "$@" > {called}\necho "$PATH|$AWS_REGION" >> {called}\nexit $(cat {tmp_path}/status)\n'
    )
    program.chmod(0o755)
    (tmp_path / "status").write_text("0")
    monkeypatch.setattr(deploy, "CDK", program)
    monkeypatch.setattr(deploy, "build", lambda: "")
    return tmp_path


def bootstrapped(session: StubbedSession, **stacks: str) -> None:
    """The account was prepared for the CDK, and has these stacks (`_` for `-`) in these states, prod's protected."""
    made = [
        {
            "StackName": (real := name.replace("_", "-")),
            "StackStatus": status,
            "CreationTime": datetime.datetime(2030, 1, 1, tzinfo=datetime.UTC),
            "EnableTerminationProtection": "-prod-" in real,
        }
        for name, status in stacks.items()
    ]
    cloudformation = session.answers("cloudformation")
    cloudformation.add_response("describe_stacks", {"Stacks": made[:1], "NextToken": "more"}, {})
    cloudformation.add_response("describe_stacks", {"Stacks": made[1:]}, {"NextToken": "more"})
    answer = {"Parameter": {"Name": deploy.BOOTSTRAP_VERSION, "Value": "29"}}
    session.answers("ssm").add_response("get_parameter", answer, {"Name": deploy.BOOTSTRAP_VERSION})


def test_deploy_runs_the_cdk_for_all_stacks_of_the_stage(
    session: StubbedSession, cdk: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    bootstrapped(session)
    assert deploy.main(["staging"]) == 0
    arguments, environment = (cdk / "called").read_text().splitlines()
    assert arguments.startswith("deploy --all --require-approval never -c stage=staging -c bundles=build ")
    assert arguments.endswith("/build/outputs-staging.json")
    path, region = environment.split("|")
    assert path.split(os.pathsep)[0] == str(Path(sys.executable).parent)
    assert region == "eu-central-1"
    assert "Deploying stage staging to account 123456789012 in eu-central-1" in capfd.readouterr().out


def test_deploy_fails_when_the_cdk_does(session: StubbedSession, cdk: Path, capsys: pytest.CaptureFixture[str]) -> None:
    bootstrapped(session)
    (cdk / "status").write_text("3")
    assert deploy.main(["dev"]) == 1
    assert "The CDK ended with 3" in capsys.readouterr().err


def test_deploy_that_never_ends_is_stopped(
    session: StubbedSession, cdk: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    bootstrapped(session)
    (cdk / "cdk").write_text("#!/bin/sh\nexec sleep 60\n")
    monkeypatch.setattr(deploy, "DEPLOY_SECONDS", 0.3)
    assert deploy.main(["dev"]) == 1
    assert "did not end" in capsys.readouterr().err


def test_first_deployment_that_failed_is_cleared_away_by_hand(
    session: StubbedSession, cdk: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(deploy, "find_lambda_python", lambda environment: "python3.13")
    bootstrapped(
        session,
        showreel_prod_api="CREATE_COMPLETE",
        showreel_prod_media="ROLLBACK_COMPLETE",
        showreel_prod_data="ROLLBACK_FAILED",
        showreel_staging_data="ROLLBACK_FAILED",
    )
    assert deploy.main(["prod"]) == 1
    printed = capsys.readouterr().err
    assert not (cdk / "called").exists()
    assert "showreel-prod-api" not in printed
    assert "staging" not in printed
    unprotect = "aws cloudformation update-termination-protection --no-enable-termination-protection --stack-name"
    for name in ("showreel-prod-media", "showreel-prod-data"):
        assert f"{unprotect} {name}\n  aws cloudformation delete-stack --stack-name {name}\n" in printed
    assert printed.count("describe-stack-resources") == 1
    assert "DELETE_FAILED" in printed


def test_cdk_clears_away_what_is_not_protected(session: StubbedSession, cdk: Path) -> None:
    bootstrapped(session, showreel_dev_media="ROLLBACK_COMPLETE", showreel_dev_api="UPDATE_ROLLBACK_COMPLETE")
    assert deploy.main(["dev"]) == 0
    assert (cdk / "called").exists()


def test_account_that_was_not_prepared_gets_the_command_that_does_it(
    session: StubbedSession, cdk: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    session.answers("ssm").add_client_error("get_parameter", "ParameterNotFound")
    assert deploy.main(["dev"]) == 1
    assert "bootstrap aws://123456789012/eu-central-1" in capsys.readouterr().err
    assert not (cdk / "called").exists()


def test_edge_wants_the_account_prepared_where_cloudfront_takes_its_web_acl(
    session: StubbedSession, cdk: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(deploy, "has_edge", lambda stage: stage == "dev")
    found = {"Parameter": {"Name": deploy.BOOTSTRAP_VERSION, "Value": "29"}}
    session.answers("ssm").add_response("get_parameter", found, {"Name": deploy.BOOTSTRAP_VERSION})
    session.answers("ssm").add_client_error("get_parameter", "ParameterNotFound")
    assert deploy.main(["dev"]) == 1
    assert "bootstrap aws://123456789012/us-east-1" in capsys.readouterr().err
    assert not (cdk / "called").exists()


def test_setting_is_of_all_stages_or_of_one_alone(tmp_path: Path) -> None:
    settings = tmp_path / "cdk.json"
    settings.write_text('{"context": {"stages": {"prod": {"edge": "on"}}}}')
    assert [stage for stage in ("dev", "staging", "prod") if has_edge(stage, settings)] == ["prod"]
    settings.write_text('{"context": {"edge": "on"}}')
    assert has_edge("dev", settings)
    assert not has_edge("dev"), "it costs all the time"


def test_production_without_bytecode_is_refused_before_anything_is_asked(
    session: StubbedSession, cdk: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(deploy, "find_lambda_python", lambda environment: "")
    assert deploy.main(["prod"]) == 1
    assert NO_BYTECODE in capsys.readouterr().err
    assert not (cdk / "called").exists()


def test_other_stages_do_without_bytecode(session: StubbedSession, cdk: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(deploy, "find_lambda_python", lambda environment: "")
    bootstrapped(session)
    assert deploy.main(["dev"]) == 0


def test_build_that_fails_deploys_nothing(
    session: StubbedSession, cdk: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def fail() -> str:
        raise BuildError("too large")

    bootstrapped(session)
    monkeypatch.setattr(deploy, "build", fail)
    assert deploy.main(["dev"]) == 1
    assert "too large" in capsys.readouterr().err
    assert not (cdk / "called").exists()


def test_aws_out_of_reach_is_an_error(session: StubbedSession, monkeypatch: pytest.MonkeyPatch) -> None:
    def unreachable() -> Any:
        raise EndpointConnectionError(endpoint_url="https://sts.eu-central-1.amazonaws.com")

    monkeypatch.setattr(session.client("sts"), "get_caller_identity", unreachable)
    with pytest.raises(account.AccountError, match="Could not connect"):
        account.open_account(session)
