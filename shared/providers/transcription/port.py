"""What the product asks of somebody who writes down what is said."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Protocol

TimedWord = tuple[str, float, float]
"""A word, its start and its end in seconds of the recording."""


class TranscriptionError(Exception):
    """A recording has no transcript, and another look will not change that; the message is a sentence for its owner."""


@dataclass(frozen=True)
class Recording:
    """Something to be written down.

    name      names this recording in this language for this try of a job: who is asked twice makes one transcript
    folder    the prefix in the media bucket where a provider may put what it works with
    language  a language tag such as `en` or `pt-BR`, or `auto`
    decode    the sound in a form that FFmpeg has: `flac`, or `s16le` (16-bit mono samples of 16 kHz)
    """

    name: str
    folder: str
    language: str
    seconds: float
    decode: Callable[[str], bytes]


@dataclass(frozen=True)
class Answer:
    """What a provider says: the words, or None while it is at work. `units` is what this call has cost, by price."""

    words: Sequence[TimedWord] | None
    units: dict[str, float] = field(default_factory=dict)


class Transcriber(Protocol):
    """A provider. Asking again for the same recording continues, and costs nothing more."""

    @property
    def name(self) -> str:
        """As the stage's setting has it, and the price of its units after `provider `."""
        ...

    def ask(self, recording: Recording) -> Answer:
        """Begin, or see how far it is. TranscriptionError when there will be no transcript."""
        ...

    def expected(self, seconds: float) -> tuple[float, dict[str, float]]:
        """How long a recording of so many seconds will take, in seconds, and its units by price."""
        ...
