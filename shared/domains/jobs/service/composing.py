"""The steps of the workflow `render` that make pictures and sound: units in any order, then one file of them all."""

from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial
from typing import Any

from shared.base.running import StepError
from shared.base.settings import setting
from shared.domains.jobs.rules.status import CANCELLED
from shared.domains.jobs.service.asking import AskingObjects
from shared.domains.jobs.service.rendering import PACKAGED, RENDERED, RenderingService, in_words, wall_seconds
from shared.domains.jobs.service.sources import Located, OpenSource
from shared.domains.videos.rules.keys import FIRST_VERSION, media_prefix
from shared.domains.videos.service.publishing import publish_runs, to_json
from shared.media.package import Manifest

THREADS = 4


class ComposingService(RenderingService):
    """Rendering and packaging."""

    def render(self, planned: dict[str, Any]) -> None:
        """Render what is not there yet: every unit, then the sound."""
        with self._charged("render", lane=planned["lane"]), self._given_up():
            plan = self._plan(planned["hash"])
            with in_words("The scenes cannot be rendered"):
                self._render_units(plan)
                self._render_sound(plan)
            self._report(RENDERED, "Packaging")

    def _render_units(self, plan: Any) -> None:
        from shared.media.scene.rendering import render_unit

        (rung,) = plan.rungs
        keys = self._keys(plan.hash)
        for number, unit in enumerate(plan.units):
            if self._objects.exists(keys.index(rung.name, unit.index)):
                continue
            sink = self._objects.sink(keys.fragments(rung.name, unit.index), "video/iso.segment")
            done, whole = number, len(plan.units)
            index = render_unit(
                plan,
                unit,
                self._opener(),
                sink,
                setting("FFMPEG_PATH"),
                lambda share, done=done, whole=whole: self._on_progress((done + share) / whole),
                threads=THREADS,
                wall_seconds=wall_seconds(),
            )
            self._objects.put_json(keys.index(rung.name, unit.index), index.to_json())

    def _render_sound(self, plan: Any) -> None:
        from shared.media.scene.rendering import render_audio

        keys = self._keys(plan.hash)
        if not plan.has_audio or self._objects.exists(keys.index("audio", 0)):
            return
        sink = self._objects.sink(keys.fragments("audio", 0), "audio/aac")
        index = render_audio(
            plan, self._opener(), sink, setting("FFMPEG_PATH"), lambda _: self._ask(), wall_seconds=wall_seconds()
        )
        self._objects.put_json(keys.index("audio", 0), index.to_json())

    def package(self, planned: dict[str, Any]) -> dict[str, Any]:
        """Write the stream: one file, its playlists, the sound, the poster."""
        with self._charged("package"):
            plan = self._plan(planned["hash"])
            (rung,) = plan.rungs
            shown = (rung.width, rung.height)
            video_id = self._job.video_id
            keys = self._keys(plan.hash)
            bucket = AskingObjects(self._objects.bucket, self._ask)
            published = publish_runs(plan, bucket, video_id, keys, shown=shown, poster=partial(self._poster, plan))
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

    def _plan(self, plan_hash: str) -> Any:
        from shared.media.scene.planning import RenderPlan

        return RenderPlan.from_json(self._objects.get_json(self._keys(plan_hash).plan))

    def _opener(self) -> OpenSource:
        """Opens the bytes of a source by its `src`."""
        found = {src: Located(**told["bytes"]) for src, told in self._sources().items()}
        return lambda src: found[src].open(self._objects, src)

    @contextmanager
    def _given_up(self) -> Iterator[None]:
        """A fault that no other try mends is set on the job here: a Batch job cannot hand words to the machine."""
        try:
            yield
        except StepError as error:
            if (error.code, error.message) != CANCELLED:
                self._work.fail(self.job, error.code, error.message)
            raise
