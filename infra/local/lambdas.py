"""Lambda workers: forked, evicted when idle, with AWS's error types and this machine's addresses."""

from __future__ import annotations

import copy
import queue
import re
import signal
import subprocess
import sys
import threading
import time
import types
from typing import Any

from infra.local import runtime
from infra.local.differences import correction
from infra.local.emulator import lambda_runtime, lambda_svc
from infra.local.metrics import publish_log
from infra.local.processes import WorkerProcess

_END_OF_LOG = "\x00end"
#: what MiniStack's worker script says, what it says here
_FLUSHED = ' + "\\n")\n        _real_stdout.flush()'
_RAISED = (
    'json.dumps({"status": "error", "error": str(e), "trace": traceback.format_exc()})' + _FLUSHED,
    'json.dumps({"status": "ok", "raised": type(e).__name__, "error": str(e), "trace": traceback.format_exc()})'
    + _FLUSHED
    + '\n        print("\\x00end", file=sys.stderr, flush=True)',
)
_NOT_IMPORTED = (
    '{"status": "error", "error": str(e)}) + "\\n")',
    '{"status": "error", "error": type(e).__name__ + "|" + str(e)}) + "\\n"); traceback.print_exc()',
)
_INIT_FAILED = re.compile(r"Worker init failed: (\w+)\|(.*)", re.DOTALL)
_IMPORT_ERRORS = ("ImportError", "ModuleNotFoundError")
_last = threading.local()


@correction(
    title="Lambda workers",
    aws="An execution environment ends when it is idle; it never sees the host's variables.",
    emulator="The first worker of each function stays for ever, at 55 MB; each is a new interpreter.",
    names=(
        "core.lambda_runtime: subprocess reap_idle_workers kill_workers _workers _lock",
        "services.lambda_svc: reap_idle_workers",
    ),
)
def fork_workers() -> None:
    """Python workers come from the zygote, any other process from `subprocess` as before; idle ones are evicted."""
    supervisor, ours = runtime.supervisor(), runtime.settings().own_variables()
    view = types.SimpleNamespace(**{name: getattr(subprocess, name) for name in dir(subprocess) if name[0] != "_"})

    def popen(argv: list[str], **options: Any) -> Any:
        if argv[0] != sys.executable:
            return subprocess.Popen(argv, **options)
        environment = {name: value for name, value in options["env"].items() if ours.get(name) != value}
        _last.process = WorkerProcess(supervisor, argv, options["cwd"], environment)
        return _last.process

    view.Popen = popen
    lambda_runtime.subprocess = view
    lambda_runtime.reap_idle_workers = lambda_svc.reap_idle_workers = lambda *_: 0
    threading.Thread(target=_evict_for_ever, daemon=True, name="lambda-eviction").start()


def _evict_for_ever() -> None:
    ttl = runtime.settings().worker_ttl
    while True:
        time.sleep(min(5.0, ttl / 4))
        evict(ttl)


def evict(ttl: float) -> int:
    """End every worker that was idle for `ttl` seconds; the number that ended."""
    limit, dead = time.time() - ttl, list[Any]()
    with lambda_runtime._lock:
        for key, workers in list(lambda_runtime._workers.items()):
            idle = [worker for worker in workers if not worker.in_use and worker.last_used < limit]
            dead += idle
            lambda_runtime._workers[key] = [worker for worker in workers if worker not in idle]
            if not lambda_runtime._workers[key]:
                del lambda_runtime._workers[key]
    lambda_runtime.kill_workers(dead)
    return len(dead)


