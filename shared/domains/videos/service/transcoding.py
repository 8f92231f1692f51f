"""The steps of the workflow `transcode`, each safe to run twice: the media engine, on the stage's objects and rows."""

import time
from functools import partial
from typing import Any

from shared.base import logs
from shared.base.objects import Objects, ObjectSource
from shared.base.running import StepError, WrongMachineError, seconds_left
from shared.base.settings import setting
from shared.domains.videos.rules.failures import in_words
from shared.domains.videos.rules.keys import FIRST_VERSION, early_prefixes, upload_key
from shared.domains.videos.rules.work import WorkKeys
from shared.domains.videos.service.measuring import measure_run
from shared.domains.videos.service.processing import ProcessingService
from shared.media.errors import MediaError, MediaErrorCode
from shared.media.plan import Plan
from shared.media.workers import Run

REPORT_SECONDS = 2.0
CLOSING_SECONDS = 30
"""What a step keeps for itself of Lambda's time, so that an encoder that is too slow ends with words."""

PROBED, PLANNED, ENCODED, PACKAGED = 3, 5, 90, 98
"""Percent of the whole when a step has ended; encoding is what takes long."""

MARKS = 200
"""Steps of progress of all workers together: they are kept with the video until it has ended."""

GPU_MARK = "g"
"""Begins the marks of a plan for the GPU: one for the CPU that follows it counts its own."""

FAILURE_LOGGED = 1000
"""Characters of what the GPU lane failed with."""

CANCELLED = ("CANCELLED", "The video was cancelled or deleted.")


