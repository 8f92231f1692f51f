"""What workflows do on Batch, and the one way from the GPU's lane of `transcode` to the CPU's.

    (lane batch) encode_run_job, or encode_run_jobs, an array
    (lane gpu)   encode_gpu_job, or encode_gpu_jobs
                 whatever fails: plan_on_cpu -> LaneOnCpu -> encode_run_job, or encode_run_jobs

No state leads back to a GPU's, so there is one fallback and no second. A source that cannot be processed does not take
it: its worker has said so on the video, and `plan_on_cpu` refuses to plan for a video that has ended.
"""

from dataclasses import dataclass
from typing import Any

import aws_cdk as cdk
from aws_cdk import aws_stepfunctions as sfn
from aws_cdk import aws_stepfunctions_tasks as tasks
from constructs import Construct

from infra.workflows.pieces import EXECUTION

WORKERS = "$count($plan.workers)"

GPU_LIMIT = cdk.Duration.hours(2)
"""How long a GPU may be waited for and work. Batch gives up a job for which there is no capacity, but not one that an
account's quota of 0 keeps waiting: then the CPU's turn comes after this."""

GPU_FAILURE = "{% $substring($string($states.input), 0, 1000) %}"
"""What `plan_on_cpu` is told and logs."""


@dataclass(frozen=True)
class BatchLane:
    """Where the jobs of a lane go, and what they run."""

    queue_arn: str
    job_definition_arn: str
    job_definition_name: str


@dataclass(frozen=True)
class OnBatch:
    """The states that work on Batch: one job that does it all, or an array with one for each of the plan's workers."""

    alone: sfn.CustomState
    array: sfn.CustomState

    @classmethod
    def of(
        cls, scope: Construct, prefix: str, lane: BatchLane, name: str, told: str, limit: cdk.Duration | None = None
    ) -> "OnBatch":
        """The states `{prefix}_job` and `{prefix}_jobs`.

        name   of the job, a JSONata expression
        told   the step's input besides execution and plan, members of a JSONata object
        limit  after which a state gives up
        """
        state = _state(lane, name, told, limit)
        array = state["Arguments"] | {"ArrayProperties": {"Size": f"{{% {WORKERS} %}}"}}
        return cls(
            sfn.CustomState(scope, f"{prefix}_job", state_json=state),
            sfn.CustomState(scope, f"{prefix}_jobs", state_json=state | {"Arguments": array}),
        )

    def catch(self, handler: sfn.IChainable) -> None:
        """Whatever fails goes on at `handler`, whose input is the error: that is what a catch hands on by itself."""
        for state in (self.alone, self.array):
            state.add_catch(handler, errors=["States.ALL"])

    def next(self, state: sfn.IChainable) -> None:
        """What comes when all is done."""
        self.alone.next(state)
        self.array.next(state)

    def choose(self, choice: sfn.Choice, lane: str) -> None:
        """The ways from a choice to these states, for plans of a lane."""
        choice.when(sfn.Condition.jsonata(f"{{% $plan.lane = '{lane}' and {WORKERS} > 1 %}}"), self.array)
        choice.when(sfn.Condition.jsonata(f"{{% $plan.lane = '{lane}' %}}"), self.alone)


def fall_back(scope: Construct, planning: tasks.LambdaInvoke, to: OnBatch) -> None:
    """From the second planning to the CPU's states."""
    choice = sfn.Choice.jsonata(scope, "LaneOnCpu")
    choice.when(sfn.Condition.jsonata(f"{{% {WORKERS} > 1 %}}"), to.array).otherwise(to.alone)
    planning.next(choice)


def _state(lane: BatchLane, name: str, told: str, limit: cdk.Duration | None) -> dict[str, Any]:
    """A state that waits for a job. Written out, since what the CDK's own calls a limit is that of each attempt."""
    return {
        "Type": "Task",
        "Resource": "arn:aws:states:::batch:submitJob.sync",
        "Arguments": {
            "JobDefinition": lane.job_definition_arn,
            "JobName": f"{{% {name} %}}",
            "JobQueue": lane.queue_arn,
            "Parameters": {"input": f"{{% $string({{{told}, 'execution': {EXECUTION}, 'plan': $plan}}) %}}"},
        },
        "Output": "{% {} %}",
        **({"TimeoutSeconds": limit.to_seconds()} if limit else {}),
    }
