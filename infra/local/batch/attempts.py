"""One attempt of a Batch job: a process of this machine, with the job role's credentials and nothing of ours.

Not a sandbox. The image is ignored; the venv's programs and packages and an `ffmpeg` stand for it.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import tempfile
import threading
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from infra.local import authz, runtime
from infra.local.batch.logs import GROUP, LogStream
from infra.local.emulator import new_id
from infra.local.processes import Child
from infra.local.settings import python_folder

_NO_LIMIT_SESSION = 12 * 3600
EXITED = "Essential container in task exited"
TIMED_OUT = "Job attempt duration exceeded timeout"


@dataclass(frozen=True, slots=True)
class Outcome:
    """How an attempt ended: exit code, the job's statusReason, the container's reason."""

    code: int
    reason: str
    detail: str | None = None
    timed_out: bool = False


class Attempt:
    """Runs a job's command once."""

    def __init__(self, record: dict[str, Any], number: int, started: Callable[[], None]) -> None:
        self._record, self._number, self._started = record, number, started
        self._child: Child | None = None
        self._stopping, self._ended = threading.Event(), threading.Event()
        definition = record["jobDefinition"].rpartition("/")[2].partition(":")[0]
        options = (record["container"].get("logConfiguration") or {}).get("options") or {}
        self.log_group = options.get("awslogs-group", GROUP)
        self.stream = f"{options.get('awslogs-stream-prefix', definition)}/default/{new_id()}"

    def run(self) -> Outcome:
        """Until the process has ended. Raises AccessDeniedError when the job role cannot be assumed."""
        limit = self._record["timeout"].get("attemptDurationSeconds")
        work = Path(tempfile.mkdtemp(prefix="batch-"))
        role, name = self._record["container"]["jobRoleArn"], self._record["jobId"].replace(":", "-")
        seconds = float(limit or _NO_LIMIT_SESSION) + runtime.settings().job_grace
        credentials = authz.open_session(role, "ecs-tasks.amazonaws.com", name, seconds) if role else {}
        try:
            return self._run(work, self._environment(work) | credentials, limit)
        finally:
            authz.end_session(credentials)
            shutil.rmtree(work, ignore_errors=True)

    def _run(self, work: Path, environment: dict[str, str], limit: float | None) -> Outcome:
        command = self._record["container"]["command"]
        program = shutil.which(command[0], path=environment["PATH"]) if command else None
        if program is None:
            return Outcome(127, EXITED, f"CannotStartContainerError: no program {command[:1]}")
        log = LogStream(self.log_group, self.stream)
        with Path(os.devnull).open() as null:
            fds = (null.fileno(), log.sink, log.sink)
            self._child = runtime.supervisor().start("job", [program, *command[1:]], str(work), environment, fds)
        log.start()
        self._record["container"]["logStreamName"] = self.stream
        self._started()
        timed_out = False
        try:
            code = self._wait(limit)
        except subprocess.TimeoutExpired:
            timed_out = True
            self.stop()
            code = self._child.wait()
        self._ended.set()
        log.close()
        code = code if code >= 0 else 128 - code
        return Outcome(code, TIMED_OUT if timed_out else EXITED, timed_out=timed_out)

    def _wait(self, limit: float | None) -> int:
        assert self._child
        if self._stopping.is_set():  # asked to stop between the decision to start and the start
            self._end()
        return self._child.wait(limit)

    def stop(self) -> None:
        """SIGTERM, and after the grace SIGKILL, as ECS. Returns at once."""
        self._stopping.set()
        if self._child:
            self._end()

    def _end(self) -> None:
        child = self._child
        assert child
        child.terminate()

        def kill_later() -> None:
            if not self._ended.wait(runtime.settings().job_grace):
                child.kill()

        threading.Thread(target=kill_later, daemon=True, name="batch-kill").start()

    def _environment(self, work: Path) -> dict[str, str]:
        """What a container would see: made from nothing, least of all the emulator's root key."""
        record, settings = self._record, runtime.settings()
        variables = {v["name"]: v["value"] for v in record["container"]["environment"]}
        made = {
            "PATH": f"{python_folder()}:{_programs()}:/usr/local/bin:/usr/bin:/bin",
            "LANG": os.environ.get("LANG", "C.UTF-8"),
            "HOME": str(work),
            "TMPDIR": str(work),
            "FFMPEG_PATH": runtime.ffmpeg_path(),
            "PYTHONUNBUFFERED": "1",
            "PYTHONDONTWRITEBYTECODE": "1",
            "AWS_EC2_METADATA_DISABLED": "true",
            "AWS_ENDPOINT_URL": settings.endpoint,
            "AWS_BATCH_JOB_ID": record["jobId"],
            "AWS_BATCH_JOB_ATTEMPT": str(self._number),
            "AWS_BATCH_JQ_NAME": record["jobQueue"].rpartition("/")[2],
        }
        if (index := record.get("arrayProperties", {}).get("index")) is not None:
            made["AWS_BATCH_JOB_ARRAY_INDEX"] = str(index)
        return made | variables | runtime.local_variables(variables)


def _programs() -> Path:
    """A folder with an `ffmpeg`, as the image has one."""
    folder = runtime.settings().state / "bin"
    folder.mkdir(parents=True, exist_ok=True)
    link = folder / "ffmpeg"
    if not link.exists():
        fresh = folder / f"ffmpeg-{new_id()}"
        fresh.symlink_to(runtime.ffmpeg_path())
        fresh.replace(link)
    return folder
