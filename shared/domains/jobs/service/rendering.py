"""The steps of the workflow `render`, each safe to run twice: the scene engine, on the stage's objects and rows."""

import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from typing import Any, Self

from shared.base import logs, meter
from shared.base.objects import Objects
from shared.base.running import StepError, seconds_left
from shared.base.settings import setting
from shared.domains.jobs.model import Job, Status
from shared.domains.jobs.rules.outside import OUTSIDE, is_left_outside
from shared.domains.jobs.rules.sources import shown
from shared.domains.jobs.rules.status import CANCELLED
from shared.domains.jobs.rules.usage import batch_usage, expected_seconds, expected_usage, lambda_usage, render_lane
from shared.domains.jobs.service.ordering import unpack
from shared.domains.jobs.service.sources import Sources
from shared.domains.jobs.service.working import WorkService
from shared.domains.videos.rules.work import WORK, WorkKeys
from shared.media.errors import MediaError
from shared.media.scene.config import Parsed, parse
from shared.media.scene.model import Project
from shared.media.scene.problems import SceneError
from shared.media.scene.sources import Probed

REPORT_SECONDS = 2.0
CLOSING_SECONDS = 30
"""What a step keeps for itself of Lambda's time, so that an encoder that is too slow ends with words."""

LOCATED, PREPARED, PLANNED, RENDERED, PACKAGED = 2, 6, 8, 90, 98
"""Percent of the whole when a step has ended; rendering is what takes long."""

LAST_TRY = 2
"""The machine tries a step three times, counted from 0."""

NOT_RENDERED = "VIDEO_GENERATION_FAILED"


