"""Step Functions: the machine's role, `batch:submitJob[.sync]`, stopping, the machine's time limit, heartbeats."""

from __future__ import annotations

import contextvars
import functools
import json
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

from infra.local import authz, sfn_grants
from infra.local.batch import control
from infra.local.differences import correction
from infra.local.emulator import lambda_svc
from infra.local.emulator import stepfunctions as sfn

State = dict[str, Any]
_execution: contextvars.ContextVar[State | None] = contextvars.ContextVar("execution", default=None)
_deadline: contextvars.ContextVar[float | None] = contextvars.ContextVar("deadline", default=None)
_USER_MAPS = {"Parameters", "Tags", "parameters", "tags"}


def recase(value: Any, change: Callable[[str], str]) -> Any:
    """The first letter of every key changed, but for maps whose keys belong to the user."""
    if isinstance(value, list):
        return [recase(item, change) for item in value]
    if not isinstance(value, dict):
        return value
    return {
        change(key[0]) + key[1:]: item if key in _USER_MAPS else recase(item, change) for key, item in value.items()
    }


def root_of(execution: State | None) -> State | None:
    """The execution that somebody started: a child of a distributed map stands for its parent."""
    while execution and (run := sfn._map_runs.get(execution.get("mapRunArn"))):
        execution = sfn._executions.get(run["executionArn"])
    return execution


def role_of(execution: State | None) -> str:
    root = root_of(execution) or {}
    return str((sfn._state_machines.get(root.get("stateMachineArn")) or {}).get("roleArn", ""))


def require(action: str, *resources: str) -> None:
    """Raise the state's error States.Permissions unless the machine's role may."""
    try:
        authz.require(role_of(_execution.get()), "states.amazonaws.com", action, *resources)
    except authz.AccessDeniedError as exc:
        raise sfn._ExecutionError("States.Permissions", str(exc)) from None


def authorize(resource: str, data: Any) -> None:
    for action, resources in sfn_grants.needed(resource, data if isinstance(data, dict) else {}):
        require(action, *resources)


def enter(execution: State) -> None:
    _execution.set(execution)


def is_stopped(execution: State | None) -> bool:
    root = root_of(execution)
    return execution is not None and (execution["status"] != "RUNNING" or (root or execution)["status"] != "RUNNING")


def _abort_reason() -> str | None:
    if is_stopped(_execution.get()):
        return "Terminated by Step Functions: execution stopped"
    if (limit := _deadline.get()) and time.monotonic() > limit:
        return "Terminated by Step Functions: task timed out"
    return None


@correction(
    title="Roles of state machines",
    aws="Every call of a task is made with the machine's role.",
    emulator="The role is never looked at.",
    names=("services.stepfunctions: _invoke_resource _map_runs _executions _state_machines _ExecutionError",),
)
def check_roles() -> None:
    stock = sfn._invoke_resource

    @functools.wraps(stock)
    def invoke(resource: str, data: Any) -> Any:
        authorize(resource, data)
        return stock(resource, data)

    sfn._invoke_resource = invoke


@correction(
    title="Lambda tasks that nobody waits for (InvocationType Event)",
    aws="The task ends once Lambda has the event; Lambda tries again by itself, and keeps at last what failed.",
    emulator="The task waits for the function.",
    names=(
        "services.stepfunctions: _invoke_resource _resolve_lambda_function_ref _ExecutionError",
        "services.lambda_svc: _get_func_record_for_ref _execution_record_for_config invoke_async_with_retry",
    ),
)
def invoke_without_waiting() -> None:
    stock = sfn._invoke_resource

    @functools.wraps(stock)
    def invoke(resource: str, data: Any) -> Any:
        if "states:::lambda:invoke" not in resource or data.get("InvocationType") != "Event":
            return stock(resource, data)
        authorize(resource, data)
        name = sfn._resolve_lambda_function_ref(data["FunctionName"], optimized=True)
        function, configuration, _ = lambda_svc._get_func_record_for_ref(name)
        if not function:
            raise sfn._ExecutionError("Lambda.ResourceNotFoundException", f"Function not found: {name}")
        record = lambda_svc._execution_record_for_config(function, configuration)
        lambda_svc.invoke_async_with_retry(record, data.get("Payload"))
        return {"StatusCode": 202, "Payload": ""}

    sfn._invoke_resource = invoke


@correction(
    title="Stopping an execution",
    aws="Running tasks are cancelled; the status stays ABORTED or TIMED_OUT.",
    emulator="Branches run on, and a late failure overwrites the status.",
    names=("services.stepfunctions: _execute_task _fail_execution",),
)
def stop_tasks() -> None:
    stock_task, stock_fail = sfn._execute_task, sfn._fail_execution

    @functools.wraps(stock_task)
    def execute(state: State, data: Any, execution: State, context: State) -> Any:
        if is_stopped(execution):  # branches of a Map or a Parallel end at their next state
            raise sfn._ExecutionError("States.Aborted", "the execution was stopped")
        enter(execution)
        limit = state.get("TimeoutSeconds")
        _deadline.set(time.monotonic() + limit if isinstance(limit, int | float) else None)
        return stock_task(state, data, execution, context)

    @functools.wraps(stock_fail)
    def fail(execution: State, error: str, cause: str) -> None:
        if execution["status"] == "RUNNING":
            stock_fail(execution, error, cause)

    sfn._execute_task, sfn._fail_execution = execute, fail


