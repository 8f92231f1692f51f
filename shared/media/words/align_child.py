"""The child process of alignments: `python -m shared.media.words.align_child CPU_SECONDS`.

Standard input holds one line of JSON, the written words, then the sound as 16-bit mono samples of 16 kHz. It prints
the times of words as JSON, or why there are none. A library in C reads what a stranger made, so it runs under limits
of its own, without FFmpeg, the network or files to write.
"""

import json
import math
import sys
from itertools import pairwise
from typing import Any

from shared.media.limited_exec import set_limits
from shared.media.words.pronouncing import known_share, pronunciations

ADDRESS_SPACE = 1024 * 1024**2
FRAMES = 100
"""Of the aligner, in a second."""
LEAST_KNOWN = 0.7
"""With less of a text in the English dictionary it is in another language."""
LEAST_LIKELY = -4.2
"""Logarithm of the acoustic score of words, on average of their frames: -0.9 to -2 where they are what is said, -4 in
loud noise or with a voice that is played too fast, -4.3 to -6 where another text is said.
"""
SMALLEST = 1e-300
"""A score of 0 is one that was too small to be told."""
OTHER_LANGUAGE, NOT_FOUND = "other-language", "not-found"


def main(cpu_seconds: int) -> None:
    """Print the answer on standard output: `{"words": [[number, start, end], ...]}` in seconds, or `{"error": ...}`."""
    set_limits(ADDRESS_SPACE, cpu_seconds, 0)
    written: list[str] = json.loads(sys.stdin.buffer.readline())
    sys.stdout.write(json.dumps(_aligned(written, sys.stdin.buffer.read())))


def _aligned(written: list[str], sound: bytes) -> dict[str, object]:
    from pocketsphinx import Decoder  # loaded under the limits

    decoder = Decoder(lm=None, loglevel="FATAL")
    if known_share(written, decoder.lookup_word) < LEAST_KNOWN:
        return {"error": OTHER_LANGUAGE}
    names: list[str] = []
    for number, word in enumerate(written):
        for variant, phones in enumerate(pronunciations(word, decoder.lookup_word), start=1):
            name = f"word{number}"
            decoder.add_word(name if variant == 1 else f"{name}({variant})", phones, update=False)
            if variant == 1:
                names.append(name)
    if not names:
        return {"error": NOT_FOUND}
    try:
        decoder.set_align_text(" ".join(names))
        decoder.start_utt()
        decoder.process_raw(sound, full_utt=True)
        decoder.end_utt()
    except RuntimeError:
        return {"error": NOT_FOUND}
    found = _segments(decoder)
    if len(found) != len(names) or _likelihood(decoder) < LEAST_LIKELY:
        return {"error": NOT_FOUND}
    return {"words": found}


def _likelihood(decoder: Any) -> float:
    segments = [one for one in decoder.seg() if one.word.startswith("word")]
    frames = sum(one.end_frame - one.start_frame + 1 for one in segments)
    return sum(math.log(max(one.ascore, SMALLEST)) for one in segments) / frames


def _segments(decoder: Any) -> list[list[float]]:
    """Number, start and end of every word that was found, in order."""
    segments = [one for one in decoder.seg() or () if one.word.startswith("word")]
    found = [
        [int(one.word.partition("(")[0][4:]), one.start_frame / FRAMES, (one.end_frame + 1) / FRAMES]
        for one in segments
    ]
    assert all(before[0] < after[0] for before, after in pairwise(found)), "an alignment keeps the order"
    return found


if __name__ == "__main__":
    main(int(sys.argv[1]))
