"""The Batch lanes of the workflow `transcode`, and the one way from the GPU's to the CPU's.

    (lane batch) encode_run_job, or encode_run_jobs, an array
    (lane gpu)   encode_gpu_job, or encode_gpu_jobs
                 whatever fails: plan_on_cpu -> LaneOnCpu -> encode_run_job, or encode_run_jobs

No state leads back to a GPU's, so there is one fallback and no second. A source that cannot be processed does not take
it: its worker has said so on the video, and `plan_on_cpu` refuses to plan for a video that has ended.
"""

from dataclasses import dataclass

import aws_cdk as cdk
from aws_cdk import aws_stepfunctions as sfn
from aws_cdk import aws_stepfunctions_tasks as tasks
from constructs import Construct

INPUT = "$states.context.Execution.Input"
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
class Encoding:
    """The states that encode on Batch: one job that does it all, or an array with one for each worker."""

    alone: sfn.CustomState
    array: sfn.CustomState

    @classmethod
    def of(cls, scope: Construct, prefix: str, lane: BatchLane, limit: cdk.Duration | None = None) -> "Encoding":
        """`prefix` begins the states' names; after `limit` a state gives up."""
        return cls(_job(scope, f"{prefix}_job", lane, limit), _job(scope, f"{prefix}_jobs", lane, limit, WORKERS))

    def catch(self, handler: sfn.IChainable) -> None:
        """Whatever fails goes on at `handler`, whose input is the error: that is what a catch hands on by itself."""
        for state in (self.alone, self.array):
            state.add_catch(handler, errors=["States.ALL"])

    def next(self, state: sfn.IChainable) -> None:
        """What comes when all is encoded."""
        self.alone.next(state)
        self.array.next(state)

    def choose(self, choice: sfn.Choice, lane: str) -> None:
        """The ways from a choice to these states, for plans of a lane."""
        choice.when(sfn.Condition.jsonata(f"{{% $plan.lane = '{lane}' and {WORKERS} > 1 %}}"), self.array)
        choice.when(sfn.Condition.jsonata(f"{{% $plan.lane = '{lane}' %}}"), self.alone)


def fall_back(scope: Construct, planning: tasks.LambdaInvoke, to: Encoding) -> None:
    """From the second planning to the CPU's states."""
    choice = sfn.Choice.jsonata(scope, "LaneOnCpu")
    choice.when(sfn.Condition.jsonata(f"{{% {WORKERS} > 1 %}}"), to.array).otherwise(to.alone)
    planning.next(choice)


def _job(
    scope: Construct, name: str, lane: BatchLane, limit: cdk.Duration | None, workers: str = ""
) -> sfn.CustomState:
    """A job that does all the work, or an array with a job for each of `workers`.

    Written out, since the CDK's own state has no time limit: what it calls one is that of each attempt.
    """
    told = f"{{% $string({{'video': {INPUT}, 'execution': $states.context.Execution.Id, 'plan': $plan}}) %}}"
    arguments = {
        "JobDefinition": lane.job_definition_arn,
        "JobName": f"{{% 'encode-' & {INPUT}.video_id %}}",
        "JobQueue": lane.queue_arn,
        "Parameters": {"input": told},
        **({"ArrayProperties": {"Size": f"{{% {workers} %}}"}} if workers else {}),
    }
    state = {
        "Type": "Task",
        "Resource": "arn:aws:states:::batch:submitJob.sync",
        "Arguments": arguments,
        "Output": "{% {} %}",
        **({"TimeoutSeconds": limit.to_seconds()} if limit else {}),
    }
    return sfn.CustomState(scope, name, state_json=state)
