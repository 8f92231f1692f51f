"""The deployer: order, nothing to do, what it says of a refusal, and what AWS would refuse."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from infra.local.deploy import Deployer, DeployError
from infra.local.stack import LocalStack


def write(folder: Path, **stacks: dict[str, Any]) -> None:
    """A cloud assembly of these templates; each stack depends on those before it."""
    artifacts, before = {}, list[str]()
    for name, template in stacks.items():
        (folder / f"{name}.json").write_text(json.dumps(template))
        properties = {"templateFile": f"{name}.json", "stackName": name}
        artifacts[name] = {"type": "aws:cloudformation:stack", "properties": properties, "dependencies": list(before)}
        before.append(name)
    (folder / "manifest.json").write_text(json.dumps({"artifacts": artifacts}))


def parameter(value: Any, **output: Any) -> dict[str, Any]:
    resource = {"Type": "AWS::SSM::Parameter", "Properties": {"Type": "String", "Value": value}}
    return {"Resources": {"Setting": resource}, "Outputs": {"Value": {"Value": value, **output}}}


@pytest.fixture
def said() -> list[str]:
    return []


@pytest.fixture
def deployer(stack: LocalStack, tmp_path: Path, said: list[str]) -> Deployer:
    return Deployer(stack.clients, tmp_path, tmp_path, said.append)


def test_stacks_in_order_and_nothing_to_do(deployer: Deployer, tmp_path: Path, said: list[str]) -> None:
    write(
        tmp_path,
        **{
            "order-first": parameter("one", Export={"Name": "order-first:value"}),
            "order-second": parameter({"Fn::ImportValue": "order-first:value"}),
        },
    )
    assert deployer.deploy() == {"order-first": {"Value": "one"}, "order-second": {"Value": "one"}}
    assert [line.partition(":")[0] for line in said] == ["order-first", "order-second"]
    assert deployer.deploy()["order-second"] == {"Value": "one"}
    assert len(said) == 2, "the second time there is nothing to do"


def test_refusal_names_the_resource_and_the_next_try_works(deployer: Deployer, tmp_path: Path) -> None:
    queue = {"Type": "AWS::Batch::JobQueue", "Properties": {"JobQueueName": "twice", "Priority": 1}}
    write(tmp_path, refused={"Resources": {"One": queue, "Other": {**queue, "DependsOn": "One"}}})
    with pytest.raises(DeployError, match=r"refused: (.|\n)*Other \(AWS::Batch::JobQueue\): .*already exists: twice"):
        deployer.deploy()
    write(tmp_path, refused=parameter("good"))
    assert deployer.deploy() == {"refused": {"Value": "good"}}


def test_type_that_the_emulator_lacks_is_named(deployer: Deployer, tmp_path: Path) -> None:
    write(tmp_path, unknown={"Resources": {"Odd": {"Type": "AWS::Nothing::Here"}}})
    with pytest.raises(DeployError, match="AWS::Nothing::Here"):
        deployer.deploy()


def test_changed_export_in_use_is_refused_as_on_aws(deployer: Deployer, tmp_path: Path) -> None:
    importing = parameter({"Fn::ImportValue": "giver:value"})
    write(tmp_path, giver=parameter("one", Export={"Name": "giver:value"}), taker=importing)
    deployer.deploy()
    write(tmp_path, giver=parameter("two", Export={"Name": "giver:value"}), taker=importing)
    with pytest.raises(DeployError, match="AWS would refuse this: export giver:value changes while taker import it"):
        deployer.deploy()


def test_stacks_that_depend_on_one_another(deployer: Deployer, tmp_path: Path) -> None:
    write(tmp_path, left=parameter("x"), right=parameter("y"))
    manifest = json.loads((tmp_path / "manifest.json").read_text())
    manifest["artifacts"]["left"]["dependencies"] = ["right"]
    (tmp_path / "manifest.json").write_text(json.dumps(manifest))
    with pytest.raises(DeployError, match="depend on one another: left, right"):
        deployer.deploy()
