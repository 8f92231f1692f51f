"""Facts of sources that do not exist, and strategies for compositions over them: planning decodes nothing."""

from fractions import Fraction
from typing import Any, get_args

from hypothesis import strategies as st

from shared.media.facts import AudioFacts, SourceFacts, VideoFacts
from shared.media.scene.easing import Easing
from shared.media.scene.model import Project
from shared.media.scene.motion import Side
from shared.media.scene.sources import Probed
from shared.media.scene_facts import ImageFacts, SoundFacts

AUDIO = AudioFacts(1, "aac", 2, 48_000)


def video_facts(seconds: Fraction, rate: Fraction, size: tuple[int, int], *, is_heard: bool) -> SourceFacts:
    """An H.264 file with square pixels."""
    video = VideoFacts(
        index=0, codec="h264", width=size[0], height=size[1], display_width=size[0], display_height=size[1],
        sample_aspect=Fraction(1), rotation=0, has_matrix=False, pixel_format="yuv420p", bit_depth=8, frame_rate=rate,
        average_rate=float(rate), base_rate=float(rate), is_variable=False, start_pts=0, time_base=Fraction(1, 90_000),
        duration=seconds, frames=None, interlaced=False, hdr="none", colour_transfer=1, colour_primaries=1,
        colour_matrix=1, key_frame_distance=2.0,
    )  # fmt: skip
    return SourceFacts(1_000_000, "mov", Fraction(0), video, AUDIO if is_heard else None)


MEDIA = {
    "long.mp4": Probed(
        video_facts(Fraction(600), Fraction(30000, 1001), (1920, 1080), is_heard=True).to_json(), "long"
    ),
    "short.mp4": Probed(video_facts(Fraction(7, 3), Fraction(25), (720, 1280), is_heard=False).to_json(), "short"),
    "song.mp3": Probed(SoundFacts(9_000, "mp3", AUDIO, Fraction(0), Fraction(0), Fraction("12.345")).to_json(), "song"),
    "picture.png": Probed(ImageFacts(5_000, "png_pipe", 801, 599, True).to_json(), "picture"),
    "photo.jpg": Probed(ImageFacts(5_000, "jpeg_pipe", 4000, 3000, False).to_json(), "photo"),
}


def seconds(highest: float) -> st.SearchStrategy[float]:
    return st.integers(0, round(highest * 100)).map(lambda value: value / 100)


VISUAL = {
    "x": st.integers(-500, 2000),
    "y": st.integers(-500, 2000),
    "width": st.integers(1, 3000),
    "height": st.integers(1, 3000),
    "z-index": st.integers(-3, 3),
    "opacity": seconds(1),
    "fade-in": seconds(2),
    "fade-out": seconds(2),
    "start": seconds(5),
    "duration": seconds(9).filter(bool),
}
EASINGS = st.sampled_from(get_args(Easing))
RESIZE = st.sampled_from(["fit", "fill", "cover"])
TEXT = st.text(st.characters(codec="utf-8", categories=["L", "N", "P", "S", "Zs"]), min_size=1, max_size=20)


def element(kind: str, needed: dict[str, Any], **optional: Any) -> st.SearchStrategy[dict[str, Any]]:
    fields = {"type": st.just(kind), **needed}
    return st.fixed_dictionaries(fields, optional={name.replace("_", "-"): value for name, value in optional.items()})


CLIPS = element(
    "video", {"src": st.sampled_from(["long.mp4", "short.mp4"])}, **VISUAL, resize=RESIZE, loop=st.booleans(),
    speed=st.sampled_from([0.25, 0.5, 1, 1.5, 4]), trim=seconds(2), volume=seconds(2), blur=st.sampled_from([0, 5, 20]),
)  # fmt: skip
STILLS = element(
    "image", {"src": st.sampled_from(["picture.png", "photo.jpg"])}, **VISUAL, resize=RESIZE,
    ken_burns=st.fixed_dictionaries({"to": st.sampled_from([1, 1.3, 2])}, optional={"easing": EASINGS}),
)  # fmt: skip
SIDES = st.sampled_from(get_args(Side))
SLIDE = {"duration": seconds(2).map(lambda s: s + 0.1), "easing": EASINGS, "distance": st.integers(1, 900)}
TEXTS = element(
    "text", {"text": TEXT}, **VISUAL, style=st.fixed_dictionaries({}, optional={"bold": st.booleans()}),
    typewriter=st.fixed_dictionaries({"speed": st.sampled_from([0.5, 7, 60])}) | st.just({"duration": 3}),
    slide_in=st.fixed_dictionaries({"from": SIDES}, optional=SLIDE),
    slide_out=st.fixed_dictionaries({"to": SIDES}, optional=SLIDE),
)  # fmt: skip
SOUNDS = element(
    "audio", {"src": st.just("song.mp3")}, trim=seconds(5), start=seconds(3), volume=seconds(4), loop=st.booleans(),
    duration=seconds(30).filter(bool), transcript=TEXT, speed=st.sampled_from([0.4, 1, 2]), fade_out=seconds(2),
)  # fmt: skip
SUBTITLES = element(
    "subtitles", {}, text=TEXT, settings=st.fixed_dictionaries({"style": st.sampled_from(["progressive", "classic"])})
)
ELEMENTS = st.lists(CLIPS | STILLS | TEXTS | SOUNDS | SUBTITLES, max_size=5)
TRANSITIONS = st.fixed_dictionaries(
    {
        "type": st.sampled_from(["fade", "dissolve", "wipeleft", "zoomin"]),
        "duration": seconds(0.9).map(lambda s: s + 0.1),
    }
)
SCENES = st.fixed_dictionaries(
    {"elements": ELEMENTS, "duration": seconds(35).map(lambda value: value + 1)},
    optional={"transition": TRANSITIONS, "background-color": st.sampled_from(["#102030", "transparent"])},
)


def named(value: dict[str, Any]) -> dict[str, Any]:
    """Give every scene an id."""
    return {**value, "scenes": [{**scene, "id": str(number)} for number, scene in enumerate(value["scenes"])]}


PROJECTS: st.SearchStrategy[dict[str, Any]] = st.fixed_dictionaries(
    {"scenes": st.lists(SCENES, min_size=1, max_size=4), "elements": ELEMENTS},
    optional={"fps": st.sampled_from([24, 29.97, 30, 60]), "resolution": st.sampled_from(["sd", "hd", "full-hd"])},
).map(named)


def sources(project: Project) -> dict[str, Probed]:
    return {source.src: MEDIA[source.src] for source in project.sources()}
