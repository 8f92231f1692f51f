"""Thirteen seconds of English whose phrases begin and end at known moments: spoken.ogg, and spoken.json about it.

Each phrase was spoken alone, cut to its sound and put in its place. The voice is that of the package hibari-tts 0.2.1
(Apache License 2.0, as are the weights that it carries), encoded as Opus at 24 kbit/s.
"""

import json
from dataclasses import dataclass
from pathlib import Path

from tests.shared.media.making import AAC, X264, ffmpeg

FILE = Path(__file__).with_name("spoken.ogg")
SECONDS = 12.82


@dataclass(frozen=True)
class Phrase:
    """Words that were spoken together, in seconds of the file."""

    text: str
    start: float
    end: float


PHRASES = [Phrase(**one) for one in json.loads(FILE.with_suffix(".json").read_text())]
TEXT = " ".join(phrase.text for phrase in PHRASES)


def film(folder: Path) -> Path:
    """The same as the sound of a film, as uploads are."""
    path = folder / "spoken.mp4"
    if not path.exists():
        black = ("-f", "lavfi", "-i", f"color=black:s=320x180:r=10:d={SECONDS}")
        ffmpeg(*black, "-i", FILE, *X264, *AAC, "-b:a", "128k", path)
    return path


def edges(words: list[tuple[str, float, float]]) -> list[tuple[float, float]]:
    """By phrase: how far the first word's start and the last word's end are from the truth."""
    found, place = [], 0
    for phrase in PHRASES:
        count = len(phrase.text.split())
        first, last = words[place], words[place + count - 1]
        found.append((first[1] - phrase.start, last[2] - phrase.end))
        place += count
    assert place == len(words)
    return found
