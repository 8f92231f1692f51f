"""Three compositions, and how a person would write each for FFmpeg: one process, one graph, files for its texts.

A scene lasts `seconds`. What they are made of is cut from real footage by `make_sources`.
"""

import shutil
import subprocess
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from bench.cpu import SECONDS as LONGEST
from bench.encode import FFMPEG
from shared.media.scene.fonts import DEFAULT_FAMILY, find_font

FONT = find_font(DEFAULT_FAMILY)
RATE = 30
STILL = "out_color_matrix=bt709:out_range=tv"
TEXT = f"drawtext=fontfile='{FONT.path if FONT else ''}':fontcolor=white:fontsize=64:x=(w-text_w)/2:y=h-150"
SOUND = "aformat=sample_rates=48000:channel_layouts=stereo"
WORDS = "every word is shown at the very moment it is said".split()


@dataclass(frozen=True)
class Composition:
    """A configuration; by hand, its inputs, its graph with the outputs [v] and [a], and the files that it reads."""

    value: dict[str, Any]
    inputs: tuple[str, ...]
    graph: str
    files: dict[str, str] = field(default_factory=dict)


def make_sources(footage: Path, folder: Path, seconds: float, *, is_copied: bool = False) -> None:
    """The film, longer than three scenes; two pictures, a mark, and two sounds.

    The film has a key frame every two seconds, as cameras write them, or those that it came with.
    """
    dense = ("-c:v", "libx264", "-preset", "ultrafast", "-crf", "20", "-g", "48", "-c:a", "copy")
    length = ("-t", str(3 * seconds + 1), "-i", str(footage))
    starts: dict[str, tuple[str, ...]] = {"clip.mp4": (*length, *(("-c", "copy") if is_copied else dense))}
    for name, second in (("one.jpg", 0.3), ("two.jpg", 0.8)):
        starts[name] = ("-ss", str(seconds * second), "-i", str(footage), "-frames:v", "1", "-vf", "scale=1920:1080")
    starts["mark.png"] = ("-f", "lavfi", "-i", "color=white@0.5:s=160x60,format=rgba", "-frames:v", "1")
    starts["voice.mp3"] = ("-i", str(footage), "-t", str(seconds * 0.9), "-vn", "-c:a", "libmp3lame")
    starts["music.mp3"] = ("-f", "lavfi", "-i", f"sine=220:d={seconds * 1.5}", "-c:a", "libmp3lame")
    for name, line in starts.items():
        command = [FFMPEG, "-nostdin", "-v", "error", "-y", *line, str(folder / name)]
        subprocess.run(command, check=True, timeout=LONGEST)
    (folder / "fonts").mkdir()
    assert FONT, "the package with the font is installed"
    shutil.copy(FONT.path, folder / "fonts")


def plain(seconds: float) -> Composition:
    """A picture with a text, a clip with its sound, another picture with a text; two crossfades of half a second."""

    def titled(name: str, text: str) -> list[dict[str, Any]]:
        look = {"font-size": 64}
        return [
            {"type": "image", "src": name, "resize": "cover"},
            {"type": "text", "text": text, "position": "bottom", "style": look},
        ]

    fade = {"type": "fade", "duration": 0.5}
    value: dict[str, Any] = {
        "resolution": "hd", "output": {"loudness": None},
        "scenes": [
            {"id": "one", "duration": seconds, "elements": titled("one.jpg", "The first picture")},
            {"id": "clip", "duration": seconds, "transition": fade, "elements": [
                {"type": "video", "src": "clip.mp4", "trim": 1}]},
            {"id": "two", "duration": seconds, "transition": fade, "elements": titled("two.jpg", "The second picture")},
        ],
    }  # fmt: skip
    tail = seconds + 0.5
    still = f"scale=1280:720:{STILL},format=yuv420p"

    def title(number: int, text: str) -> str:
        steps = f"{still},{TEXT}:text='{text}',loop=-1:1,fps={RATE},setpts=N/{RATE}/TB,trim=duration={tail}"
        return f"[{number}:v]{steps},settb=1/{RATE}"

    graph = (
        f"{title(0, 'The first picture')}[one];{title(2, 'The second picture')}[two];"
        f"[1:v]trim=start=1,setpts=PTS-STARTPTS,scale=1280:720:flags=bicubic,fps={RATE},trim=duration={tail},"
        f"settb=1/{RATE}[clip];"
        f"[one][clip]xfade=fade:duration=0.5:offset={seconds}[a1];"
        f"[a1][two]xfade=fade:duration=0.5:offset={2 * seconds},trim=duration={3 * seconds},format=yuv420p[v];"
        f"[1:a]atrim=start=1:duration={seconds},asetpts=PTS-STARTPTS,{SOUND},adelay={round(seconds * 1000)}:all=1,"
        f"apad=whole_dur={3 * seconds}[a]"
    )
    return Composition(value, ("one.jpg", "clip.mp4", "two.jpg"), graph)


