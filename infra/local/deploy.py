"""A cloud assembly -> CloudFormation on the local stack: assets to S3, then stacks, independent ones together."""

from __future__ import annotations

import concurrent.futures as cf
import hashlib
import json
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

from botocore.exceptions import ClientError

from infra.local.assembly import Packer
from infra.local.clients import Clients
from infra.local.edits import concerns, concerns_jobs, source_digests

Outputs = dict[str, dict[str, str]]
_STACK_SECONDS = 120.0
_TEMPLATE_LIMIT = 51_200
_FAILED_STATES = ("ROLLBACK_COMPLETE", "DELETE_FAILED", "CREATE_FAILED", "ROLLBACK_FAILED")
_CAPABILITIES = ["CAPABILITY_IAM", "CAPABILITY_NAMED_IAM", "CAPABILITY_AUTO_EXPAND"]
_EMPTY_ZIP = b"PK\x05\x06" + bytes(18)


class DeployError(Exception):
    """A stack was refused; the message names the resources and the reasons."""


class Deployer:
    """Deploys one assembly; keeps what it sent, so that only changes are sent again."""

    def __init__(self, clients: Clients, root: Path, assembly: Path, say: Callable[[str], None]) -> None:
        self._root, self._folder, self._say = root, assembly, say
        self._cfn, self._s3, self._lambda = clients("cloudformation"), clients("s3"), clients("lambda")
        self._endpoint, self._account = clients.endpoint, clients.account
        self._region = clients.region
        self._packer = Packer(say)
        self._sent: dict[tuple[str, str], bytes] = {}
        self._artifacts: dict[str, Any] = {}
        self._digests: dict[str, str] = {}
        self._pushed: dict[str, str] = {}

    def deploy(self) -> Outputs:
        """Send assets and deploy every stack; outputs by stack name. Raises DeployError."""
        self._artifacts = json.loads((self._folder / "manifest.json").read_text())["artifacts"]
        self._digests = {}
        pushed = self._pushed or source_digests(self._root)
        self._send_assets()
        outputs = self._deploy_stacks(self._stacks())
        self._pushed = pushed
        return outputs

    def push_code(self) -> list[str]:
        """Put the source tree's code into the deployed functions that an edit concerns; their names."""
        tree, digests = source_digests(self._root), dict(self._digests)
        edited = {path for path in tree.keys() | self._pushed.keys() if tree.get(path) != self._pushed.get(path)}
        try:
            changed = self._send_assets(jobs=any(concerns_jobs(path) for path in edited))
            if old := {old for old, new in self._digests.items() if digests.get(old) != new}:
                self._deploy_stacks(self._stacks_naming(old))  # what checks a bundle's digest is told the new one
            pushed = [
                function
                for name, template in self._templates().items()
                for function in self._push(name, self._concerned(template, edited, changed))
            ]
        except BaseException:
            self._sent.clear()
            self._digests = digests
            raise
        self._pushed = tree
        return pushed

    def _concerned(
        self, template: dict[str, Any], edited: set[str], changed: set[tuple[str, str]]
    ) -> dict[str, tuple[str, str]]:
        """The functions of a template that carry changed code, and where theirs lies, by logical name."""
        return {
            name: key
            for name, resource in template["Resources"].items()
            if resource["Type"] == "AWS::Lambda::Function"
            and (key := self._code_key(resource)) in changed
            and any(concerns(path, resource["Properties"].get("Handler", "")) for path in edited)
        }

    def _push(self, stack: str, keys: dict[str, tuple[str, str]]) -> Iterator[str]:
        for resource in self._cfn.describe_stack_resources(StackName=stack)["StackResources"] if keys else ():
            if key := keys.get(resource["LogicalResourceId"]):
                function = str(resource["PhysicalResourceId"])
                self._lambda.update_function_code(FunctionName=function, S3Bucket=key[0], S3Key=key[1])
                yield function

    # ---- assets

    def _fill(self, text: str) -> str:
        values = {"AWS::AccountId": self._account, "AWS::Region": self._region, "AWS::Partition": "aws"}
        for name, value in values.items():
            text = text.replace(f"${{{name}}}", value)
        return text

    def _code_key(self, resource: dict[str, Any]) -> tuple[str, str]:
        properties = resource.get("Properties", {})
        code = properties.get("Code") or properties.get("Content") or {}
        bucket = code.get("S3Bucket", "")
        return self._fill(bucket.get("Fn::Sub", "") if isinstance(bucket, dict) else bucket), str(code.get("S3Key", ""))

    def _assets(self) -> Iterator[tuple[tuple[str, str], dict[str, Any]]]:
        """File assets only: a container image has no place to go and the local Batch does not need it."""
        for artifact in self._artifacts.values():
            if artifact["type"] == "cdk:asset-manifest":
                manifest = json.loads((self._folder / artifact["properties"]["file"]).read_text())
                for entry in manifest.get("files", {}).values():
                    for to in entry["destinations"].values():
                        yield (self._fill(to["bucketName"]), self._fill(to["objectKey"])), entry["source"]

    def _send_assets(self, *, jobs: bool = True) -> set[tuple[str, str]]:
        """The (bucket, key) of each asset that was sent because its content is new; those of `jobs` only if wanted."""
        layers = {
            self._code_key(resource)
            for template in self._templates().values()
            for resource in template["Resources"].values()
            if resource["Type"] == "AWS::Lambda::LayerVersion"
        }
        sent = set()
        for key, source in dict(self._assets()).items():
            if key in self._sent and not jobs and source["path"].endswith(".zip"):
                continue
            if not any(bucket == key[0] for bucket, _ in self._sent):
                self._s3.create_bucket(Bucket=key[0])
            content = _EMPTY_ZIP if key in layers else self._content(source)
            if self._sent.get(key) != content:
                self._s3.put_object(Bucket=key[0], Key=key[1], Body=content)
                self._sent[key] = content
                sent.add(key)
        return sent

    def _content(self, source: dict[str, Any]) -> bytes:
        path = self._folder / source["path"]
        if path.is_dir():
            return self._packer.pack_folder(path, self._root)
        content = path.read_bytes()
        if path.suffix != ".zip":
            return content
        fresh = self._packer.pack_archive(path, self._root)
        self._digests[hashlib.sha256(content).hexdigest()] = hashlib.sha256(fresh).hexdigest()
        return fresh

    # ---- stacks

    def _stacks(self) -> dict[str, Any]:
        return {i: a for i, a in self._artifacts.items() if a["type"] == "aws:cloudformation:stack"}

    def _name(self, artifact: str) -> str:
        return str(self._artifacts[artifact]["properties"].get("stackName", artifact))

    def _templates(self) -> dict[str, Any]:
        """Templates by stack name."""
        return {
            self._name(i): json.loads((self._folder / a["properties"]["templateFile"]).read_text())
            for i, a in self._stacks().items()
        }

    def _stacks_naming(self, digests: set[str]) -> dict[str, Any]:
        """The stacks in whose templates one of the digests stands."""
        texts = {i: (self._folder / a["properties"]["templateFile"]).read_text() for i, a in self._stacks().items()}
        return {i: a for i, a in self._stacks().items() if any(digest in texts[i] for digest in digests)}

    def _deploy_stacks(self, stacks: dict[str, Any]) -> Outputs:
        waits = {i: {d for d in a.get("dependencies", []) if d in stacks} for i, a in stacks.items()}
        outputs: Outputs = {}
        running: dict[cf.Future[Outputs], str] = {}
        with cf.ThreadPoolExecutor(4) as pool:
            while waits or running:
                for ready in [i for i, missing in waits.items() if not missing]:
                    del waits[ready]
                    running[pool.submit(self._deploy_stack, ready)] = ready
                if not running:
                    raise DeployError(f"these stacks depend on one another: {', '.join(sorted(waits))}")
                for future in cf.wait(running, return_when=cf.FIRST_COMPLETED).done:
                    done = running.pop(future)
                    outputs |= future.result()
                    for missing in waits.values():
                        missing.discard(done)
        return outputs

    def _deploy_stack(self, artifact: str) -> Outputs:
        name, began = self._name(artifact), time.monotonic()
        exports, state = self._exports(name), self._state(name)
        if state in _FAILED_STATES:
            self._cfn.delete_stack(StackName=name)
            self._wait(name)
            state = None
        call = self._cfn.update_stack if state else self._cfn.create_stack
        try:
            call(StackName=name, Capabilities=_CAPABILITIES, **self._body(artifact, name))
        except ClientError as exc:
            if "No updates" not in str(exc):
                raise DeployError(f"{name}: {exc}") from exc
            return {name: self._outputs(name)}
        end = self._wait(name)
        if end is None or "ROLLBACK" in end or "FAILED" in end:
            raise DeployError("\n".join([f"{name}: {end}", *self._reasons(name)]))
        self._check_exports(name, exports)
        self._say(f"{name}: {end} in {time.monotonic() - began:.1f} s")
        return {name: self._outputs(name)}

    def _body(self, artifact: str, name: str) -> dict[str, str]:
        body = (self._folder / self._artifacts[artifact]["properties"]["templateFile"]).read_text()
        for old, new in self._digests.items():
            body = body.replace(old, new)
        if len(body) <= _TEMPLATE_LIMIT:
            return {"TemplateBody": body}
        bucket, key = f"cdk-templates-{self._account}-{self._region}", f"{name}.json"
        self._s3.create_bucket(Bucket=bucket)
        self._s3.put_object(Bucket=bucket, Key=key, Body=body.encode())
        return {"TemplateURL": f"{self._endpoint}/{bucket}/{key}"}

    def _reasons(self, name: str) -> list[str]:
        events = self._cfn.describe_stack_events(StackName=name)["StackEvents"]
        failed = [event for event in events if "FAILED" in event["ResourceStatus"]]
        return [
            f"  {e['LogicalResourceId']} ({e['ResourceType']}): {e.get('ResourceStatusReason', '')}" for e in failed
        ]

    def _exports(self, name: str) -> dict[str, str]:
        pages = self._cfn.get_paginator("list_exports").paginate()
        return {e["Name"]: e["Value"] for page in pages for e in page["Exports"] if e["Name"].startswith(f"{name}:")}

    def _check_exports(self, name: str, before: dict[str, str]) -> None:
        """AWS refuses to change an export in use; the emulator changes it, and who imports it keeps the old value."""
        now = self._exports(name)
        texts = {user: json.dumps(template) for user, template in self._templates().items() if user != name}
        for export in (export for export, value in before.items() if now.get(export) != value):
            if users := [user for user, text in texts.items() if f'"{export}"' in text]:
                raise DeployError(f"AWS would refuse this: export {export} changes while {', '.join(users)} import it")

    def _state(self, name: str) -> str | None:
        try:
            return str(self._cfn.describe_stacks(StackName=name)["Stacks"][0]["StackStatus"])
        except ClientError:
            return None

    def _wait(self, name: str) -> str | None:
        """A deadline of our own: a custom resource whose function dies would hold the stack for an hour."""
        limit = time.monotonic() + _STACK_SECONDS
        while (state := self._state(name)) and state.endswith("IN_PROGRESS"):
            if time.monotonic() > limit:
                raise DeployError(f"{name} is still {state} after {_STACK_SECONDS:.0f} s: {self._unfinished(name)}")
            time.sleep(0.05)
        return state

    def _unfinished(self, name: str) -> str:
        resources = self._cfn.describe_stack_resources(StackName=name)["StackResources"]
        return ", ".join(
            f"{r['LogicalResourceId']} ({r['ResourceType']})"
            for r in resources
            if r["ResourceStatus"].endswith("IN_PROGRESS")
        )

    def _outputs(self, name: str) -> dict[str, str]:
        stack = self._cfn.describe_stacks(StackName=name)["Stacks"][0]
        return {output["OutputKey"]: output["OutputValue"] for output in stack.get("Outputs", [])}
