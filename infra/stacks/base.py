"""What all stacks of a stage share."""

import aws_cdk as cdk

from infra.parts.stage import APPLICATION, Stage


class ShowreelStack(cdk.Stack):
    """A stack of one stage, named `showreel-<stage>-<name>`."""

    def __init__(self, app: cdk.App, stage: Stage, name: str, description: str, region: str = "") -> None:
        """Account and region are whatever the deployer's credentials say, unless AWS wants `region`."""
        super().__init__(
            app,
            f"{APPLICATION}-{stage.name}-{name}",
            stack_name=stage.named(name),
            env=cdk.Environment(region=region) if region else None,
            description=description,
            termination_protection=stage.production,
            synthesizer=cdk.DefaultStackSynthesizer(generate_bootstrap_version_rule=False),
        )
        self.stage = stage
        cdk.Tags.of(self).add("application", APPLICATION)
        cdk.Tags.of(self).add("stage", stage.name)
