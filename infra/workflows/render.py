"""The workflow `render`: a scene configuration becomes a video. Mirrors functions/pipeline/render/.

    prepare_sources -> plan_render -> (which lane?) -> render_run -> package_render -> finish_render
                 -> hand_out_render, waits for an outside renderer -> prepare_sources, of what that has made, and so on
    whatever fails  -> fail_render -> RenderFailed

Six transitions at most, whatever the video's length, and four more for one that is rendered outside. A cancelled
execution is stopped, and Step Functions ends its job.
"""

import aws_cdk as cdk
from aws_cdk import aws_lambda as lambda_
from aws_cdk import aws_stepfunctions as sfn
from aws_cdk import aws_stepfunctions_tasks as tasks
from constructs import Construct

from infra.workflows.transcode import HOPELESS, INPUT, NOT_ASKED

TOLD = {
    "job": f"{{% {INPUT} %}}",
    "execution": "{% $states.context.Execution.Id %}",
    "try": "{% $states.context.State.RetryCount %}",
}
"""What every step on Lambda is told: the execution's own input, its ARN, and how often the step was tried before."""

RESULT = "{% $states.result.Payload %}"
OUTSIDE_LIMIT = cdk.Duration.hours(1)
"""How long an outside renderer may take: as long as the addresses live that it is given."""

CAUGHT = "{% $states.errorOutput %}"


class RenderWorkflow(Construct):
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
        super().__init__(scope, "render")
        self._functions = functions
        self._failed = self._step("fail_render", {"error": "{% $states.input %}"}, catch=False)
        self._failed.next(sfn.Fail(self, "RenderFailed"))
        self.start = self._chain(queue_arn, job_definition_arn)

    def _chain(self, queue_arn: str, job_definition_arn: str) -> sfn.Chain:
        planned = {"plan": "{% $plan %}"}
        prepare = self._step("prepare_sources", {})
        plan = self._step("plan_render", {}, keep={"plan": RESULT})
        package = self._step("package_render", planned, keep={"published": RESULT})
        package.next(self._step("finish_render", {"published": "{% $published %}"}))
        on_lambda = self._step("render_run", planned).next(package)
        on_batch = self._job(queue_arn, job_definition_arn).next(package)
        lane = sfn.Choice.jsonata(self, "RenderLane")
        token = {"token": "{% $states.context.Task.Token %}"}
        outside = self._step("hand_out_render", token, wait=OUTSIDE_LIMIT).next(prepare)
        lane.when(sfn.Condition.jsonata("{% $plan.lane = 'outside' %}"), outside)
        lane.when(sfn.Condition.jsonata("{% $plan.lane = 'batch' %}"), on_batch).otherwise(on_lambda)
        return prepare.next(plan).next(lane)

    def _step(
        self,
        name: str,
        payload: dict[str, str],
        *,
        keep: dict[str, str] | None = None,
        catch: bool = True,
        wait: cdk.Duration | None = None,
    ) -> tasks.LambdaInvoke:
        """One step on Lambda, tried three times unless it says that trying again cannot help.

        wait  the state ends when somebody reports with the task's token, at the latest after so long
        """
        pattern = sfn.IntegrationPattern
        task = tasks.LambdaInvoke.jsonata(
            self,
            name,
            lambda_function=self._functions[name],
            payload=sfn.TaskInput.from_object({**TOLD, **payload}),
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
            task.add_catch(self._failed, errors=["States.ALL"], outputs=CAUGHT)
        return task

    def _job(self, queue_arn: str, job_definition_arn: str) -> tasks.BatchSubmitJob:
        told = f"{{% $string({{'job': {INPUT}, 'execution': $states.context.Execution.Id, 'plan': $plan}}) %}}"
        job = tasks.BatchSubmitJob.jsonata(
            self,
            "render_run_job",
            job_definition_arn=job_definition_arn,
            job_queue_arn=queue_arn,
            job_name=f"{{% 'render-' & {INPUT}.job_id %}}",
            payload=sfn.TaskInput.from_object({"input": told}),
            outputs="{% {} %}",
        )
        job.add_catch(self._failed, errors=["States.ALL"], outputs=CAUGHT)
        return job
