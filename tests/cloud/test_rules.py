"""The rules of others: cdk-nag's and cfn-lint's. That findings of cdk-nag stop a synthesis is shown here too."""

import json
import shutil
import sys
from pathlib import Path

import pytest

from infra import synth
from infra.local.assembly import SynthError, synthesise
from infra.parts.acknowledged import MEANT
from tests.cloud.templates import Templates

CARELESS = """
import os
import aws_cdk as cdk
from aws_cdk import aws_s3 as s3
from infra.parts import rule_packs

app = cdk.App(outdir=os.environ["CDK_OUTDIR"])
s3.Bucket(cdk.Stack(app, "showreel-dev-careless"), "bucket")
rule_packs.all_meant = lambda jobs: ()
rule_packs.check(app, "dev")
app.synth()
"""


def test_rule_packs_looked_at_everything_and_found_nothing_unmeant(cloud: Templates) -> None:
    """The report lists no pack that is content; that they looked shows in what was acknowledged."""
    report = json.loads((cloud.folder / "validation-report.json").read_text())
    assert [one for one in report["pluginReports"] if one["conclusion"] != "success" or one["violations"]] == []
    acknowledged = "".join(path.read_text() for path in cloud.folder.glob("*.metadata.json"))
    for rule in ("AwsSolutions-L1", "Serverless-LambdaTracing"):
        assert acknowledged.count(f'{rule}"') == len(cloud.of("AWS::Lambda::Function"))


def test_finding_that_nobody_gave_a_reason_for_stops_the_synthesis(tmp_path: Path) -> None:
    with pytest.raises(SynthError, match=r"AwsSolutions-S1\b"):
        synthesise(synth.ROOT, tmp_path / "out", {}, ((sys.executable, "-c", CARELESS),))


def test_every_reason_is_a_sentence() -> None:
    for meant in MEANT:
        assert meant.reason.endswith("."), meant
        assert len(meant.reason.split()) >= 7, meant


@pytest.mark.parametrize("stage", ["cloud", "gpu", "edge"])
def test_templates_and_definitions_are_what_cloudformation_takes(
    request: pytest.FixtureRequest, stage: str, tmp_path: Path
) -> None:
    """cfn-lint leaves out definitions that are strings, so that it gets them as objects besides."""
    cloud: Templates = request.getfixturevalue(stage)
    for template in cloud.folder.glob("*.template.json"):
        shutil.copy(template, tmp_path)
    machines = {
        name: {
            "Type": "AWS::StepFunctions::StateMachine",
            "Properties": {"Definition": definition, "RoleArn": "arn:aws:iam::123456789012:role/showreel"},
        }
        for name, definition in cloud.machines.items()
    }
    (tmp_path / "machines.template.json").write_text(json.dumps({"Resources": machines}))
    synth.lint(tmp_path)
