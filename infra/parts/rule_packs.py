"""cdk-nag's rules over all stacks, for `make synth` and the tests; the laptop's synthesis does without."""

from collections.abc import Iterable, Iterator
from fnmatch import fnmatchcase

import aws_cdk as cdk
from aws_cdk import aws_batch as batch
from cdk_nag import AwsSolutionsChecks, NagPack, ServerlessChecks

from infra.parts.acknowledged import Meant, all_meant
from infra.parts.stage import APPLICATION


def check(app: cdk.App, stage: str, more: Iterable[Meant] = ()) -> None:
    """Acknowledge what is meant, each finding on its own construct; whatever else is found stops the synthesis.

    `more` is what is meant in this stage alone.

    Raises:
        ValueError: something is meant that no rule finds (any more).
    """
    packs: list[NagPack] = [AwsSolutionsChecks(app), ServerlessChecks(app)]
    meant, used = (*all_meant(_jobs(app)), *more), set[Meant]()
    for rule, path in [finding for pack in packs for finding in _findings(pack, app)]:
        for covering in [one for one in meant if _covers(one, rule, path, stage)]:
            used.add(covering)
            acknowledgment = cdk.Acknowledgment(id=rule, reason=covering.reason)
            cdk.Validations.of(_construct(app, path)).acknowledge(acknowledgment)
    if stale := [one for one in meant if one not in used]:
        lines = [f"  {one.rule} at {one.where}" for one in stale]
        raise ValueError("infra/parts/acknowledged.py: no rule finds (any more)\n" + "\n".join(lines))
    cdk.Validations.of(app).add_plugins(*packs)


def _jobs(app: cdk.App) -> Iterator[str]:
    """The names of all job definitions."""
    for construct in app.node.find_all():
        if isinstance(construct, batch.CfnJobDefinition):
            yield str(construct.job_definition_name)


def _findings(pack: NagPack, app: cdk.App) -> Iterator[tuple[str, str]]:
    """(rule, path of the construct) of each finding."""
    for violation in pack.validate_scope(app).violations:
        for resource in violation.violating_resources:
            yield violation.rule_name, str(resource.construct_path)


def _covers(meant: Meant, rule: str, path: str, stage: str) -> bool:
    below = path.removeprefix(f"{APPLICATION}-{stage}-")
    return rule == meant.rule.replace("{stage}", stage) and fnmatchcase(below, meant.where)


def _construct(app: cdk.App, path: str) -> cdk.CfnResource:
    found = app
    for name in path.split("/"):
        found = found.node.find_child(name)
    assert isinstance(found, cdk.CfnResource)
    return found
