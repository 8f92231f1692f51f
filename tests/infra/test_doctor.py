"""What the doctor reads, what it finds short, and that what it cannot read keeps it from nothing else."""

import datetime
import json
from pathlib import Path

import pytest

from infra import doctor
from infra.parts.sizes import GPU_MAX_VCPUS, JOB_VCPUS, MAX_VCPUS
from tests.infra.stubbed import StubbedSession


def tell_quotas(session: StubbedSession, values: dict[str, float]) -> None:
    """Answer for every quota: the account's own value, or AWS's default for those that are not among the values."""
    stub = session.answers("service-quotas")
    for quota in doctor.QUOTAS:
        asked = {"ServiceCode": quota.service, "QuotaCode": quota.code}
        if quota.code in values:
            stub.add_response("get_service_quota", {"Quota": {"Value": values[quota.code]}}, asked)
        else:
            stub.add_client_error("get_service_quota", "NoSuchResourceException", expected_params=asked)
            stub.add_response("get_aws_default_service_quota", {"Quota": {"Value": 10_000.0}}, asked)


SPOT_ROLE = {"RoleName": doctor.SPOT_ROLE}


@pytest.fixture
def may_spot(session: StubbedSession) -> None:
    """Spot instances were started in the account before."""
    role = {
        **SPOT_ROLE,
        "Path": "/aws-service-role/spot.amazonaws.com/",
        "RoleId": "AROA" + "X" * 17,
        "Arn": f"arn:aws:iam::123456789012:role/aws-service-role/spot.amazonaws.com/{doctor.SPOT_ROLE}",
        "CreateDate": datetime.datetime(2030, 1, 1, tzinfo=datetime.UTC),
    }
    session.answers("iam").add_response("get_role", {"Role": role}, SPOT_ROLE)


@pytest.mark.usefixtures("may_spot")
def test_doctor_names_what_is_short_and_how_to_ask(session: StubbedSession, capsys: pytest.CaptureFixture[str]) -> None:
    tell_quotas(session, {"L-B99A9384": 10.0, "L-34B43A08": 5.0})
    assert doctor.main(["dev"]) == 1
    printed = capsys.readouterr().out
    assert "Account 123456789012, eu-central-1, stage dev" in printed
    assert "SHORT Lambda: functions running at once: 10, needs 50" in printed
    assert "ok    Step Functions: state transitions per second: 10000, needs 50" in printed
    ask = "aws service-quotas request-service-quota-increase"
    assert [line for line in printed.splitlines() if line.startswith("aws")] == [
        f"{ask} --service-code lambda --quota-code L-B99A9384 --desired-value 50",
        f"{ask} --service-code ec2 --quota-code L-34B43A08 --desired-value 8",
    ]
    session.answers("service-quotas").assert_no_pending_responses()


@pytest.mark.usefixtures("may_spot")
def test_doctor_is_content_with_a_large_account(session: StubbedSession, capsys: pytest.CaptureFixture[str]) -> None:
    tell_quotas(session, {})
    assert doctor.main(["prod"]) == 0
    assert "The account is large enough." in capsys.readouterr().out


def test_doctor_says_what_it_may_not_read(session: StubbedSession, capsys: pytest.CaptureFixture[str]) -> None:
    session.answers("iam").add_client_error("get_role", "AccessDenied", "not allowed")
    for _ in doctor.QUOTAS:
        session.answers("service-quotas").add_client_error("get_service_quota", "AccessDeniedException", "not allowed")
    assert doctor.main(["dev"]) == 0
    printed = capsys.readouterr().out
    assert printed.count("unknown") == len(doctor.QUOTAS) + 1
    assert "large enough" not in printed.replace("What is known is large enough.", "")


@pytest.mark.usefixtures("may_spot")
def test_quota_that_aws_does_not_know_keeps_no_other_from_being_read(
    session: StubbedSession, capsys: pytest.CaptureFixture[str]
) -> None:
    stub = session.answers("service-quotas")
    stub.add_client_error("get_service_quota", "NoSuchResourceException")
    stub.add_client_error("get_aws_default_service_quota", "NoSuchResourceException", "no such quota")
    for _ in doctor.QUOTAS[1:]:
        stub.add_response("get_service_quota", {"Quota": {"Value": 1.0}})
    assert doctor.main(["dev"]) == 1
    printed = capsys.readouterr().out
    assert f"?     {doctor.QUOTAS[0].what}: unknown, needs 50 (lambda L-B99A9384: " in printed
    assert f"SHORT {doctor.QUOTAS[-1].what}: 1, needs 50" in printed


def test_doctor_says_how_spot_instances_come_to_start(
    session: StubbedSession, capsys: pytest.CaptureFixture[str]
) -> None:
    session.answers("iam").add_client_error("get_role", "NoSuchEntity", expected_params=SPOT_ROLE)
    tell_quotas(session, {})
    assert doctor.main(["dev"]) == 1
    command = "aws iam create-service-linked-role --aws-service-name spot.amazonaws.com"
    assert [line for line in capsys.readouterr().out.splitlines() if line.startswith("aws")] == [command]


def test_production_needs_as_many_vcpus_as_the_batch_environment_may_use() -> None:
    needed = [quota.production for quota in doctor.QUOTAS if quota.service == "ec2"]
    assert needed == [MAX_VCPUS, MAX_VCPUS]
    assert {(quota.trial, quota.production) for quota in doctor.GPU_QUOTAS} == {(JOB_VCPUS, GPU_MAX_VCPUS)}


@pytest.mark.parametrize(
    ("context", "stages"),
    [
        ({}, ""),
        ({"gpu": "off"}, ""),
        ({"gpu": "g5"}, "dev staging prod"),
        ({"stages": {"prod": {"gpu": "g4dn"}, "dev": {"gpu": "off"}}}, "prod"),
    ],
)
def test_machines_with_gpus_are_asked_about_where_the_stage_has_them(
    tmp_path: Path, context: dict[str, object], stages: str
) -> None:
    settings = tmp_path / "cdk.json"
    settings.write_text(json.dumps({"context": context}))
    asked = [stage for stage in ("dev", "staging", "prod") if doctor.quotas_of(stage, settings) != doctor.QUOTAS]
    assert asked == stages.split()
    assert doctor.quotas_of("prod", settings)[: len(doctor.QUOTAS)] == doctor.QUOTAS
