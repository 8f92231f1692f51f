"""The CDK app: one stage of Showreel, on AWS or on the local stack."""

import os

import aws_cdk as cdk

from infra.stacks.showreel import build

app = cdk.App(outdir=os.environ.get("CDK_OUTDIR"), analytics_reporting=False, tree_metadata=False)
stage = build(app)
if app.node.try_get_context("rule_packs"):
    from infra.parts.acknowledged import meant_of_edge
    from infra.parts.rule_packs import check

    check(app, stage.name, meant_of_edge(stage))
app.synth()
