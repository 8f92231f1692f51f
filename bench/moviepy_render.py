"""`python -m bench.moviepy_render FOLDER SECONDS TARGET ARGUMENT...`: the plain composition, written for MoviePy.

The arguments are those of the encoder.
"""

import importlib
import os
import sys
from pathlib import Path
from typing import Any

import imageio_ffmpeg

from bench.compositions import FONT, RATE

os.environ["FFMPEG_BINARY"] = imageio_ffmpeg.get_ffmpeg_exe()  # MoviePy reads it when it is imported


def render(folder: Path, seconds: float, target: Path, arguments: list[str]) -> None:
    """A picture with a text, a clip, another picture with a text; two crossfades of half a second."""
    moviepy: Any = importlib.import_module("moviepy")  # its methods are made by decorators, which no type checker sees
    tail = seconds + 0.5
    assert FONT, "the package with the font is installed"

    def titled(name: str, text: str, start: float) -> list[Any]:
        picture = moviepy.ImageClip(str(folder / name)).resized((1280, 720))
        letters = moviepy.TextClip(font=str(FONT.path if FONT else ""), text=text, font_size=64, color="white")
        layers = [picture, letters.with_position(("center", 570))]
        return [layer.with_start(start).with_duration(tail) for layer in layers]

    fade = [moviepy.vfx.CrossFadeIn(0.5)]
    clip = moviepy.VideoFileClip(str(folder / "clip.mp4")).subclipped(1, 1 + tail).resized((1280, 720))
    clip = clip.with_start(seconds).with_effects(fade)
    last = [layer.with_effects(fade) for layer in titled("two.jpg", "The second picture", 2 * seconds)]
    film = moviepy.CompositeVideoClip(
        [*titled("one.jpg", "The first picture", 0), clip, *last], size=(1280, 720)
    ).with_duration(3 * seconds)
    film.write_videofile(
        str(target), fps=RATE, codec="libx264", preset="veryfast", audio_codec="aac", logger=None,
        ffmpeg_params=[*arguments, "-pix_fmt", "yuv420p"],
    )  # fmt: skip


if __name__ == "__main__":
    source, length, path, *more = sys.argv[1:]
    render(Path(source), float(length), Path(path), more)
