"""The workflow `render`: a scene configuration becomes a video. Mirrors functions/pipeline/render/.

    prepare_sources -> (words?) -> plan_render -> (which lane?) -> render_run -> package_render -> finish_render
                       (words?) -> time_words -> (words?), perhaps after a wait
    whatever fails  -> fail_render -> RenderFailed

Seven transitions, whatever the video's length, and two or three for each round in which the times of words are found. A
cancelled execution is stopped, and Step Functions ends its job.
"""

import aws_cdk as cdk
from aws_cdk import aws_lambda as lambda_
from aws_cdk import aws_stepfunctions as sfn
from aws_cdk import aws_stepfunctions_tasks as tasks
from constructs import Construct

from infra.workflows.transcode import HOPELESS, INPUT

TOLD = {
    "job": f"{{% {INPUT} %}}",
    "execution": "{% $states.context.Execution.Id %}",
    "try": "{% $states.context.State.RetryCount %}",
}
"""What every step on Lambda is told: the execution's own input, its ARN, and how often the step was tried before."""

RESULT = "{% $states.result.Payload %}"
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
        prepare = self._step("prepare_sources", {}, keep={"words": RESULT, "round": "{% 0 %}"})
        plan = self._step("plan_render", {"words": "{% $words %}"}, keep={"plan": RESULT})
        package = self._step("package_render", planned, keep={"published": RESULT})
        package.next(self._step("finish_render", {"published": "{% $published %}"}))
        on_lambda = self._step("render_run", planned).next(package)
        on_batch = self._job(queue_arn, job_definition_arn).next(package)
        lane = sfn.Choice.jsonata(self, "RenderLane")
        lane.when(sfn.Condition.jsonata("{% $plan.lane = 'batch' %}"), on_batch).otherwise(on_lambda)
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
        self, name: str, payload: dict[str, str], *, keep: dict[str, str] | None = None, catch: bool = True
    ) -> tasks.LambdaInvoke:
        """One step on Lambda, tried three times unless it says that trying again cannot help."""
        task = tasks.LambdaInvoke.jsonata(
            self,
            name,
            lambda_function=self._functions[name],
            payload=sfn.TaskInput.from_object({**TOLD, **payload}),
            outputs="{% {} %}",
            assign=keep,
            retry_on_service_exceptions=False,
        )
        task.add_retry(errors=[HOPELESS], max_attempts=0)
        task.add_retry(errors=["States.ALL"], max_attempts=2, interval=cdk.Duration.seconds(2), backoff_rate=2)
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