class TranscodingService:
    """One execution's work on one upload."""

    def __init__(self, told: dict[str, Any], objects: Objects, videos: ProcessingService) -> None:
        """`told` is a step's input: `video` (video_id, upload_version, size) and `execution` (its ARN)."""
        video = told["video"]
        self._video_id: str = video["video_id"]
        self._upload_version: str = video["upload_version"]
        self._size: int = video["size"]
        self._execution: str = told["execution"]
        self._objects = objects
        self._videos = videos
        self._reported = 0.0

    @classmethod
    def open(cls, told: dict[str, Any]) -> "TranscodingService":
        """On the stage's own resources. Steps that touch no object are not told of a bucket."""
        return cls(told, Objects(setting("MEDIA_BUCKET", "-")), ProcessingService.open())

    def probe(self) -> dict[str, Any]:
        """The facts of the source as JSON; StepError when it cannot be processed."""
        from shared.media.probing import probe

        if not self._videos.begin(self._video_id, self._upload_version, self._execution):
            raise StepError(*CANCELLED)
        try:
            facts = probe(self._source())
        except MediaError as error:
            raise _step_error(error) from None
        self._report(PROBED, "Planning")
        return facts.to_json()

    def plan(self, facts: dict[str, Any], gpu_failure: str = "") -> dict[str, Any]:
        """Write the plan; give its hash, its lane, and the numbers of its workers.

        `gpu_failure` is what a plan for the GPU came to nothing with: then all rungs are planned anew, for the CPU.
        """
        from shared.media.encoders import extra_codecs
        from shared.media.facts import SourceFacts
        from shared.media.plan import make_plan
        from shared.media.runner import encoder_build

        if gpu_failure:
            reason = gpu_failure[:FAILURE_LOGGED]
            logs.log("WARNING", "planning for the CPU after the GPU", video_id=self._video_id, reason=reason)
            self._report(PROBED, "Planning")  # refused where the source was at fault: its worker has failed the video
        source_id = f"{upload_key(self._video_id)}@{self._upload_version}"
        plan = make_plan(
            SourceFacts.from_json(facts),
            source_id=source_id,
            encoder_build=encoder_build(setting("FFMPEG_PATH")),
            lambda_cpu_seconds=float(setting("LAMBDA_CPU_SECONDS")),
            job_cpu_seconds=float(setting("JOB_CPU_SECONDS")),
            gpu="" if gpu_failure else _gpu(),
            extra_codecs=extra_codecs(setting("EXTRA_CODECS", "off")),
            vmaf=setting("VMAF", "off") == "on",
        )
        self._objects.put_json(self._work(plan.hash).plan, plan.to_json())
        self._report(PLANNED, "Encoding")
        lane = "outside" if setting("ENCODER") == "outside" else plan.lane
        alone = lane in ("batch", "gpu") and len(plan.runs) == 1  # one job does it all: an array has two at least
        return {"hash": plan.hash, "lane": lane, "workers": [0] if alone else list(range(plan.workers))}

    def encode(self, planned: dict[str, Any], worker: int | None = None) -> dict[str, Any]:
        """Encode one worker's part, or all parts where there is one worker, except what is there already."""
        plan = self._plan(planned)
        try:
            for part in range(plan.workers) if worker is None else (worker,):
                self._encode_part(plan, part)
        except MediaError as error:
            raise self._given_up(error) from None
        return {}

    def _encode_part(self, plan: Plan, worker: int) -> None:
        if worker == 0:
            self._make_poster(plan)
        run = plan.run_of(worker)
        if run is None:
            self._encode_sound(plan, worker)
        else:
            self._encode_run(plan, run, worker)
            measure_run(plan, run, self._objects, self._work(plan.hash), self._source(), _wall_seconds)
        self._report_part(plan, worker, 1.0)

    def _given_up(self, error: MediaError) -> Exception:
        """A source's fault is set on the row here, since a Batch job cannot hand words to the state machine."""
        logs.log("WARNING", "an encoder gave up", video_id=self._video_id, code=error.code, detail=error.detail)
        if error.code is MediaErrorCode.ENCODER_UNAVAILABLE:
            return WrongMachineError(str(error))
        if not error.is_source_fault:
            return error
        self._videos.fail(self._video_id, self._upload_version, error.code, error.message)
        return _step_error(error)

    def _encode_run(self, plan: Plan, run: Run, worker: int) -> None:
        from shared.media.encode import encode_run

        work = self._work(plan.hash)
        if all(self._objects.exists(work.index(rung.name, run.index)) for rung in plan.rungs):
            return
        sinks = {
            rung.name: self._objects.sink(work.fragments(rung.name, run.index), "video/iso.segment")
            for rung in plan.rungs
        }
        done = encode_run(
            plan,
            run,
            self._source(),
            sinks,
            setting("FFMPEG_PATH"),
            partial(self._on_progress, plan, worker),
            wall_seconds=_wall_seconds(),
        )
        for rung_name, index in done.items():
            self._objects.put_json(work.index(rung_name, run.index), index.to_json())

    def _encode_sound(self, plan: Plan, worker: int) -> None:
        from shared.media.encode import encode_audio

        work = self._work(plan.hash)
        if self._objects.exists(work.index("audio", 0)):
            return
        index = encode_audio(
            plan,
            self._source(),
            self._objects.sink(work.fragments("audio", 0), "audio/aac"),
            setting("FFMPEG_PATH"),
            partial(self._on_progress, plan, worker),
            wall_seconds=_wall_seconds(),
        )
        self._objects.put_json(work.index("audio", 0), index.to_json())

    def _make_poster(self, plan: Plan) -> None:
        from shared.media.pictures import make_poster

        key = self._work(plan.hash).poster
        if not self._objects.exists(key):
            self._objects.put(key, make_poster(plan.facts, self._source(), setting("FFMPEG_PATH")), "image/jpeg")

    def encode_early(self, planned: dict[str, Any]) -> None:
        """Let the beginning be played while the rest is encoded, unless somebody else encodes.

        A source that cannot be encoded is left to the workers, whose words count.
        """
        from shared.domains.videos.service.early import EarlyPublisher, SupersededError
        from shared.media.early import encode_early

        if planned["lane"] == "outside":
            return
        plan = self._plan(planned)
        announce = partial(self._videos.announce_early, self._video_id, self._upload_version, ENCODED)
        try:
            publisher = EarlyPublisher(plan, self._objects, self._video_id, FIRST_VERSION, announce)
            encode_early(plan, self._source(), setting("FFMPEG_PATH"), publisher.publish, wall_seconds=_wall_seconds())
        except SupersededError:
            logs.log("INFO", "early play ends", video_id=self._video_id)
            self._leave_nothing_early()
        except MediaError as error:
            if not error.is_source_fault:
                raise
            logs.log("WARNING", "no early play", video_id=self._video_id, code=error.code, detail=error.detail)

    def _leave_nothing_early(self) -> None:
        """Erase what this worker wrote while the failure of the video was erasing it."""
        if not self._videos.goes_on(self._video_id):
            self._objects.erase(early_prefixes(self._video_id))

    def package(self, planned: dict[str, Any]) -> dict[str, Any]:
        """Write the stream: a file and playlists for each rung, the sound, the master playlist, the poster."""
        from shared.domains.videos.service import early, publishing
        from shared.media.layout import Layout

        self._report(ENCODED, "Packaging")
        plan = self._plan(planned)
        layouts: dict[str, Layout] = {}
        published = publishing.publish(plan, self._objects, self._video_id, self._work(plan.hash), layouts.__setitem__)
        early.finish(plan, self._objects, self._video_id, FIRST_VERSION, layouts)
        self._report(PACKAGED, "Finishing")
        return publishing.to_json(published)

    def finish(self, published: dict[str, Any]) -> None:
        """Set the video ready; a second time changes nothing."""
        from shared.domains.videos.service.publishing import from_json

        self._videos.complete(self._video_id, self._upload_version, from_json(published))

    def fail(self, error: dict[str, Any]) -> None:
        """Set the video's error from a state's error output (Error, Cause); what could be played of it goes."""
        code, message = in_words(error)
        if self._videos.fail(self._video_id, self._upload_version, code, message):
            self._objects.erase(early_prefixes(self._video_id))

    def _source(self) -> ObjectSource:
        return self._objects.source(upload_key(self._video_id), self._upload_version, self._size)

    def _work(self, plan_hash: str) -> WorkKeys:
        return WorkKeys(self._video_id, plan_hash)

    def _plan(self, planned: dict[str, Any]) -> Plan:
        return Plan.from_json(self._objects.get_json(self._work(planned["hash"]).plan))

    def _on_progress(self, plan: Plan, worker: int, share: float) -> None:
        """The more workers there are, the less often each reports."""
        if time.monotonic() - self._reported >= REPORT_SECONDS * (1 + plan.workers / 16):
            self._report_part(plan, worker, share)

    def _report_part(self, plan: Plan, worker: int, share: float) -> None:
        """Say how far one of the workers is. The percentage is that of all, by what each has said last."""
        self._reported = time.monotonic()
        marks = max(1, MARKS // plan.workers)
        own = GPU_MARK if plan.encoder_lane == "gpu" else ""
        told = {f"{own}{worker}.{mark}" for mark in range(int(share * marks))}
        found = self._videos.report_marks(self._video_id, told)
        if found is None:
            raise StepError(*CANCELLED)
        done = sum(mark.startswith(GPU_MARK) == bool(own) for mark in found)
        self._report(PLANNED + (ENCODED - 1 - PLANNED) * done // (plan.workers * marks), "Encoding")

    def _report(self, percent: int, step: str) -> None:
        """Say how far the work is; end it when nobody waits for it any more."""
        self._reported = time.monotonic()
        if not self._videos.report(self._video_id, percent, step):
            raise StepError(*CANCELLED)


def _gpu() -> str:
    """The kind of machine with a GPU that the stage has; empty when it has none."""
    return setting("GPU", "off").removeprefix("off")


def _step_error(error: MediaError) -> StepError:
    return StepError(str(error.code), error.message)


def _wall_seconds() -> float | None:
    """How long an encoder may run here; None leaves it to the engine, as in a Batch job."""
    left = seconds_left() - CLOSING_SECONDS
    return max(1.0, left) if left < float("inf") else None
