"""A project with all that is known of its sources: what plans, graphs and reports are made of."""

from bisect import bisect_left, bisect_right
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from fractions import Fraction
from functools import cached_property
from itertools import accumulate

from shared.media.scene.ass import Event
from shared.media.scene.effects import text_events
from shared.media.scene.layers import Clip, Layer, SubtitlesLayer, TextLayer, shared_layers, stack
from shared.media.scene.model import Project
from shared.media.scene.problems import Path, SceneError
from shared.media.scene.sources import Media
from shared.media.scene.speech import Timed, Transcripts, spoken_words
from shared.media.scene.timing import SceneTime, schedule
from shared.media.scene.typesetting import subtitle_events

LOOP_BYTES = 48 * 1024 * 1024
"""What the loops of one scene may hold in memory, each decoded once; others are cut where they begin again.

A transition holds those of two scenes.
"""


@dataclass(frozen=True)
class Composition:
    """A project whose sources are there and whose scenes have their times."""

    project: Project
    media: Media
    transcripts: Transcripts
    times: tuple[SceneTime, ...]

    @classmethod
    def of(cls, project: Project, media: Media, transcripts: Transcripts | None = None) -> "Composition":
        """SceneError when a source is missing or a scene has no duration."""
        times, problems = schedule(project, media)
        if problems:
            raise SceneError(problems)
        return cls(project, media, transcripts or {}, tuple(times))

    @property
    def size(self) -> tuple[int, int]:
        """Width and height of the output in pixels."""
        return self.project.size

    @property
    def rate(self) -> Fraction:
        """Frames per second."""
        return self.project.frame_rate

    @property
    def frames(self) -> int:
        """Frames of the whole video."""
        return self.times[-1].end

    @cached_property
    def stacks(self) -> list[list[Layer]]:
        """The layers of each scene on its clock, the undermost first."""
        around = shared_layers(self.project, self.media, self.times)
        return [stack(self.project, self.media, time, around) for time in self.times]

    def events(self, number: int, layer: TextLayer | SubtitlesLayer) -> Sequence[Event]:
        """What a layer of texts shows in a scene, on the scene's clock."""
        place = number, layer.path
        if place not in self._events:  # every unit of a long scene asks again
            self._events[place] = self._set(number, layer)
        return self._events[place]

    def events_in(self, number: int, layer: TextLayer | SubtitlesLayer, first: int, last: int) -> Sequence[Event]:
        """The events seen in the frames `first` to `last`, the last excluded. They are in order, also by their ends."""
        events = self.events(number, layer)
        begin = bisect_right(events, first, key=lambda event: event.end)
        return events[begin : bisect_left(events, last, lo=begin, key=lambda event: event.start)]

    def words(self, number: int, layer: SubtitlesLayer) -> Sequence[Timed]:
        """What subtitles show in a scene."""
        place = number, layer.path
        if place not in self._words:
            time = self.times[number]
            self._words[place] = spoken_words(self.project, self.media, self.transcripts, time, layer.element)
        return self._words[place]

    def _set(self, number: int, layer: TextLayer | SubtitlesLayer) -> list[Event]:
        if isinstance(layer, TextLayer):
            return text_events(layer, self.size, self.rate)
        return subtitle_events(layer, self.words(number, layer), self.size, self.rate)

    @cached_property
    def _events(self) -> dict[tuple[int, Path], list[Event]]:
        """The events that are known, by scene and layer."""
        return {}

    @cached_property
    def _words(self) -> dict[tuple[int, Path], list[Timed]]:
        """The words that are known, by scene and layer."""
        return {}

    def joints(self, number: int) -> Iterator[int]:
        """The frames of a scene, also behind its end, at which a long loop begins again."""
        for turn in self.turns(number):
            yield from turn

    def turns(self, number: int) -> set[range]:
        """The same by loops; those that begin again together are told once."""
        time = self.times[number]
        after = self.times[number + 1].transition if number + 1 < len(self.times) else 0
        found: set[range] = set()
        for layer in self.stacks[number]:
            if isinstance(layer, Clip) and layer.lap and layer.path not in self.kept[number]:
                first = layer.start + max(0, -layer.start // layer.lap) * layer.lap
                found.add(range(first + layer.lap, min(layer.end, time.frames + after), layer.lap))
        return found

    @cached_property
    def kept(self) -> list[frozenset[Path]]:
        """By scene the loops whose frames are all held in memory: the smallest ones, as many as there is room for."""
        return [_kept(stack) for stack in self.stacks]


def _kept(layers: Sequence[Layer]) -> frozenset[Path]:
    loops = [layer for layer in layers if isinstance(layer, Clip) and layer.lap]
    sizes = sorted((_lap_bytes(clip), clip.path) for clip in loops)
    sums = accumulate(size for size, _ in sizes)
    return frozenset(path for total, (_, path) in zip(sums, sizes, strict=True) if total <= LOOP_BYTES)


def _lap_bytes(clip: Clip) -> int:
    target = clip.placement.target
    return clip.lap * target.width * target.height * 5 // 2
