"""What the demo renders from the film: a scene configuration, and a vertical edit of it."""

from typing import Any

WORDS = "Each word shows while it is spoken".split()
SECONDS = 4.0
"""Of each scene, and of the edit, if the film is so long."""
SD, UPRIGHT = {"width": 854, "height": 480, "fps": 24}, {"width": 540, "height": 960, "fps": 24}


def scenes(film: dict[str, Any], *, has_sound: bool) -> list[dict[str, Any]]:
    """Three scenes of the film with text, progressive subtitles, and the film's sound as music."""
    opening, middle, end = (_part(film, share) for share in (0.1, 0.5, 0.9))
    title = {"font-size": 56, "bold": True, "outline-width": 3}
    inset = {"x": 187, "y": 70, "width": 480, "height": 270, "fade-in": 0.3}
    small = {"font-size": 30, "box-color": "#00000080"}
    music = [{"type": "audio", "src": opening["src"], "volume": 0.6, "fade-out": 1}] if has_sound else []
    return [
        {
            "comment": "Showreel demo",
            **SD,
            "scenes": [
                {
                    "id": "title",
                    "duration": opening["duration"],
                    "elements": [
                        {**opening, "resize": "cover"},
                        {"type": "text", "text": "Three scenes", "style": title},
                    ],
                },
                {
                    "id": "spoken",
                    "duration": middle["duration"],
                    "transition": {"type": "fade", "duration": min(0.5, middle["duration"] / 4)},
                    "elements": [{**middle, "resize": "cover"}, subtitles(middle["duration"])],
                },
                {
                    "id": "inset",
                    "duration": end["duration"],
                    "background-color": "#14324A",
                    "transition": {"type": "slideleft", "duration": min(0.5, end["duration"] / 4)},
                    "elements": [
                        {**end, **inset},
                        {"type": "text", "text": "from one configuration", "position": "center-bottom", "style": small},
                    ],
                },
            ],
            "elements": music,
        }
    ]


def vertical(film: dict[str, Any]) -> dict[str, Any]:
    """The film upright over a blurred copy of itself, with captions."""
    part = _part(film, 0.3)
    start, end = part["trim"], part["trim"] + part["duration"]
    return {
        **UPRIGHT,
        "trim": {"start": start, "end": end},
        "layout": "blur",
        "texts": [{"text": "The same film, upright", "style": {"font-size": 40, "bold": True, "outline-width": 2}}],
        "captions": {"words": _words(part["duration"], start), "settings": {"position": "center-bottom"}},
    }


def subtitles(seconds: float) -> dict[str, Any]:
    """A word at a time."""
    return {"type": "subtitles", "words": _words(seconds), "settings": {"style": "progressive", "font-size": 20}}


def _part(film: dict[str, Any], share: float) -> dict[str, Any]:
    """A piece of the film, silent, that begins after a share of what can be left out before it."""
    seconds = min(SECONDS, round(film["duration"] * 0.9, 3))
    trim = round((film["duration"] - seconds) * share, 3)
    return {"type": "video", "src": f"upload://{film['id']}", "trim": trim, "duration": seconds, "volume": 0}


def _words(seconds: float, start: float = 0) -> list[dict[str, Any]]:
    each = seconds / len(WORDS)
    return [
        {"word": word, "start": round(start + number * each, 3), "end": round(start + (number + 1) * each, 3)}
        for number, word in enumerate(WORDS)
    ]
