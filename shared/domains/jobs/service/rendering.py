"""The steps of the workflow `render` around the rendering, each safe to run twice: sources, the plan, the end."""

import time
from typing import Any

from shared.base import clock
from shared.base.running import StepError
from shared.base.settings import setting
from shared.domains.jobs.model import Usage
from shared.domains.jobs.rules.outside import OUTSIDE, is_left_outside
from shared.domains.jobs.rules.sources import shown
from shared.domains.jobs.rules.status import CANCELLED
from shared.domains.jobs.rules.usage import expected_seconds, expected_usage, render_lane
from shared.domains.jobs.service.execution import NOT_RENDERED, Execution, in_words, within_budget
from shared.domains.jobs.service.ordering import unpack
from shared.domains.jobs.service.parts import RENDERING, REPORT_SECONDS
from shared.domains.jobs.service.sources import Located, Sources
from shared.domains.jobs.service.transcribing import are_words_wanted, expected_words, read_words
from shared.media.scene.config import Parsed, parse
from shared.media.scene.model import Project
from shared.media.scene.problems import SceneError
from shared.media.scene.sources import Probed
from shared.media.workers import Lane

LOCATED, PREPARED, PLANNED, RENDERED, PACKAGED = 2, 6, 8, 90, 98
"""Percent of the whole when a step has ended; rendering is what takes long."""

LAST_TRY = 2
"""The machine tries a step three times, counted from 0."""

READING = "Reading the sources"


class RenderingService(Execution):
    """Preparing, planning, finishing."""

    def prepare(self) -> dict[str, Any]:
        """Take the job up, fetch what lies on the internet, find out what every source is.

        What is found is kept as it is found: a later try of this step, and of the job, looks only into what is not.
        Gives what is next: `time`, where subtitles show words whose times are not known, or `plan`.
        """
        from shared.media.probing import Prober

        with self._charged("prepare", transitions=2), Prober() as prober:
            if not self._work.begin(self._job, self._execution, READING):
                raise StepError(*CANCELLED)
            finder = Sources(
                self._objects, self._work.moves.videos, self._job.owner_id, self._try >= LAST_TRY, self._ask
            )
            project = self._parsed().projects[0]
            wanted = project.sources()
            known, found, written = self._known_sources(), dict[str, Any](), 0.0
            for number, source in enumerate(wanted):
                if source.src not in found or (source.kind == "video" != found[source.src]["kind"]):
                    found[source.src] = self._found(finder, prober, source, known.get(source.src))
                self._report(LOCATED + (PREPARED - LOCATED) * (number + 1) / len(wanted), READING)
                if number + 1 < len(wanted) and found != known and time.monotonic() - written >= REPORT_SECONDS:
                    self._objects.put_json(self._sources_key, known | found)
                    written = time.monotonic()
            self._objects.put_json(self._sources_key, found)
            is_spoken = not is_left_outside(self._job) and are_words_wanted(project, media_of(found))
            return {"next": "time" if is_spoken else "plan", "timed": False}

    def _known_sources(self) -> dict[str, Any]:
        """What earlier tries have found."""
        if not self._try and self._job.attempt == 1:
            return {}
        try:
            return self._sources()
        except KeyError:
            return {}

    def _found(self, finder: Sources, prober: Any, source: Any, known: dict[str, Any] | None) -> dict[str, Any]:
        """Where the bytes of a source are, and what is in them."""
        from shared.media.scene.probing import probe_source

        located = finder.locate(source.src, Located(**known["bytes"]) if known else None)
        if known and known["identity"] == located.identity and known["kind"] in (source.kind, "video"):
            return known
        with in_words(f"The source {shown(source.src)}"):
            facts = probe_source(located.open(self._objects, source.src), source.kind, prober)
        return {"kind": source.kind, "facts": facts, "identity": located.identity, "bytes": located.to_json()}

    def plan(self, *, are_words_timed: bool) -> dict[str, Any]:
        """Write the plan, and who makes what of it that is not there; give its hash, its lane, its workers' numbers."""
        with self._charged("plan", transitions=3):  # the step, the choice of a lane, and the state of the workers
            plan = self._planned(are_words_timed=are_words_timed)
            lane, shares = self._shared_out(plan)
            document = {
                "plan": plan.to_json(),
                "shares": [share.to_json() for share in shares],
                "begins": min(RENDERED, max(PLANNED, self._job.progress)),  # a retry begins where the last one ended
            }
            self._objects.put_json(self._plan_key(plan.hash), document)
            usage = expected_usage(sum(share.cpu_seconds for share in shares), lane, len(shares))
            seconds = expected_seconds(max(share.seconds for share in shares), lane)
            for_words, more = expected_words(plan.project, plan.media) if are_words_timed else (0.0, Usage())
            with within_budget():
                self._work.estimate(self.job, seconds + for_words, usage, more)
            self._report(PLANNED, RENDERING)
            taken = OUTSIDE if is_left_outside(self._job) else lane
            return {"hash": plan.hash, "lane": taken, "workers": list(range(len(shares)))}

    def _planned(self, *, are_words_timed: bool) -> Any:
        """The plan of what was asked for, over its sources as they are."""
        from shared.media.runner import encoder_build
        from shared.media.scene.planning import plan_render

        media = media_of(self._sources())
        words = read_words(self._objects, self._words_key) if are_words_timed else None
        build, parsed = encoder_build(setting("FFMPEG_PATH")), self._parsed()
        try:
            return plan_render(parsed.projects[0], media, encoder_build=build, transcripts=words, root=parsed.root)
        except SceneError as error:
            raise StepError(NOT_RENDERED, str(error)) from None

    def _shared_out(self, plan: Any) -> tuple[Lane, list[Any]]:
        """The lane, and what each worker makes of what is not there yet."""
        from shared.media.scene import sharing, stems

        keys = self._unit_keys(plan)
        units, has_sound = keys.missing(self._objects.written(keys.indexes), clock.now())
        seconds = sharing.missing_cpu_seconds(plan, units, has_sound=has_sound)
        held = stems.size(plan.composition) if has_sound else 0
        lane = render_lane(seconds, held, float(setting("LAMBDA_CPU_SECONDS")))
        most = float(setting("JOB_CPU_SECONDS"))
        return lane, sharing.share_out(plan, units, has_sound=has_sound, lane=lane, job_cpu_seconds=most)

    def finish(self, published: dict[str, Any]) -> None:
        """The job is completed and its video ready, and its ledger whole; a second time changes nothing."""
        from shared.domains.videos.service.publishing import from_json

        with self._charged("finish") as line:
            if not self._work.complete(self._job, from_json(published)):
                raise StepError(*CANCELLED)
            self._work.settle(self._job, but=line)

    def _parsed(self) -> Parsed:
        parsed = parse(unpack(self._work.request(self._job.id)))
        if not parsed.projects:
            raise StepError(NOT_RENDERED, "; ".join(problem.message for problem in parsed.problems))
        output = self._job.output_url
        return parse(_composition_of(parsed.projects[0], output)) if output else parsed


def media_of(found: dict[str, Any]) -> dict[str, Probed]:
    """The sources as they were found and written down."""
    return {src: Probed(told["facts"], told["identity"]) for src, told in found.items()}


def _composition_of(project: Project, output_url: str) -> list[dict[str, Any]]:
    """The scene configuration that makes of a renderer's output what the project asked for: size, rate, quality."""
    width, height = project.size
    film = {"type": "video", "src": output_url}
    shape = {"width": width, "height": height, "fps": project.fps, "quality": project.quality}
    return [{**shape, "output": {"loudness": None}, "scenes": [{"id": "rendered", "elements": [film]}]}]
