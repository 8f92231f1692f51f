"""The workflow `transcode`: an upload becomes a stream. Mirrors functions/pipeline/transcode/.

    probe_source -> plan_encode -> (which lane?) -> encode_run -> package_stream -> finish_video
                                                 -> hand_out_encode (waits for an outside encoder) -> finish_video
    whatever fails  -> fail_video -> Failed

Six transitions at most, the same for ten seconds and for two hours.
"""

import aws_cdk as cdk
from aws_cdk import aws_lambda as lambda_
from aws_cdk import aws_stepfunctions as sfn
from aws_cdk import aws_stepfunctions_tasks as tasks
from constructs import Construct

JSONATA = sfn.QueryLanguage.JSONATA
LIMIT = cdk.Duration.hours(26)
OUTSIDE_LIMIT = cdk.Duration.hours(24)
"""How long an outside encoder may take."""

INPUT = "$states.context.Execution.Input"
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
        queue_arn: str,
        job_definition_arn: str,
    ) -> None:
        """`functions`: step name -> its Lambda function."""
        super().__init__(scope, "transcode")
        self._functions = functions
        self._failed = self._step("fail_video", {"error": "{% $states.input %}"}, catch=False)
        self._failed.next(sfn.Fail(self, "Failed"))
        self.start = self._chain(queue_arn, job_definition_arn)

    def _chain(self, queue_arn: str, job_definition_arn: str) -> sfn.Chain:
        probe = self._step("probe_source", {}, keep={"facts": "{% $states.result.Payload %}"})
        plan = self._step("plan_encode", {"facts": "{% $facts %}"}, keep={"plan": "{% $states.result.Payload %}"})
        planned = {"plan": "{% $plan %}"}
        package = self._step("package_stream", planned, keep={"published": "{% $states.result.Payload %}"})
        finish = self._step("finish_video", {**planned, "published": "{% $published %}"})
        package.next(finish)
        on_lambda = self._step("encode_run", planned).next(package)
        on_batch = self._job(queue_arn, job_definition_arn).next(package)
        lane = sfn.Choice.jsonata(self, "Lane")
        lane.when(sfn.Condition.jsonata("{% $plan.lane = 'batch' %}"), on_batch)
        lane.when(sfn.Condition.jsonata("{% $plan.lane = 'outside' %}"), self._outside().next(finish))
        lane.otherwise(on_lambda)
        return probe.next(plan).next(lane)

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
        pattern = sfn.IntegrationPattern
        told = {"video": f"{{% {INPUT} %}}", "execution": "{% $states.context.Execution.Id %}", **payload}
        task = tasks.LambdaInvoke.jsonata(
            self,
            name,
            lambda_function=self._functions[name],
            payload=sfn.TaskInput.from_object(told),
            outputs="{% {} %}",
            assign=keep,
            retry_on_service_exceptions=False,
            integration_pattern=pattern.WAIT_FOR_TASK_TOKEN if wait else pattern.REQUEST_RESPONSE,
            task_timeout=sfn.Timeout.duration(wait) if wait else None,
        )
        task.add_retry(errors=[HOPELESS], max_attempts=0)
        again = NOT_ASKED if wait else ["States.ALL"]  # an answer is final, and so is none in time
        task.add_retry(errors=again, max_attempts=2, interval=cdk.Duration.seconds(2), backoff_rate=2)
        if catch:
            task.add_catch(self._failed, errors=["States.ALL"], outputs="{% $states.errorOutput %}")
        return task

    def _outside(self) -> tasks.LambdaInvoke:
        """Wait for the report about what an outside encoder made; it is what `package_stream` gives otherwise."""
        return self._step(
            "hand_out_encode",
            {"token": "{% $states.context.Task.Token %}"},
            keep={"published": "{% $states.result %}"},
            wait=OUTSIDE_LIMIT,
        )

    def _job(self, queue_arn: str, job_definition_arn: str) -> tasks.BatchSubmitJob:
        told = f"{{% $string({{'video': {INPUT}, 'execution': $states.context.Execution.Id, 'plan': $plan}}) %}}"
        job = tasks.BatchSubmitJob.jsonata(
            self,
            "encode_run_job",
            job_definition_arn=job_definition_arn,
            job_queue_arn=queue_arn,
            job_name=f"{{% 'encode-' & {INPUT}.video_id %}}",
            payload=sfn.TaskInput.from_object({"input": told}),
            outputs="{% {} %}",
        )
        job.add_catch(self._failed, errors=["States.ALL"], outputs="{% $states.errorOutput %}")
        return job