@correction(
    title="TimeoutSeconds of a state machine",
    aws="The execution becomes TIMED_OUT, and an event says so.",
    emulator="It is ignored.",
    names=("services.stepfunctions: _run_execution _emit_execution_status_event _add_event now_iso",),
)
def limit_executions() -> None:
    stock = sfn._run_execution

    @functools.wraps(stock)
    def run(arn: str, *args: Any, **kwargs: Any) -> Any:
        execution = sfn._executions.get(arn) or {}
        machine = sfn._state_machines.get(execution.get("stateMachineArn")) or {}
        with _timer(execution, json.loads(machine.get("definition") or "{}").get("TimeoutSeconds")):
            return stock(arn, *args, **kwargs)

    sfn._run_execution = run


@contextmanager
def _timer(execution: State, seconds: Any) -> Iterator[None]:
    def expire() -> None:
        if execution.get("status") == "RUNNING":
            execution.update(status="TIMED_OUT", stopDate=sfn.now_iso(), error="States.Timeout", cause="")
            sfn._add_event(
                execution, "ExecutionTimedOut", {"executionTimedOutEventDetails": {"error": "States.Timeout"}}
            )
            sfn._emit_execution_status_event(execution)

    timer = threading.Timer(float(seconds or 0), contextvars.copy_context().run, args=(expire,))
    timer.daemon = True
    if isinstance(seconds, int | float):
        timer.start()
    try:
        yield
    finally:
        timer.cancel()


@correction(
    title="batch:submitJob and batch:submitJob.sync",
    aws="Submit a job; `.sync` waits for its end, and terminates it when the execution stops.",
    emulator="Not there.",
    names=("services.stepfunctions: _SERVICE_DISPATCH",),
)
def add_submit_job() -> None:
    sfn._SERVICE_DISPATCH["arn:aws:states:::batch:submitJob"] = _submit_job


def _submit_job(resource: str, data: State) -> Any:
    status, _, body = control.submit_job(recase(data, str.lower))
    result = json.loads(body)
    if status >= 400:
        raise sfn._ExecutionError("Batch.ClientException", result.get("message", str(result)))
    if ".sync" not in resource:
        return recase(result, str.upper)

    def give_up(why: str) -> None:
        try:  # as on AWS: without the grant the job runs on, unwatched
            authz.require(role_of(_execution.get()), "states.amazonaws.com", "batch:TerminateJob", result["jobArn"])
            control.terminate(result["jobId"], why)
        except authz.AccessDeniedError as exc:
            sfn.logger.error("the Batch job runs on: %s", exc)

    job = control.wait_job(result["jobId"], _abort_reason, give_up)
    if job is None:
        raise sfn._ExecutionError("States.Timeout", "the task timed out or the execution was stopped")
    if job["status"] == "FAILED":
        raise sfn._ExecutionError("States.TaskFailed", json.dumps(recase(job, str.upper)))
    return recase(job, str.upper)


@correction(
    title="HeartbeatSeconds, and stopping a task that waits for its token",
    aws="States.HeartbeatTimeout; StopExecution ends the wait.",
    emulator="Neither.",
    names=("services.stepfunctions: _invoke_with_callback _task_tokens",),
)
def watch_callbacks() -> None:
    stock = sfn._invoke_with_callback

    @functools.wraps(stock)
    def invoke(resource: str, data: Any, token: str, state: State) -> Any:
        authorize(resource, data)
        authz.waiting[token] = str((root_of(_execution.get()) or {}).get("stateMachineArn", ""))
        arguments = (token, state.get("HeartbeatSeconds"), _execution.get())
        threading.Thread(target=contextvars.copy_context().run, args=(_watch, *arguments), daemon=True).start()
        return stock(resource, data, token, state)

    sfn._invoke_with_callback = invoke


def _watch(token: str, beat: float | None, execution: State | None) -> None:
    began = last = time.monotonic()
    seen = None
    while True:
        info, now = sfn._task_tokens.get(token), time.monotonic()
        if (info is None and now - began > 5) or (info and info["event"].is_set()):
            return
        if info:
            seen, last = info["heartbeat"], now if info["heartbeat"] != seen else last
            if error := _callback_error(execution, beat, now - last):
                info["error"] = {"Error": error[0], "Cause": error[1]}
                info["event"].set()
                return
        time.sleep(0.25)


def _callback_error(execution: State | None, beat: float | None, silent: float) -> tuple[str, str] | None:
    if is_stopped(execution):
        return "States.Aborted", "the execution was stopped"
    return ("States.HeartbeatTimeout", f"no heartbeat for {beat} s") if beat and silent > beat else None


@correction(
    title="Errors of a nested startExecution",
    aws="Carry the prefix `StepFunctions.`.",
    emulator="They do not, so that no Catch matches.",
    names=("services.stepfunctions: _invoke_nested_start_execution",),
)
def prefix_nested_errors() -> None:
    stock = sfn._invoke_nested_start_execution

    @functools.wraps(stock)
    def start(resource: str, data: State) -> Any:
        try:
            return stock(resource, data)
        except sfn._ExecutionError as exc:
            if exc.error.startswith(("States.", "StepFunctions.")):
                raise
            raise sfn._ExecutionError(
                f"StepFunctions.{exc.error.removesuffix('Exception')}Exception", exc.cause
            ) from None

    sfn._invoke_nested_start_execution = start