class RenderingService:
    """One execution's work on one job."""

    def __init__(self, told: dict[str, Any], job: Job, objects: Objects, work: WorkService) -> None:
        """`told` is a step's input: `job` (job_id, video_id, attempt), `execution` (its ARN), `try` from 0."""
        self._job = job
        self._execution: str = told["execution"]
        self._try = int(told.get("try") or setting("AWS_BATCH_JOB_ATTEMPT", "0"))
        self._objects = objects
        self._work = work
        self._reported = 0.0
        """When the job was last looked at, on the monotonic clock."""

    @classmethod
    def open(cls, told: dict[str, Any], *also: Status) -> Self:
        """On the stage's own resources, and the job as it stands. Steps that touch no object are told of no bucket.

        also  statuses besides `processing` in which the step has something to do
        """
        work, asked = WorkService.open(), told["job"]
        job = work.get(asked["job_id"])
        mine = job is not None and job.attempt == asked["attempt"]
        if job is None or not mine or not (job.status in also or _is_worked_on(job, told["execution"])):
            raise StepError(*CANCELLED)
        return cls(told, job, Objects(setting("MEDIA_BUCKET", "-")), work)

    def prepare(self) -> None:
        """Take the job up, fetch what lies on the internet, find out what every source is."""
        from shared.media.scene.probing import probe_source

        with self._charged("prepare"):
            if not self._work.begin(self._job, self._execution, "Reading the sources"):
                raise StepError(*CANCELLED)
            last_try = self._try >= LAST_TRY
            finder = Sources(self._objects, self._work.moves.videos, self._job.owner_id, last_try, self._ask)
            found: dict[str, Any] = {}
            wanted = self._parsed().projects[0].sources()
            for number, source in enumerate(wanted):
                located = finder.locate(source.src)
                if source.src not in found or source.kind == "video":
                    with in_words(f"The source {shown(source.src)}"):
                        facts = probe_source(located.open(self._objects, source.src), source.kind)
                    found[source.src] = {"facts": facts, "identity": located.identity, "bytes": located.to_json()}
                self._report(LOCATED + (PREPARED - LOCATED) * (number + 1) / len(wanted), "Reading the sources")
            self._objects.put_json(self._sources_key, found)

    def plan(self) -> dict[str, Any]:
        """Write the plan; give its hash and its lane."""
        from shared.media.runner import encoder_build
        from shared.media.scene import stems
        from shared.media.scene.planning import plan_render

        with self._charged("plan", transitions=2):
            media = {src: Probed(told["facts"], told["identity"]) for src, told in self._sources().items()}
            try:
                build, parsed = encoder_build(setting("FFMPEG_PATH")), self._parsed()
                plan = plan_render(parsed.projects[0], media, encoder_build=build, root=parsed.root)
            except SceneError as error:
                raise StepError(NOT_RENDERED, str(error)) from None
            self._objects.put_json(self._keys(plan.hash).plan, plan.to_json())
            lane = render_lane(plan.cpu_seconds, stems.size(plan.composition), float(setting("LAMBDA_CPU_SECONDS")))
            lane = OUTSIDE if is_left_outside(self._job) else lane
            seconds = expected_seconds(plan.cpu_seconds, lane)
            self._work.estimate(self._job, seconds, expected_usage(plan.cpu_seconds, lane))
            self._report(PLANNED, "Rendering")
            return {"hash": plan.hash, "lane": lane}

    def finish(self, published: dict[str, Any]) -> None:
        """The job is completed and its video ready; a second time changes nothing."""
        from shared.domains.videos.service.publishing import from_json

        with self._charged("finish"):
            if not self._work.complete(self._job, from_json(published)):
                raise StepError(*CANCELLED)

    @property
    def job(self) -> Job:
        """The job as it stands once it has been taken up."""
        return replace(self._job, status=Status.PROCESSING)

    @property
    def _sources_key(self) -> str:
        return f"{WORK}{self._job.video_id}/sources.json"

    def _sources(self) -> dict[str, Any]:
        found: dict[str, Any] = self._objects.get_json(self._sources_key)
        return found

    def _keys(self, plan_hash: str) -> WorkKeys:
        return WorkKeys(self._job.video_id, plan_hash)

    def _parsed(self) -> Parsed:
        parsed = parse(unpack(self._work.request(self._job.id)))
        if not parsed.projects:
            raise StepError(NOT_RENDERED, "; ".join(problem.message for problem in parsed.problems))
        output = self._job.output_url
        return parse(_composition_of(parsed.projects[0], output)) if output else parsed

    def _on_progress(self, share: float) -> None:
        if time.monotonic() - self._reported >= REPORT_SECONDS:
            self._report(PLANNED + (RENDERED - PLANNED) * share, "Rendering")

    def _report(self, percent: float, step: str) -> None:
        """Say how far the work is; end it when nobody waits for it any more."""
        self._reported = time.monotonic()
        if not self._work.report(self.job, percent, step):
            raise StepError(*CANCELLED)

    def _ask(self) -> None:
        """End the work when nobody waits for it any more: between reports, where there is nothing to report."""
        if time.monotonic() - self._reported < REPORT_SECONDS:
            return
        self._reported = time.monotonic()
        job = self._work.get(self._job.id)
        if job is None or job.attempt != self._job.attempt or not _is_worked_on(job, self._execution):
            raise StepError(*CANCELLED)

    @contextmanager
    def _charged(self, step: str, transitions: int = 1, lane: str = "lambda") -> Iterator[None]:
        """Write down what this try of a step costs, however it ends; the step's own error comes first.

        What is done to the output of an outside renderer is done a second time, and has lines of its own.
        """
        step += "_output" if self._job.output_url else ""
        began, before = time.monotonic(), meter.requests()

        def charge() -> None:
            seconds, made = time.monotonic() - began, meter.requests()
            usage = lambda_usage(seconds, transitions) if lane == "lambda" else batch_usage(seconds, transitions)
            writes, reads = made.writes - before.writes, made.reads - before.reads
            self._work.charge(self._job, step, self._try, replace(usage, s3_writes=writes, s3_reads=reads))

        try:
            yield
        except BaseException:
            try:
                charge()
            except Exception as error:  # noqa: BLE001 - what is under way says why the step failed
                logs.log_exception("a try could not be charged", error, job=self._job.id, step=step)
            raise
        charge()


def _is_worked_on(job: Job, execution: str) -> bool:
    return job.status is Status.PROCESSING and job.execution_arn == execution


def _composition_of(project: Project, output_url: str) -> list[dict[str, Any]]:
    """The scene configuration that makes of a renderer's output what the project asked for: size, rate, quality."""
    width, height = project.size
    film = {"type": "video", "src": output_url}
    shape = {"width": width, "height": height, "fps": project.fps, "quality": project.quality}
    return [{**shape, "output": {"loudness": None}, "scenes": [{"id": "rendered", "elements": [film]}]}]


@contextmanager
def in_words(what: str) -> Iterator[None]:
    """A source's fault ends the job; what is the engine's fault may pass."""
    try:
        yield
    except MediaError as error:
        if not error.is_source_fault:
            raise
        raise StepError(str(error.code), f"{what}: {error.message}") from None


def wall_seconds() -> float | None:
    """How long an encoder may run here; None leaves it to the engine, as in a Batch job."""
    left = seconds_left() - CLOSING_SECONDS
    return max(1.0, left) if left < float("inf") else None
