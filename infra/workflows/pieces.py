"""What state machines are made of: steps on Lambda, and workers in one map."""

from collections.abc import Mapping

import aws_cdk as cdk
from aws_cdk import aws_lambda as lambda_
from aws_cdk import aws_stepfunctions as sfn
from aws_cdk import aws_stepfunctions_tasks as tasks
from constructs import Construct

JSONATA = sfn.QueryLanguage.JSONATA
INPUT = "$states.context.Execution.Input"
EXECUTION = "$states.context.Execution.Id"
RESULT = "{% $states.result.Payload %}"
ERROR, CAUGHT = "{% $states.input %}", "{% $states.errorOutput %}"
HOPELESS = "StepError"
"""The class that steps raise when another try cannot help; see shared/base/running.py."""

NOT_ASKED = [f"Lambda.{name}Exception" for name in ("Service", "AWSLambda", "SdkClient", "TooManyRequests")]
"""What Lambda says when the function did not run."""


def invocation(
    scope: Construct,
    state: str,
    function: lambda_.IFunction,
    payload: Mapping[str, str],
    *,
    keep: dict[str, str] | None = None,
    wait: cdk.Duration | None = None,
    is_awaited: bool = True,
) -> tasks.LambdaInvoke:
    """A state that invokes a function; it is tried three times, unless the function says that this cannot help.

    `wait`: the state ends when somebody reports with the task's token, at the latest after so long. One that is not
    awaited has ended as soon as Lambda has taken the invocation.
    """
    pattern = sfn.IntegrationPattern
    task = tasks.LambdaInvoke.jsonata(
        scope,
        state,
        lambda_function=function,
        payload=sfn.TaskInput.from_object(dict(payload)),
        outputs="{% {} %}",
        assign=keep,
        retry_on_service_exceptions=False,
        invocation_type=None if is_awaited else tasks.LambdaInvocationType.EVENT,
        integration_pattern=pattern.WAIT_FOR_TASK_TOKEN if wait else pattern.REQUEST_RESPONSE,
        task_timeout=sfn.Timeout.duration(wait) if wait else None,
    )
    task.add_retry(errors=[HOPELESS], max_attempts=0)
    again = NOT_ASKED if wait else ["States.ALL"]  # an answer is final, and so is none in time
    task.add_retry(errors=again, max_attempts=2, interval=cdk.Duration.seconds(2), backoff_rate=2)
    return task


def workers_map(
    scope: Construct,
    state: str,
    work: tasks.LambdaInvoke,
    failed: tasks.LambdaInvoke,
    *,
    told: Mapping[str, str],
    most_workers: int,
) -> sfn.DistributedMap:
    """One execution of `work` for each of the plan's workers, `most_workers` at the same time.

    `failed` tells why a worker failed, which the map would not. `told` is what each is told besides plan and worker.
    """
    failed.next(sfn.Fail.jsonata(scope, "Worker failed", error="{% $caught.Error %}", cause="{% $caught.Cause %}"))
    work.add_catch(failed, errors=["States.ALL"], outputs=CAUGHT, assign={"caught": CAUGHT})
    workers = sfn.DistributedMap.jsonata(
        scope,
        state,
        items=sfn.ProvideItems.jsonata("{% $plan.workers %}"),
        item_selector={**told, "plan": "{% $plan %}", "worker": "{% $states.context.Map.Item.Value %}"},
        max_concurrency=most_workers,
        map_execution_type=sfn.StateMachineType.STANDARD,
        outputs="{% {} %}",
    )
    workers.item_processor(work)
    return workers
