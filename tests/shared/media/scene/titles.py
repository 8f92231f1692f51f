"""The sixth composition of the gallery: texts that are typed and texts that slide, in letters that are not kerned."""

from math import ceil
from typing import Any

from tests.shared.media.scene.gallery import ASCENT, STILL, Composition, drawtext


def titles() -> Composition:
    """Texts that are typed, that slide in over a film, and that slide out. By hand each typed letter is a filter."""
    typed, fast = "Hand made", "then a film"
    value: dict[str, Any] = {
        "width": 640, "height": 360,
        "scenes": [
            {"id": "typed", "duration": 2, "background-color": "#203050", "elements": [
                {"type": "text", "text": typed, "x": 60, "y": 80, "typewriter": {"speed": 10},
                 "style": {"font-size": 44}},
                {"type": "text", "text": fast, "x": 60, "y": 200, "start": 1, "typewriter": {"duration": 0.5},
                 "style": {"font-size": 32, "color": "#FFE080"}}]},
            {"id": "film", "duration": 2, "transition": {"type": "fade", "duration": 0.5}, "elements": [
                {"type": "video", "src": "bunny.mp4"},
                {"type": "text", "text": "Big Buck", "x": 40, "y": 60, "style": {"font-size": 40}, "start": 0.5,
                 "slide-in": {"from": "left", "duration": 0.5, "distance": 300}},
                {"type": "text", "text": "Bunny", "x": 400, "y": 240, "style": {"font-size": 40},
                 "slide-out": {"to": "bottom", "duration": 0.8, "distance": 140, "easing": "ease-in-out"}}]},
        ],
    }  # fmt: skip

    def letters(text: str, top: int, size: int, colour: str, first: int, step: float) -> str:
        starts = [first + ceil(number * step - 1e-9) for number in range(len(text))]
        ends = [*(start - 1 for start in starts[1:]), 1000]
        return ",".join(
            f"{drawtext(text[: number + 1], '60', top, size)}:fontcolor={colour}:enable='between(n,{start},{end})'"
            for number, (start, end) in enumerate(zip(starts, ends, strict=True))
        )

    come, leave = "min((n-15)/15,1)", "max((n-35)/24,0)"
    coming = f"'40-300*(1-{come}*(2-{come}))'"
    falling = f"y='240+{ASCENT * 40}+140*{leave}*{leave}*(3-2*{leave})'"
    graph = (
        f"color=0x203050:s=640x360:r=30:d=3,format=gbrp,scale={STILL},format=yuv420p,"
        f"{letters(typed, 80, 44, 'white', 0, 3)},"
        f"{letters(fast, 200, 32, '0xFFE080', 30, 15 / len(fast))},fps=30,settb=1/30[one];"
        "[0:v]fps=30:start_time=0,"
        f"{drawtext('Big Buck', coming, 60, 40)}:fontcolor=white:enable='gte(n,15)',"
        f"{drawtext('Bunny', '400', 240, 40).replace(f'y={round(240 + ASCENT * 40)}', falling)}:fontcolor=white,"
        "trim=end_frame=60,settb=1/30[two];"
        "[one][two]xfade=fade:duration=0.5:offset=2,format=yuv420p,trim=end_frame=120[v]"
    )
    return Composition(value, ("bunny.mp4",), graph, {})
