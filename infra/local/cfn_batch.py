"""CloudFormation types of AWS Batch, so that the templates that the CDK makes deploy unchanged."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from infra.local.differences import correction
from infra.local.emulator import batch as stock
from infra.local.emulator import provisioners

Properties = dict[str, Any]
Result = tuple[str, dict[str, Any]]
#: maps whose keys belong to the user: their case is kept
_USER_KEYS = {"Tags", "Parameters", "Options"}
_NUMBERS = set(
    "size attempts order priority maxvCpus minvCpus desiredvCpus attemptDurationSeconds shareDecaySeconds bidPercentage"
    " computeReservation schedulingPriority weightFactor maxTimeSeconds".split()
)


def camel(value: Any) -> Any:
    """PascalCase template properties -> the Batch API's camelCase; CloudFormation's numeric strings become numbers."""
    if isinstance(value, list):
        return [camel(item) for item in value]
    if not isinstance(value, dict):
        return value
    found = {}
    for key, item in value.items():
        name = key[0].lower() + key[1:]
        inner = item if key in _USER_KEYS else camel(item)
        if name in _NUMBERS and isinstance(inner, str):
            inner = float(inner) if "." in inner else int(inner)
        found[name] = inner
    return found


@dataclass(frozen=True, slots=True)
class Kind:
    """One resource type: what its operations are called, its name's and ARN's property, what else replaces it."""

    name: str
    name_property: str
    arn_attribute: str
    reference: str
    operations: tuple[str, str, str] = ("create", "update", "delete")
    replaced_with: tuple[str, ...] = ()

    def _call(self, which: int, request: dict[str, Any]) -> dict[str, Any]:
        operation = f"/v1/{self.operations[which]}{self.name.lower()}"
        status, _, body = stock._DISPATCH[operation](request)
        data: dict[str, Any] = json.loads(body)
        if status >= 400:
            raise ValueError(str(data.get("message", data)))
        return data

    def _request(self, logical_id: str, properties: Properties, stack: str) -> dict[str, Any]:
        request: dict[str, Any] = camel(properties)
        name = properties.get(self.name_property) or provisioners._physical_name(stack, logical_id)
        request[self.name_property[0].lower() + self.name_property[1:]] = name
        for about_updates in ("replaceComputeEnvironment", "resourceRetentionPolicy"):
            request.pop(about_updates, None)
        if self.name == "ComputeEnvironment" and "type" in request:
            request["type"] = request["type"].upper()
        return request

    def create(self, logical_id: str, properties: Properties, stack: str) -> Result:
        data = self._call(0, self._request(logical_id, properties, stack))
        arn = data[self.arn_attribute[0].lower() + self.arn_attribute[1:]]
        return arn, {self.arn_attribute: arn}

    def update(
        self, physical_id: str, old: Properties, new: Properties, stack: str, logical_id: str | None = None
    ) -> Result:
        if self.name == "JobDefinition":  # each update is a new revision: Ref changes with it
            result = self.create(logical_id or "", new, stack)
            if not (new.get("ResourceRetentionPolicy") or {}).get("SkipDeregisterOnUpdate"):
                self.delete(physical_id, old)
            return result
        self._call(1, {**self._request(logical_id or "", new, stack), self.reference: physical_id})
        return physical_id, {self.arn_attribute: physical_id}

    def delete(self, physical_id: str, _properties: Properties) -> None:
        self._call(2, {self.reference: physical_id})

    def handlers(self) -> dict[str, Callable[..., Any] | bool]:
        return {"create": self.create, "update": self.update, "update_with_logical_id": True, "delete": self.delete}


_REVISED = ("register", "register", "deregister")
_KINDS = (
    Kind(
        "ComputeEnvironment",
        "ComputeEnvironmentName",
        "ComputeEnvironmentArn",
        "computeEnvironment",
        replaced_with=("Type",),
    ),
    Kind("JobQueue", "JobQueueName", "JobQueueArn", "jobQueue"),
    Kind("SchedulingPolicy", "Name", "Arn", "arn"),
    Kind("JobDefinition", "JobDefinitionName", "JobDefinitionArn", "jobDefinition", _REVISED),
)


@correction(
    title="AWS::Batch::* in CloudFormation",
    aws="Compute environments, queues, job definitions and scheduling policies are resource types.",
    emulator="A template with one is rejected.",
    names=("services.cloudformation.provisioners: _RESOURCE_HANDLERS _REPLACING_PROPERTIES _physical_name",),
)
def add_batch_types() -> None:
    for kind in _KINDS:
        provisioners._RESOURCE_HANDLERS[f"AWS::Batch::{kind.name}"] = kind.handlers()
        provisioners._REPLACING_PROPERTIES[f"AWS::Batch::{kind.name}"] = (kind.name_property, *kind.replaced_with)
