"""The templates of a stage as a test reads them."""

import json
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

PSEUDO = {"AWS::Partition": "aws", "AWS::Region": "eu-central-1", "AWS::AccountId": "123456789012"}


def text(value: Any) -> str:
    """A string of a template with what only the deployment knows in `${...}`; partition, region and account made up."""
    if isinstance(value, str):
        for name, real in PSEUDO.items():
            value = value.replace(f"${{{name}}}", real)
        return value
    [(function, argument)] = value.items()
    if function == "Fn::Join":
        separator, parts = argument
        return str(separator).join(text(part) for part in parts)
    if function == "Ref":
        return PSEUDO.get(argument, f"${{{argument}}}")
    if function == "Fn::GetAtt":
        return f"${{{'.'.join(argument)}}}"
    if function in ("Fn::Sub", "Fn::ImportValue"):
        return text(argument)
    raise AssertionError(f"{function} is not expected here")


def as_list(value: Any) -> list[Any]:
    """What IAM and CloudFormation write as one value or as a list."""
    return value if isinstance(value, list) else [value]


@dataclass(frozen=True)
class Placed:
    """One resource of one stack."""

    stack: str
    id: str
    body: dict[str, Any]

    @property
    def type(self) -> str:
        """For example AWS::Lambda::Function."""
        return str(self.body["Type"])

    @property
    def properties(self) -> dict[str, Any]:
        """As the template has them."""
        found: dict[str, Any] = self.body.get("Properties", {})
        return found

    def __str__(self) -> str:
        """For messages of assertions."""
        return f"{self.stack}/{self.id}"


@dataclass(frozen=True)
class Grant:
    """One allowed action on one resource."""

    action: str
    resource: str
    conditions: str = ""


class Templates:
    """All templates of a cloud assembly."""

    def __init__(self, folder: Path, stage: str) -> None:
        self.folder = folder
        self.stage = stage
        self.stacks: dict[str, dict[str, Any]] = {
            path.name.removesuffix(".template.json"): json.loads(path.read_text())
            for path in sorted(folder.glob("*.template.json"))
        }

    def __str__(self) -> str:
        return self.stage

    @cached_property
    def resources(self) -> tuple[Placed, ...]:
        """Every resource of every stack."""
        return tuple(
            Placed(stack, name, body)
            for stack, template in self.stacks.items()
            for name, body in template["Resources"].items()
        )

    def of(self, *types: str) -> list[Placed]:
        """The resources of these types; there must be some."""
        found = [one for one in self.resources if one.type in types]
        assert found, types
        return found

    def find(self, stack: str, name: str) -> Placed:
        """A resource by its logical id."""
        return Placed(stack, name, self.stacks[stack]["Resources"][name])

    def function(self, name: str) -> Placed:
        """The Lambda function of a file under functions/."""
        [found] = [
            one for one in self.of("AWS::Lambda::Function") if one.properties["FunctionName"] == self.named(name)
        ]
        return found

    def named(self, name: str) -> str:
        """The real name of something of this stage."""
        return f"showreel-{self.stage}-{name}"

    def role_of(self, function: Placed) -> Placed:
        """The role of a function, which stands in the same stack."""
        return self.find(function.stack, function.properties["Role"]["Fn::GetAtt"][0])

    def policies(self, role: Placed) -> Iterator[dict[str, Any]]:
        """The documents of a role: inline, and attached by a resource of their own."""
        for inline in role.properties.get("Policies", []):
            yield inline["PolicyDocument"]
        for one in self.resources:
            attached = one.type == "AWS::IAM::Policy" and {"Ref": role.id} in one.properties.get("Roles", [])
            if attached and one.stack == role.stack:
                yield one.properties["PolicyDocument"]

    def grants(self, role: Placed) -> list[Grant]:
        """Everything that a role allows."""
        return [grant for policy in self.policies(role) for grant in grants_of(policy)]

    @cached_property
    def machines(self) -> dict[str, dict[str, Any]]:
        """The definitions of the state machines by their short names."""
        return {
            str(one.properties["StateMachineName"]).removeprefix(self.named("")): json.loads(
                text(one.properties["DefinitionString"])
            )
            for one in self.of("AWS::StepFunctions::StateMachine")
        }


def grants_of(policy: dict[str, Any]) -> Iterator[Grant]:
    """What the Allow statements of a document allow."""
    for statement in policy["Statement"]:
        assert not {"NotAction", "NotResource", "NotPrincipal"} & statement.keys()
        if statement["Effect"] == "Allow":
            conditions = json.dumps(statement["Condition"], sort_keys=True) if "Condition" in statement else ""
            for action in as_list(statement["Action"]):
                for resource in as_list(statement.get("Resource", "(itself)")):
                    yield Grant(action, text(resource), conditions)
