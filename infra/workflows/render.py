"""The workflow `render`: a scene configuration becomes a video. Mirrors functions/pipeline/render/.

    prepare_sources -> (words?) -> plan_render
                       (words?) -> time_words -> (words?), perhaps after a wait
    plan_render     -> (which lane?) -> render_runs: a Map of render_run -> package_render
                                     -> render_run_job, or render_run_jobs, an array -> package_render
                                     -> hand_out_render, waits for an outside renderer -> prepare_sources, of what
                                        that has made, and so on
    package_render  -> finish_render
    whatever fails  -> fail_render -> RenderFailed

Seven transitions and one a worker on Lambda, five more for a video that is rendered outside, and two or three for each
round in which the times of words are found. A cancelled execution is stopped, and Step Functions ends its jobs.
"""

import aws_cdk as cdk
from aws_cdk import aws_lambda as lambda_
from aws_cdk import aws_stepfunctions as sfn
from aws_cdk import aws_stepfunctions_tasks as tasks
from constructs import Construct

from infra.workflows.lanes import BatchLane, OnBatch
from infra.workflows.pieces import CAUGHT, ERROR, EXECUTION, INPUT, RESULT, invocation, workers_map

TOLD = {"job": f"{{% {INPUT} %}}", "execution": f"{{% {EXECUTION} %}}"}
TRY = {"try": "{% $states.context.State.RetryCount %}"}
"""What every step on Lambda is told: the execution's own input, its ARN, and how often the step was tried before."""

WORKER = {key: f"{{% {INPUT}.{key} %}}" for key in (*TOLD, "plan", "worker")}
"""The same for a worker: the map starts an execution for it, whose input it is."""
OUTSIDE_LIMIT = cdk.Duration.hours(1)
"""How long an outside renderer may take: as long as the addresses live that it is given."""


class RenderWorkflow(Construct):
    """The definition of the state machine, over functions and a job that exist."""

    def __init__(
        self,
        scope: Construct,
        functions: dict[str, lambda_.Function],
        *,
        batch: BatchLane,
        most_workers: int,
    ) -> None:
        """`functions`: step name -> its Lambda function; `most_workers` of them render at the same time."""
        super().__init__(scope, "render")
        self._functions = functions
        self._failed = self._invocation("fail_render", {**TOLD, "error": ERROR})
        self._failed.next(sfn.Fail(self, "RenderFailed"))
        self.start = self._chain(batch, most_workers)

    def _chain(self, batch: BatchLane, most_workers: int) -> sfn.Chain:
        prepare = self._step("prepare_sources", {}, keep={"words": RESULT, "round": "{% 0 %}"})
        plan = self._step("plan_render", {"words": "{% $words %}"}, keep={"plan": RESULT})
        package = self._step("package_render", {"plan": "{% $plan %}"}, keep={"published": RESULT})
        package.next(self._step("finish_render", {"published": "{% $published %}"}))
        on_lambda = self._workers(most_workers).next(package)
        on_batch = OnBatch.of(self, "render_run", batch, f"'render-' & {INPUT}.job_id", f"'job': {INPUT}")
        on_batch.catch(self._failed)
        on_batch.next(package)
        lane = sfn.Choice.jsonata(self, "RenderLane")
        on_batch.choose(lane, "batch")
        token = {"token": "{% $states.context.Task.Token %}"}
        outside = self._step("hand_out_render", token, wait=OUTSIDE_LIMIT).next(prepare)
        lane.when(sfn.Condition.jsonata("{% $plan.lane = 'outside' %}"), outside)
        lane.otherwise(on_lambda)
        plan.next(lane)
        return prepare.next(self._words(plan))

    def _words(self, plan: tasks.LambdaInvoke) -> sfn.Choice:
        """Rounds of `time_words` until it says that the plan can be made; nobody runs while a provider works."""
        again = {"words": RESULT, "round": "{% $round + 1 %}"}
        time = self._step("time_words", {"round": "{% $round %}"}, keep=again)
        wait = sfn.Wait.jsonata(self, "WaitForWords", time=sfn.WaitTime.seconds("{% $words.seconds %}")).next(time)
        choice = sfn.Choice.jsonata(self, "Words")
        choice.when(sfn.Condition.jsonata("{% $words.next = 'time' %}"), time)
        choice.when(sfn.Condition.jsonata("{% $words.next = 'wait' %}"), wait).otherwise(plan)
        time.next(choice)
        return choice

    def _step(
        self,
        name: str,
        payload: dict[str, str],
        *,
        keep: dict[str, str] | None = None,
        wait: cdk.Duration | None = None,
    ) -> tasks.LambdaInvoke:
        """One step on Lambda, whose last failure ends the job; with `wait` see `invocation`."""
        task = self._invocation(name, {**TOLD, **payload}, keep=keep, wait=wait)
        task.add_catch(self._failed, errors=["States.ALL"], outputs=CAUGHT)
        return task

    def _invocation(
        self,
        name: str,
        payload: dict[str, str],
        *,
        state: str = "",
        keep: dict[str, str] | None = None,
        wait: cdk.Duration | None = None,
    ) -> tasks.LambdaInvoke:
        return invocation(self, state or name, self._functions[name], {**payload, **TRY}, keep=keep, wait=wait)

    def _workers(self, most_workers: int) -> sfn.DistributedMap:
        """One execution of `render_run` for each worker."""
        failed = self._invocation("fail_render", {**WORKER, "error": ERROR}, state="fail_render_worker")
        work = self._invocation("render_run", WORKER)
        workers = workers_map(self, "render_runs", work, failed, told=TOLD, most_workers=most_workers)
        workers.add_catch(self._failed, errors=["States.ALL"], outputs=CAUGHT)
        return workers
