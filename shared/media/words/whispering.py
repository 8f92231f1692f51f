"""What is said in a sound without a text, and when: Whisper hears the words, the aligner finds their times."""

from shared.media.words.aligning import WORD, AlignmentError, align
from shared.media.words.children import ask
from shared.media.words.listening import SECOND_BYTES

START_SECONDS, CPU_SHARE = 60, 2
"""CPU time that it may take: at its start, and for a second of sound; a tenth to a third is usual."""


def hear(python: str, sound: bytes) -> list[WORD]:
    """The words of English speech, by an interpreter that has the model. ChildError when it breaks."""
    limit = round(START_SECONDS + CPU_SHARE * len(sound) / SECOND_BYTES)
    told = ask("shared.media.words.hear_child", [str(limit)], sound, wall_seconds=limit, python=python)
    words: list[WORD] = [(str(word), float(start), float(end)) for word, start, end in told]
    try:
        return align(" ".join(word for word, _, _ in words), sound) if words else []
    except AlignmentError:
        return words  # Whisper's own times are a tenth of a second off
