"""Whisper in a process of this machine: an interpreter that has faster-whisper and a model, named by a setting."""

import os
from collections.abc import Callable, Sequence

from shared.base.settings import setting
from shared.providers.transcription.port import Answer, Recording, TimedWord, TranscriptionError

NAME = "embedded"
MOST_SECONDS = 1800
"""Of one recording: it is heard within one run of a function."""
ENGLISH = ("en", "auto")
ABSENT = (
    "This stage has no embedded transcriber: `make transcriber` installs one, and transcriber_python is the setting "
    "that names it."
)

Hear = Callable[[str, bytes], Sequence[TimedWord]]
"""The words in 16-bit mono samples of 16 kHz, by an interpreter; TranscriptionError when they are not found."""


class EmbeddedTranscriber:
    """Answers at once."""

    name = NAME

    def __init__(self, hear: Hear) -> None:
        """`hear` is the engine."""
        self._hear = hear

    def ask(self, recording: Recording) -> Answer:
        """The words of English speech."""
        python = setting("TRANSCRIBER_PYTHON", "-")
        if not os.access(python, os.X_OK):
            raise TranscriptionError(ABSENT)
        if recording.language.partition("-")[0] not in ENGLISH:
            raise TranscriptionError(f"The embedded transcriber hears English alone, and not {recording.language}.")
        if recording.seconds > MOST_SECONDS:
            raise TranscriptionError(f"The embedded transcriber hears {MOST_SECONDS // 60} minutes at most.")
        return Answer(self._hear(python, recording.decode("s16le")))

    def expected(self, seconds: float) -> tuple[float, dict[str, float]]:
        """A third of the recording; nobody is paid."""
        return 3 + seconds / 3, {}
