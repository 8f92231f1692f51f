"""What a render would be like, told before it is ordered."""

from fractions import Fraction
from typing import Annotated, Any, Literal

from pydantic import BaseModel, Field

from shared.domains.jobs.model import Usage
from shared.domains.jobs.rules.prices import cost_of, dollars, price_table
from shared.domains.jobs.rules.problems import MOST_TOLD
from shared.domains.jobs.rules.usage import expected_usage, together
from shared.domains.videos.model import Video
from shared.media.facts import AudioFacts, SourceFacts, VideoFacts
from shared.media.scene.problems import Problem
from shared.media.scene.sources import Probed
from shared.media.workers import workers

RATE = 30


class FoundProblem(BaseModel):
    """A fault (`level` error) or something questionable (warning), with its place as a JSON Pointer (RFC 6901)."""

    pointer: str
    code: str
    message: str
    scene_id: str | None
    level: str


class PlannedScene(BaseModel):
    """A scene in time, in seconds."""

    id: str
    start: float
    duration: float
    transition: float


class SpokenSound(BaseModel):
    """A sound whose words subtitles show, by its place (RFC 6901), and where the words' times will come from.

    `spread` is a text that is laid over the whole sound, `unknown` a sound whose words nobody tells.
    """

    pointer: str
    scene_id: str
    words: Literal["given", "aligned", "transcribed", "spread", "unknown"]


class DryRunAnswer(BaseModel):
    """What a render would be like. Nothing was ordered, fetched or decoded.

    `complete` is false when sources are not known before they are looked into: then only what is wrong in any case is
    told, and the rest is null. Seconds and US dollars are estimates.
    """

    valid: bool
    complete: bool
    problems: Annotated[list[FoundProblem], Field(max_length=MOST_TOLD)]
    scenes: Annotated[list[PlannedScene], Field(max_length=200)] | None = None
    spoken: Annotated[list[SpokenSound], Field(max_length=MOST_TOLD)] | None = None
    duration: float | None = None
    frames: int | None = None
    estimated_seconds: float | None = None
    estimated_cost: float | None = None


def told(problems: tuple[Problem, ...]) -> list[FoundProblem]:
    """Problems as answers have them: errors first, and of too many the first."""
    ordered = sorted(problems, key=lambda problem: problem.level != "error")
    return [FoundProblem(**vars(problem)) for problem in ordered[:MOST_TOLD]]


def answer(found: Any, before: tuple[Problem, ...], words: tuple[float, Usage]) -> DryRunAnswer:
    """The answer of a whole dry run (shared.media.scene.report.DryRun).

    before  problems found on the way
    words   seconds and usage of finding out when words are said
    """
    problems = told((*before, *found.problems))
    if not found.valid:
        return DryRunAnswer(valid=False, complete=True, problems=problems)
    return DryRunAnswer(
        valid=True,
        complete=True,
        problems=problems,
        scenes=[PlannedScene(**vars(scene)) for scene in found.scenes],
        spoken=[SpokenSound(**vars(sound)) for sound in found.spoken[:MOST_TOLD]],
        duration=found.duration,
        frames=found.frames,
        estimated_seconds=round(found.estimated_seconds + words[0], 1),
        estimated_cost=dollars(_expected_cost(found, words[1])),
    )


def _expected_cost(found: Any, words: Usage) -> int:
    """By a dry run alone the lane is not known: what Lambda takes is the more of both."""
    shares = workers("lambda", found.units, found.cpu_seconds)
    return cost_of(together(expected_usage(found.cpu_seconds, "lambda", shares), words), price_table())


def assumed(video: Video) -> Probed | None:
    """What is known of a video by its row, as a probe would find it; None when that is too little."""
    if not (video.duration and video.width and video.height):
        return None
    known: dict[str, Any] = {
        "index": 0,
        "codec": "h264",
        "width": video.width,
        "height": video.height,
        "display_width": video.width,
        "display_height": video.height,
        "sample_aspect": Fraction(1),
        "rotation": 0,
        "has_matrix": False,
        "pixel_format": "yuv420p",
        "bit_depth": 8,
        "frame_rate": Fraction(RATE),
        "average_rate": float(RATE),
        "base_rate": float(RATE),
        "is_variable": False,
        "start_pts": 0,
        "time_base": Fraction(1, 90000),
        "duration": Fraction(video.duration).limit_denominator(90000),
        "frames": None,
        "interlaced": False,
        "hdr": "none",
        "colour_transfer": 1,
        "colour_primaries": 1,
        "colour_matrix": 1,
        "key_frame_distance": None,
    }
    sound = AudioFacts(1, "aac", 2, 48000)
    facts = SourceFacts(max(1, video.file_size), "mov", Fraction(0), VideoFacts(**known), sound)
    return Probed(facts.to_json(), video.id)
