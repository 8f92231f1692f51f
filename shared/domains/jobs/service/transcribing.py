"""Whose words are looked for and who looks for them; where the times of words are kept."""

from collections.abc import Mapping, Sequence
from functools import reduce
from typing import Any

from shared.base.objects import Objects
from shared.base.settings import setting
from shared.domains.jobs.model import Usage
from shared.domains.jobs.rules.usage import together
from shared.media.scene.hearing import Hearing, heard, wanted
from shared.media.scene.model import Project, Word
from shared.media.scene.sources import Media
from shared.providers.transcription import amazon, embedded
from shared.providers.transcription.port import TimedWord, Transcriber, TranscriptionError

NONE = "none"
ALIGNED_START, ALIGNED_SHARE = 1.0, 0.1
"""Seconds that an alignment takes, decoding included: at its start, and for a second of sound."""
STEP_GB = 1769 / 1024
ROUND_SECONDS = 10
"""Between two looks at a provider, about."""
NOT_ENDED = "The transcription did not come to an end."


def transcriber() -> Transcriber | None:
    """The provider that the stage has chosen: `amazon`, `embedded`, or `none`, which is nobody."""
    chosen = setting("TRANSCRIBER", NONE)
    if chosen == NONE:
        return None
    return {amazon.NAME: amazon.AmazonTranscriber, embedded.NAME: _embedded}[chosen]()


def is_transcribing() -> bool:
    """Whether somebody in this stage writes down what has no text."""
    return setting("TRANSCRIBER", NONE) != NONE


def expected_words(project: Project, media: Media) -> tuple[float, Usage]:
    """Seconds and usage of finding out when words are said; nothing where all times are known."""
    provider, hearings = transcriber(), words_wanted(project, media)
    found = [_expected(hearing, provider) for hearing in hearings]
    units = [Usage(provider=own) for _, own in found]
    waiting = sum(seconds for seconds, _ in found)
    rounds = 1 + (round(waiting / ROUND_SECONDS) if any(own for _, own in found) else 0)
    working = sum(ALIGNED_START + ALIGNED_SHARE * float(one.seconds) for one in hearings)
    own = Usage(round(working * STEP_GB, 3), rounds, transitions=3 * rounds) if hearings else Usage()
    return waiting, reduce(together, units, own)


def _expected(hearing: Hearing, provider: Transcriber | None) -> tuple[float, dict[str, float]]:
    seconds = float(hearing.seconds)
    if hearing.text is not None or provider is None:
        return ALIGNED_START + ALIGNED_SHARE * seconds, {}
    return provider.expected(seconds)


def words_wanted(project: Project, media: Media) -> list[Hearing]:
    """The spans of sources whose words are to be aligned or transcribed in this stage."""
    return wanted(heard(project, media, transcribes=is_transcribing()))


def are_words_wanted(project: Project, media: Media) -> bool:
    """Whether there are any."""
    return bool(words_wanted(project, media))


def write_words(objects: Objects, key: str, words: Mapping[str, Sequence[Word]]) -> None:
    """Keep the times of words by source, for the plan."""
    objects.put_json(key, {src: [word.model_dump() for word in several] for src, several in words.items()})


def read_words(objects: Objects, key: str) -> dict[str, tuple[Word, ...]]:
    """What was kept."""
    found: dict[str, list[dict[str, Any]]] = objects.get_json(key)
    return {src: tuple(Word.model_validate(word) for word in several) for src, several in found.items()}


def _embedded() -> Transcriber:
    return embedded.EmbeddedTranscriber(_hear)


def _hear(python: str, sound: bytes) -> Sequence[TimedWord]:
    from shared.media.words.children import ChildError
    from shared.media.words.whispering import hear

    try:
        return hear(python, sound)
    except ChildError as error:
        raise TranscriptionError(NOT_ENDED) from error
