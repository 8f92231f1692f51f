"""The workflow `transcode`: an upload becomes a stream. Mirrors functions/pipeline/transcode/.

    probe_source -> plan_encode -> encode_early, nobody waits for it
    -> (which lane?) -> encode_runs: a Map of encode_run -> package_stream -> finish_video
                     -> a job or an array on Batch, see lanes.py -> package_stream
                     -> hand_out_encode, waits for an outside encoder -> finish_video
    whatever fails  -> fail_video -> Failed

Seven transitions and one a worker, the same for ten seconds and for two hours; ten when the GPU fails.
"""

import aws_cdk as cdk
from aws_cdk import aws_lambda as lambda_
from aws_cdk import aws_stepfunctions as sfn
from aws_cdk import aws_stepfunctions_tasks as tasks
from constructs import Construct

from infra.workflows.lanes import GPU_FAILURE, GPU_LIMIT, BatchLane, OnBatch, fall_back
from infra.workflows.pieces import CAUGHT, ERROR, EXECUTION, INPUT, RESULT, invocation, workers_map

LIMIT = cdk.Duration.hours(26)
OUTSIDE_LIMIT = cdk.Duration.hours(24)
"""How long an outside encoder may take."""

TOLD = {"video": f"{{% {INPUT} %}}", "execution": f"{{% {EXECUTION} %}}"}
"""What every step is told: the execution's own input, and its ARN."""
WORKER = {key: f"{{% {INPUT}.{key} %}}" for key in (*TOLD, "plan", "worker")}
"""The same for a worker: the map starts an execution for it, whose input it is."""


class TranscodeWorkflow(Construct):
    """The definition of the state machine, over functions and a job that exist."""

    def __init__(
        self,
        scope: Construct,
        functions: dict[str, lambda_.Function],
        *,
        batch: BatchLane,
        gpu: BatchLane | None,
        most_workers: int,
    ) -> None:
        """`functions`: step name -> its Lambda function; `most_workers` of them encode at the same time.

        `gpu` is None where the stage has none.
        """
        super().__init__(scope, "transcode")
        self._functions = functions
        self._most_workers = most_workers
        self._failed = self._step("fail_video", {"error": ERROR}, catch=False)
        self._failed.next(sfn.Fail(self, "Failed"))
        self.start = self._chain(batch, gpu)

    def _chain(self, batch: BatchLane, gpu: BatchLane | None) -> sfn.Chain:
        probe = self._step("probe_source", {}, keep={"facts": RESULT})
        plan = self._step("plan_encode", {"facts": "{% $facts %}"}, keep={"plan": RESULT})
        planned = {"plan": "{% $plan %}"}
        package = self._step("package_stream", planned, keep={"published": RESULT})
        finish = self._step("finish_video", {**planned, "published": "{% $published %}"})
        package.next(finish)
        on_lambda = self._workers().next(package)
        on_cpu = self._on("encode_run", batch)
        on_cpu.catch(self._failed)
        on_cpu.next(package)
        lane = sfn.Choice.jsonata(self, "Lane")
        on_cpu.choose(lane, "batch")
        if gpu:
            self._on_gpu(gpu, on_cpu, package).choose(lane, "gpu")
        lane.when(sfn.Condition.jsonata("{% $plan.lane = 'outside' %}"), self._outside().next(finish))
        lane.otherwise(on_lambda)
        early = self._invocation("encode_early", {**TOLD, **planned}, is_awaited=False)
        early.add_catch(lane, errors=["States.ALL"], outputs="{% {} %}")
        return probe.next(plan).next(early).next(lane)

    def _on_gpu(self, lane: BatchLane, on_cpu: OnBatch, package: tasks.LambdaInvoke) -> OnBatch:
        """The states of the GPU. When they fail, all rungs are planned anew for the CPU."""
        told = {**TOLD, "facts": "{% $facts %}", "gpu_failure": GPU_FAILURE}
        keep = {"plan": RESULT}
        again = self._invocation("plan_encode", told, state="plan_on_cpu", keep=keep)
        again.add_catch(self._failed, errors=["States.ALL"], outputs=CAUGHT)
        fall_back(self, again, on_cpu)
        on_gpu = self._on("encode_gpu", lane, GPU_LIMIT)
        on_gpu.catch(again)
        on_gpu.next(package)
        return on_gpu

    def _step(
        self,
        name: str,
        payload: dict[str, str],
        *,
        keep: dict[str, str] | None = None,
        catch: bool = True,
        wait: cdk.Duration | None = None,
    ) -> tasks.LambdaInvoke:
        """One step on Lambda; every step is told the execution's own input besides its `payload`.

        `wait`: the state ends when somebody reports with the task's token, at the latest after so long.
        """
        task = self._invocation(name, {**TOLD, **payload}, keep=keep, wait=wait)
        if catch:
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
        is_awaited: bool = True,
    ) -> tasks.LambdaInvoke:
        """An invocation of the step `name` as the state of that name, unless `state` names it."""
        return invocation(
            self, state or name, self._functions[name], payload, keep=keep, wait=wait, is_awaited=is_awaited
        )

    def _workers(self) -> sfn.DistributedMap:
        """One execution of `encode_run` for each worker."""
        failed = self._invocation("fail_video", {**WORKER, "error": ERROR}, state="fail_worker")
        work = self._invocation("encode_run", WORKER)
        workers = workers_map(self, "encode_runs", work, failed, told=TOLD, most_workers=self._most_workers)
        workers.add_catch(self._failed, errors=["States.ALL"], outputs=CAUGHT)
        return workers

    def _outside(self) -> tasks.LambdaInvoke:
        """Wait for the report about what an outside encoder made; it is what `package_stream` gives otherwise."""
        return self._step(
            "hand_out_encode",
            {"token": "{% $states.context.Task.Token %}"},
            keep={"published": "{% $states.result %}"},
            wait=OUTSIDE_LIMIT,
        )

    def _on(self, prefix: str, lane: BatchLane, limit: cdk.Duration | None = None) -> OnBatch:
        """The states that encode on a lane of Batch."""
        return OnBatch.of(self, prefix, lane, f"'encode-' & {INPUT}.video_id", f"'video': {INPUT}", limit)