def captions(seconds: float) -> Composition:
    """Upright: a film behind all scenes, a picture in each, and each word of the speaker as it is said."""
    step = round(seconds * 0.9 / len(WORDS), 3)
    words: list[dict[str, Any]] = [
        {"word": word, "start": round(step * number, 3), "end": round(step * (number + 1), 3)}
        for number, word in enumerate(WORDS)
    ]
    names = ("one.jpg", "two.jpg", "one.jpg")
    value: dict[str, Any] = {
        "width": 720, "height": 1280, "output": {"loudness": None},
        "scenes": [
            {"id": str(number), "duration": seconds, "elements": [
                {"type": "image", "src": name, "x": 110, "y": 300, "width": 500, "height": 282},
                {"type": "audio", "src": "voice.mp3", "words": words}]}
            for number, name in enumerate(names)
        ],
        "elements": [
            {"type": "video", "src": "clip.mp4", "resize": "cover", "z-index": -1},
            {"type": "subtitles", "settings": {"font-size": 16, "shadow-offset": 0}},
        ],
    }  # fmt: skip
    spoken: list[tuple[float, float, str]] = [
        (word["start"] + seconds * scene, word["end"] + seconds * scene, str(word["word"]))
        for scene in range(3)
        for word in words
    ]
    shown = "".join(
        f"[p{number}];[p{number}][i{number}]overlay=110:300:enable='between(t,{seconds * number},"
        f"{seconds * (number + 1) - 0.01})'"
        for number in range(3)
    )
    graph = (
        "".join(f"[{number + 1}:v]scale=500:282:{STILL},format=yuv420p[i{number}];" for number in range(3))
        + f"[0:v]crop=608:1080:656:0,scale=720:1280:flags=bicubic,fps={RATE},trim=duration={3 * seconds}{shown},"
        "subtitles=words.srt:fontsdir=fonts:force_style='Fontname=Inter,Bold=1,Fontsize=16,Outline=2,Shadow=0,"
        "MarginV=20',format=yuv420p[v];"
        + "".join(f"[4:a]{SOUND},apad=whole_dur={seconds},asplit=3[s0][s1][s2];" for _ in range(1))
        + f"[s0][s1][s2]concat=n=3:v=0:a=1,atrim=duration={3 * seconds}[a]"
    )
    return Composition(value, ("clip.mp4", *names, "voice.mp3"), graph, {"words.srt": _srt(spoken)})


def moves(seconds: float) -> Composition:
    """A slow move over a picture, then a clip in a clip, a mark over all, music that gives way to a voice."""
    value: dict[str, Any] = {
        "resolution": "hd",
        "scenes": [
            {"id": "move", "duration": seconds, "elements": [
                {"type": "image", "src": "one.jpg", "ken-burns": {"to": 1.3}},
                {"type": "audio", "src": "voice.mp3"}]},
            {"id": "clips", "duration": seconds, "transition": {"type": "fade", "duration": 0.5}, "elements": [
                {"type": "video", "src": "clip.mp4", "volume": 0},
                {"type": "video", "src": "clip.mp4", "trim": 2, "x": 900, "y": 500, "width": 320, "height": 180,
                 "volume": 0}]},
        ],
        "elements": [
            {"type": "image", "src": "mark.png", "x": 1080, "y": 40, "z-index": 5},
            {"type": "audio", "src": "music.mp3", "volume": 0.5},
        ],
    }  # fmt: skip
    frames, tail, whole = round(seconds * RATE), seconds + 0.5, 2 * seconds
    graph = (
        f"[0:v]scale=5120:2880:{STILL},format=yuv420p,zoompan=z='1+0.3*min(on/{frames - 1},1)':x='(iw-iw/zoom)/2':"
        f"y='(ih-ih/zoom)/2':d={round(tail * RATE)}:s=1280x720:fps={RATE},settb=1/{RATE}[move];"
        "[1:v]split[large][small];"
        f"[large]scale=1280:720:flags=bicubic,fps={RATE},trim=duration={seconds + 0.1}[back];"
        f"[small]trim=start=2,setpts=PTS-STARTPTS,scale=320:180:flags=bicubic,fps={RATE}[front];"
        f"[back][front]overlay=900:500:shortest=1,fps={RATE},settb=1/{RATE}[clips];"
        f"[move][clips]xfade=fade:duration=0.5:offset={seconds},format=yuv420p[joined];"
        f"[2:v]scale={STILL},format=yuva420p[mark];[joined][mark]overlay=1080:40,trim=duration={whole}[v];"
        f"[3:a]{SOUND},apad=whole_dur={whole},asplit[voice][key];"
        f"[4:a]{SOUND},volume=0.5,atrim=duration={whole}[music];"
        "[music][key]sidechaincompress=threshold=0.03:ratio=8:attack=20:release=400[ducked];"
        "[voice][ducked]amix=normalize=0,loudnorm=I=-16:TP=-1,aresample=48000[a]"
    )
    return Composition(value, ("one.jpg", "clip.mp4", "mark.png", "voice.mp3", "-stream_loop -1 music.mp3"), graph)


def _srt(lines: list[tuple[float, float, str]]) -> str:
    def moment(seconds: float) -> str:
        thousandths = round(seconds * 1000)
        return f"00:{thousandths // 60000:02d}:{thousandths // 1000 % 60:02d},{thousandths % 1000:03d}"

    return "\n".join(
        f"{number}\n{moment(start)} --> {moment(end)}\n{text}\n" for number, (start, end, text) in enumerate(lines, 1)
    )


COMPOSITIONS: dict[str, Callable[[float], Composition]] = {"plain": plain, "captions": captions, "moves": moves}
