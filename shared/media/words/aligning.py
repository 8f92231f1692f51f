"""When each word of a known text is said: the text aligned with the sound, in a child process that can be lost."""

import json
from collections.abc import Iterator, Sequence

from shared.media.words.children import ChildError, ask
from shared.media.words.listening import SECOND_BYTES

START_SECONDS, CPU_SHARE = 10, 0.5
"""CPU time that an alignment may take: at its start, and of the sound's length; a sixth of it is usual."""
WORD = tuple[str, float, float]
"""A word as it is written, its start and its end in seconds of the sound."""
LETTER_SECONDS = 0.08
"""What a letter of a word takes about which nothing else is known."""

REASONS = {
    "other-language": "its text is spread over the sound, since only English is aligned with it",
    "not-found": "its text is spread over the sound, since it is not what is said there",
}


class AlignmentError(Exception):
    """A text has no times; the message says why, for whoever wrote it."""


def align(text: str, sound: bytes) -> list[WORD]:
    """The words of a text with the times at which they are said in a sound (as listening.decode gives it).

    AlignmentError when they are not; MediaError ENCODER_FAILED when the aligner broke.
    """
    written = text.split()
    seconds = len(sound) / SECOND_BYTES
    limit = round(START_SECONDS + CPU_SHARE * seconds)
    line = json.dumps(written).encode() + b"\n"
    try:
        answer = ask("shared.media.words.align_child", [str(limit)], line + sound, wall_seconds=3.0 * limit)
    except ChildError as error:
        raise AlignmentError("its text is spread over the sound, since the aligner did not come to an end") from error
    if "error" in answer:
        raise AlignmentError(
            REASONS.get(str(answer["error"]), "its text is spread over the sound, since the aligner failed")
        )
    known = {int(number): (start, end) for number, start, end in answer["words"]}
    return list(_with_unknown(written, known, seconds))


def _with_unknown(written: Sequence[str], known: dict[int, tuple[float, float]], seconds: float) -> Iterator[WORD]:
    """All words: those that cannot be said share the time between their neighbours by the length of what is written."""
    number = 0
    while number < len(written):
        if number in known:
            yield (written[number], *known[number])
            number += 1
            continue
        after = next((later for later in range(number, len(written)) if later in known), len(written))
        start = known[number - 1][1] if number else 0.0
        end = known[after][0] if after < len(written) else seconds
        yield from _shared_time(written[number:after], start, max(start, end))
        number = after


def _shared_time(words: Sequence[str], start: float, end: float) -> Iterator[WORD]:
    letters = [len(word) + 1 for word in words]
    each = min(LETTER_SECONDS, (end - start) / sum(letters))
    for word, count in zip(words, letters, strict=True):
        yield word, start, start + count * each
        start += count * each
