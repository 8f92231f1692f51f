"""The steps of the workflow `render` that make pictures and sound: units in any order, then one file of them all."""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor, as_completed
from contextlib import contextmanager
from functools import partial
from typing import Any

from shared.base.running import StepError
from shared.base.settings import setting
from shared.domains.jobs.rules.status import CANCELLED
from shared.domains.jobs.rules.units import SOUND, UnitKeys, is_kept
from shared.domains.jobs.service.asking import AskingObjects
from shared.domains.jobs.service.execution import wall_seconds
from shared.domains.jobs.service.parts import Part
from shared.domains.jobs.service.rendering import PACKAGED, RENDERED, RenderingService, in_words
from shared.domains.videos.rules.keys import FIRST_VERSION, media_prefix
from shared.domains.videos.service.publishing import publish_runs, to_json
from shared.media.package import Manifest
from shared.media.workers import JOB_MEMORY

THREADS = 4
MEBIBYTE = 1024 * 1024


class ComposingService(RenderingService):
    """Rendering and packaging."""

    def render(self, planned: dict[str, Any], worker: int) -> None:
        """Render what one worker is to make, except what is there already."""
        from shared.media.scene.planning import RenderPlan
        from shared.media.scene.sharing import Share

        lane = planned["lane"]
        is_own = int(lane == "lambda")  # a worker on Lambda is an execution with a transition of its own
        with self._charged("render", transitions=is_own, lane=lane, worker=worker), self._given_up():
            document = self._objects.get_json(self._plan_key(planned["hash"]))
            plan = RenderPlan.from_json(document["plan"])
            shares = [Share.from_json(share) for share in document["shares"]]
            share, whole = shares[worker], sum(each.cpu_seconds for each in shares)
            percent = (RENDERED - document["begins"]) * (share.cpu_seconds / whole if whole else 1.0)
            part = Part(self._work, self.job, worker, percent, len(shares))
            with in_words("The scenes cannot be rendered"):
                self._render_share(plan, share, part)
            part.finish()

    def _render_share(self, plan: Any, share: Any, part: Part) -> None:
        from shared.media.scene.estimate import sound_cpu_seconds, unit_cpu_seconds

        keys, (rung,) = self._unit_keys(plan), plan.rungs
        costs: dict[Any, float] = {
            number: unit_cpu_seconds(plan.composition, plan.units[number]) for number in share.units
        }
        if share.has_sound:
            costs[SOUND] = sound_cpu_seconds(plan.composition)
        part.expect(costs)
        there = {number for number in share.units if self._is_there(keys.index(rung.name, number))}
        for number in there:
            part.tell(number, 1.0)
        self._render_units(plan, keys, [number for number in share.units if number not in there], part)
        if share.has_sound and not self._is_there(keys.index(SOUND, 0)):
            self._render_sound(plan, keys, part)

    def _is_there(self, index: str) -> bool:
        return is_kept(self._objects.age(index))

    def _render_units(self, plan: Any, keys: UnitKeys, numbers: list[int], part: Part) -> None:
        """Render units at the same time, as many as there are processors and memory for.

        What another try cannot mend ends all at once. After what may pass the others are made, and found by that try.
        """
        from shared.media.encode import available_cpus
        from shared.media.runner import sigterm_raises
        from shared.media.scene.sharing import together

        if not numbers:
            return
        memory = int(setting("AWS_LAMBDA_FUNCTION_MEMORY_SIZE", str(JOB_MEMORY))) * MEBIBYTE
        open_source = self._opener()
        with sigterm_raises(), ThreadPoolExecutor(together(plan, numbers, available_cpus(), memory)) as pool:
            made = [pool.submit(self._render_unit, plan, keys, number, open_source, part) for number in numbers]
            failures: list[BaseException] = []
            try:
                for future in as_completed(made):
                    error = future.exception()
                    if isinstance(error, StepError):
                        raise error
                    failures += [error] if error else []
            except BaseException:
                part.stop()
                pool.shutdown(wait=False, cancel_futures=True)
                raise
        if failures:
            raise failures[0]

    def _render_unit(self, plan: Any, keys: UnitKeys, number: int, open_source: Any, part: Part) -> None:
        from shared.media.scene.rendering import render_unit

        (rung,) = plan.rungs
        index = render_unit(
            plan,
            plan.units[number],
            open_source,
            self._objects.sink(keys.fragments(rung.name, number), "video/iso.segment"),
            setting("FFMPEG_PATH"),
            partial(part.tell, number),
            threads=THREADS,
            wall_seconds=wall_seconds(),
        )
        self._objects.put_json(keys.index(rung.name, number), index.to_json())

    def _render_sound(self, plan: Any, keys: UnitKeys, part: Part) -> None:
        from shared.media.scene.rendering import render_audio

        index = render_audio(
            plan,
            self._opener(),
            self._objects.sink(keys.fragments(SOUND, 0), "audio/aac"),
            setting("FFMPEG_PATH"),
            partial(part.tell, SOUND),
            wall_seconds=wall_seconds(),
        )
        self._objects.put_json(keys.index(SOUND, 0), index.to_json())

    def package(self, planned: dict[str, Any]) -> dict[str, Any]:
        """Write the stream: one file, its playlists, the sound, the poster."""
        from shared.media.scene.planning import RenderPlan

        with self._charged("package"):
            self._report(RENDERED, "Packaging")
            plan = RenderPlan.from_json(self._objects.get_json(self._plan_key(planned["hash"]))["plan"])
            (rung,) = plan.rungs
            bucket = AskingObjects(self._objects.bucket, self._ask)
            published = publish_runs(
                plan,
                bucket,
                self._job.video_id,
                self._unit_keys(plan),
                shown=(rung.width, rung.height),
                poster=partial(self._poster, plan),
            )
            self._report(PACKAGED, "Finishing")
            return to_json(published)

    def _poster(self, plan: Any, manifest: Manifest) -> bytes:
        """A frame of what was published."""
        from shared.media.pictures import make_poster
        from shared.media.published import facts_of

        (made,) = manifest.variants
        key = media_prefix(self._job.video_id, FIRST_VERSION) + f"{made.name}.mp4"
        source = self._objects.source(key, size=made.size)
        return make_poster(facts_of(plan, manifest, made), source, setting("FFMPEG_PATH"))

    @contextmanager
    def _given_up(self) -> Iterator[None]:
        """A fault that no other try mends is set on the job here: neither a map nor an array hands on words."""
        try:
            yield
        except StepError as error:
            if (error.code, error.message) != CANCELLED:
                self._work.fail(self.job, error.code, error.message)
            raise