@correction(
    title="Errors of a Lambda function",
    aws="`errorType` is the exception's class; the environment stays warm; an exit is `Runtime.ExitError`.",
    emulator="`errorType` is always `Runtime.HandlerError` and each error costs the worker.",
    names=(
        "core.lambda_runtime: _PYTHON_WORKER_SCRIPT Worker.invoke",
        "services.lambda_svc: _execute_function_warm",
    ),
)
def correct_errors() -> None:
    script = lambda_runtime._PYTHON_WORKER_SCRIPT
    for theirs, ours in (_RAISED, _NOT_IMPORTED):
        if script.count(theirs) != 1:
            raise RuntimeError(f"MiniStack's worker script changed, look for: {theirs}")
        script = script.replace(theirs, ours)
    lambda_runtime._PYTHON_WORKER_SCRIPT = script
    execute, invoke = lambda_svc._execute_function_warm, lambda_runtime.Worker.invoke

    def worker_invoke(self: Any, event: Any, request_id: str, **options: Any) -> Any:
        process = self._proc
        result = invoke(self, event, request_id, **options)
        _last.error_type = result.get("raised")
        if _last.error_type:
            result["status"] = "error"
        elif result.get("error") == "Worker process died":
            code = (process or _last.process).wait(1)
            result["error"] = f"RequestId: {request_id} Error: Runtime exited with error: {_exit_text(code)}"
            _last.error_type = "Runtime.ExitError"
        return result

    def execute_warm(func: dict[str, Any], *args: Any, **kwargs: Any) -> Any:
        _last.error_type = None
        result = execute(func, *args, **kwargs)
        publish_log(result.get("log") or "")
        body = result.get("body")
        if result.get("error") and isinstance(body, dict):
            _correct_error(body, func.get("config") or func)
        return result

    lambda_runtime.Worker.invoke, lambda_svc._execute_function_warm = worker_invoke, execute_warm


def _exit_text(code: int) -> str:
    return f"exit status {code}" if code >= 0 else f"signal: {(signal.strsignal(-code) or '').lower()}"


def _correct_error(body: dict[str, Any], config: dict[str, Any]) -> None:
    if found := _INIT_FAILED.match(str(body.get("errorMessage"))):
        body.update(errorType=found[1], errorMessage=found[2])
        if found[1] in _IMPORT_ERRORS:
            module = config.get("Handler", "").rpartition(".")[0]
            body.update(
                errorType="Runtime.ImportModuleError", errorMessage=f"Unable to import module '{module}': {found[2]}"
            )
    elif body.get("errorType") == "Runtime.HandlerError" and _last.error_type:
        body["errorType"] = _last.error_type


@correction(
    title="Logs of a Lambda invocation",
    aws="Cost the caller nothing.",
    emulator="A handler that logs nothing waits 50 ms for a line.",
    names=("core.lambda_runtime: Worker._drain_stderr_bounded Worker._read_stderr Worker._spawn",),
)
def end_logs() -> None:
    """The worker ends the log of each invocation with a mark, so that nobody waits and no line is lost."""

    def drain_to_mark(self: Any, *_args: Any, **_kwargs: Any) -> str:
        lines: list[str] = []
        limit = time.monotonic() + 0.25
        if self._proc is None:  # it has ended, so its log ends without a mark
            self._stderr_thread.join(0.25)
            limit = 0
        while True:
            try:
                line = self._stderr_queue.get(timeout=max(0.001, limit - time.monotonic()))
            except queue.Empty:
                return "\n".join(lines)
            if line == _END_OF_LOG:
                return "\n".join(lines)
            lines.append(line)

    lambda_runtime.Worker._drain_stderr_bounded = drain_to_mark


@correction(
    title="Addresses and layers in a function's environment",
    aws="Functions call the API's and the distribution's own addresses; layers lie in /opt.",
    emulator="The addresses lead to AWS; each worker unpacks every layer.",
    names=("core.lambda_runtime: Worker.__init__",),
)
def correct_environment() -> None:
    init = lambda_runtime.Worker.__init__

    def worker_init(self: Any, name: str, config: dict[str, Any], code: bytes) -> None:
        config = copy.deepcopy(config)
        config.pop("Layers", None)
        variables = (config.get("Environment") or {}).get("Variables") or {}
        variables.update(runtime.local_variables(variables))
        init(self, name, config, code)

    lambda_runtime.Worker.__init__ = worker_init
