"""The workflow `transcode`: an upload becomes a stream. Mirrors functions/pipeline/transcode/.

    probe_source -> plan_encode -> (which lane?) -> encode_runs: a Map of encode_run -> package_stream -> finish_video
                                                 -> a job or an array on Batch, see lanes.py -> package_stream
                                                 -> hand_out_encode, waits for an outside encoder -> finish_video
    whatever fails  -> fail_video -> Failed

Six transitions and one a worker, the same for ten seconds and for two hours; nine when the GPU fails.
"""

import aws_cdk as cdk
from aws_cdk import aws_lambda as lambda_
from aws_cdk import aws_stepfunctions as sfn
from aws_cdk import aws_stepfunctions_tasks as tasks
from constructs import Construct

from infra.workflows.lanes import GPU_FAILURE, GPU_LIMIT, INPUT, BatchLane, Encoding, fall_back

JSONATA = sfn.QueryLanguage.JSONATA
LIMIT = cdk.Duration.hours(26)
OUTSIDE_LIMIT = cdk.Duration.hours(24)
"""How long an outside encoder may take."""

TOLD = {"video": f"{{% {INPUT} %}}", "execution": "{% $states.context.Execution.Id %}"}
"""What every step is told: the execution's own input, and its ARN."""
WORKER = {key: f"{{% {INPUT}.{key} %}}" for key in (*TOLD, "plan", "worker")}
"""The same for a worker: the map starts an execution for it, whose input it is."""
ERROR, CAUGHT = "{% $states.input %}", "{% $states.errorOutput %}"
HOPELESS = "StepError"
"""The class that steps raise when another try cannot help; see shared/base/running.py."""

NOT_ASKED = [f"Lambda.{name}Exception" for name in ("Service", "AWSLambda", "SdkClient", "TooManyRequests")]
"""What Lambda says when the function did not run."""


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
        probe = self._step("probe_source", {}, keep={"facts": "{% $states.result.Payload %}"})
        plan = self._step("plan_encode", {"facts": "{% $facts %}"}, keep={"plan": "{% $states.result.Payload %}"})
        planned = {"plan": "{% $plan %}"}
        package = self._step("package_stream", planned, keep={"published": "{% $states.result.Payload %}"})
        finish = self._step("finish_video", {**planned, "published": "{% $published %}"})
        package.next(finish)
        on_lambda = self._workers().next(package)
        on_cpu = Encoding.of(self, "encode_run", batch)
        on_cpu.catch(self._failed)
        on_cpu.next(package)
        lane = sfn.Choice.jsonata(self, "Lane")
        on_cpu.choose(lane, "batch")
        if gpu:
            self._on_gpu(gpu, on_cpu, package).choose(lane, "gpu")
        lane.when(sfn.Condition.jsonata("{% $plan.lane = 'outside' %}"), self._outside().next(finish))
        lane.otherwise(on_lambda)
        return probe.next(plan).next(lane)

    def _on_gpu(self, lane: BatchLane, on_cpu: Encoding, package: tasks.LambdaInvoke) -> Encoding:
        """The states of the GPU. When they fail, all rungs are planned anew for the CPU."""
        told = {**TOLD, "facts": "{% $facts %}", "gpu_failure": GPU_FAILURE}
        keep = {"plan": "{% $states.result.Payload %}"}
        again = self._invocation("plan_encode", told, state="plan_on_cpu", keep=keep)
        again.add_catch(self._failed, errors=["States.ALL"], outputs=CAUGHT)
        fall_back(self, again, on_cpu)
        on_gpu = Encoding.of(self, "encode_gpu", lane, GPU_LIMIT)
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
    ) -> tasks.LambdaInvoke:
        """An invocation of the step `name` as the state of that name, unless `state` names it; tried three times."""
        pattern = sfn.IntegrationPattern
        task = tasks.LambdaInvoke.jsonata(
            self,
            state or name,
            lambda_function=self._functions[name],
            payload=sfn.TaskInput.from_object(payload),
            outputs="{% {} %}",
            assign=keep,
            retry_on_service_exceptions=False,
            integration_pattern=pattern.WAIT_FOR_TASK_TOKEN if wait else pattern.REQUEST_RESPONSE,
            task_timeout=sfn.Timeout.duration(wait) if wait else None,
        )
        task.add_retry(errors=[HOPELESS], max_attempts=0)
        again = NOT_ASKED if wait else ["States.ALL"]  # an answer is final, and so is none in time
        task.add_retry(errors=again, max_attempts=2, interval=cdk.Duration.seconds(2), backoff_rate=2)
        return task

    def _workers(self) -> sfn.DistributedMap:
        """One execution of `encode_run` for each worker. A worker that fails says why, which the map would not."""
        failed = self._invocation("fail_video", {**WORKER, "error": ERROR}, state="fail_worker")
        failed.next(sfn.Fail.jsonata(self, "Worker failed", error="{% $caught.Error %}", cause="{% $caught.Cause %}"))
        work = self._invocation("encode_run", WORKER)
        work.add_catch(failed, errors=["States.ALL"], outputs=CAUGHT, assign={"caught": CAUGHT})
        workers = sfn.DistributedMap.jsonata(
            self,
            "encode_runs",
            items=sfn.ProvideItems.jsonata("{% $plan.workers %}"),
            item_selector={**TOLD, "plan": "{% $plan %}", "worker": "{% $states.context.Map.Item.Value %}"},
            max_concurrency=self._most_workers,
            map_execution_type=sfn.StateMachineType.STANDARD,
            outputs="{% {} %}",
        )
        workers.item_processor(work)
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
