"""The step of the workflow `render` that finds out when words are said: texts are aligned, other sounds transcribed.

It may be run many times: what is known is kept, so that a round, a retry or a changed scene goes on from there.
"""

import hashlib
import json
from collections.abc import Sequence
from fractions import Fraction
from functools import reduce
from typing import Any

from shared.base.objects import Objects
from shared.base.running import seconds_left
from shared.base.settings import setting
from shared.domains.jobs.model import Job, Usage
from shared.domains.jobs.rules.estimates import least_cost
from shared.domains.jobs.rules.keys import HEARD
from shared.domains.jobs.rules.prices import cost_of, price_table
from shared.domains.jobs.rules.sources import shown
from shared.domains.jobs.rules.usage import together
from shared.domains.jobs.service.execution import in_words, within_budget
from shared.domains.jobs.service.rendering import PREPARED, RenderingService, media_of
from shared.domains.jobs.service.sources import Located
from shared.domains.jobs.service.transcribing import NOT_ENDED, transcriber, words_wanted, write_words
from shared.domains.jobs.service.working import WorkService
from shared.domains.videos.rules.work import WORK
from shared.media.scene.hearing import Hearing, joined
from shared.media.scene.model import Word
from shared.media.words.aligning import AlignmentError, align
from shared.media.words.listening import decode
from shared.providers.transcription.port import Recording, TimedWord, TranscriptionError

VERSION = 1
"""Of what finds the words: another one does not use what this one has kept."""

WAITS = (5, 5, 10, 10, 20)
"""Seconds until the next round; the last one for all that follow."""
MOST_ROUNDS = 100
"""Half an hour, then a provider that has not answered is given up."""
ROUND_SECONDS = 420
"""What must be left of an invocation to begin with another sound: the longest alignment takes two minutes alone."""

LONGEST_WORD = 100
TRIES = 3
"""Of each round, at most."""


class SpeakingService(RenderingService):
    """Finds the times of words."""

    def __init__(self, told: dict[str, Any], job: Job, objects: Objects, work: WorkService) -> None:
        """`told` also has `round`: how often the step ran before in this execution."""
        super().__init__(told, job, objects, work)
        self._round = int(told["round"])
        self._try += self._round * TRIES  # a line of the ledger for each try of each round
        self._transcriber = transcriber()
        self._sources_found: dict[str, Any] = {}

    def time_words(self) -> dict[str, Any]:
        """What is next: `plan`, or to `wait` so many seconds and come again."""
        with self._charged("words", transitions=3 if self._round else 2):
            self._report(PREPARED, "Finding the times of words")
            self._sources_found = self._sources()
            if not self._round:
                self._set_aside()
            found: list[tuple[Hearing, Sequence[Word]]] = []
            faults: list[str] = []
            is_open = False
            for number, hearing in enumerate(self._wanted()):
                self._ask()
                try:
                    words = self._words(hearing, number)
                except (AlignmentError, TranscriptionError) as error:
                    faults.append(f"{shown(hearing.src)}: {error}")
                    continue
                is_open = is_open or words is None
                found.append((hearing, words or ()))
            if is_open:
                return {"next": "wait", "timed": False, "seconds": WAITS[min(self._round, len(WAITS) - 1)]}
            write_words(self._objects, self._words_key, joined(found))
            self._work.warn(self._job, faults)
            return {"next": "plan", "timed": True}

    def _set_aside(self) -> None:
        """Have the owner's budget reach for what a provider will take, who is paid whatever becomes of the job."""
        seconds = [float(one.seconds) for one in self._wanted() if self._is_to_be_paid(one)]
        units = [Usage(provider=self._transcriber.expected(one)[1]) for one in seconds] if self._transcriber else []
        if cost := cost_of(reduce(together, units, Usage()), price_table()):
            with within_budget():
                self._work.set_aside(self.job, max(self.job.reserved, cost + least_cost(self._parsed().projects[0])))

    def _is_to_be_paid(self, hearing: Hearing) -> bool:
        return hearing.text is None and not self._objects.exists(self._key(hearing))

    def _wanted(self) -> list[Hearing]:
        project = self._parsed().projects[0]
        return words_wanted(project, media_of(self._sources_found))

    def _words(self, hearing: Hearing, number: int) -> list[Word] | None:
        """The words of a span in seconds of the source; None when another round may tell. TranscriptionError."""
        key = self._key(hearing)
        kept = self._kept(key)
        if kept is None:
            if seconds_left() < ROUND_SECONDS:
                return None
            text = hearing.text
            kept = self._transcribed(hearing, number) if text is None else self._aligned(hearing, text)
            if kept is None:
                return None
            self._objects.put_json(key, kept)
        return _words(kept, hearing.start)

    def _kept(self, key: str) -> list[TimedWord] | None:
        if not self._objects.exists(key):
            return None
        kept: list[TimedWord] = self._objects.get_json(key)
        return kept

    def _aligned(self, hearing: Hearing, text: str) -> list[TimedWord]:
        """The words of a text. That there are none takes as long to find out, so later rounds are told."""
        key = f"{WORK}{self._job.video_id}/{self._digest(hearing)}-{self._job.attempt}.fault.json"
        if self._objects.exists(key):
            raise AlignmentError(self._objects.get_json(key))
        try:
            return align(text, self._decoded(hearing, "s16le"))
        except AlignmentError as error:
            self._objects.put_json(key, str(error))
            raise

    def _transcribed(self, hearing: Hearing, number: int) -> list[TimedWord] | None:
        assert self._transcriber, "nothing is to be transcribed where nobody does it"
        recording = Recording(
            name=f"{setting('WORDS_TRANSCRIPTION')}-{self._digest(hearing)[:32]}-{self._job.id}-{self._job.attempt}",
            folder=f"{HEARD}{self._job.owner_id}/",
            language=hearing.language,
            seconds=float(hearing.seconds),
            decode=lambda form: self._decoded(hearing, form),
        )
        answer = self._transcriber.ask(recording)
        if answer.units:
            self._charge_provider(number, Usage(provider=answer.units))
        if answer.words is None and self._round >= MOST_ROUNDS:
            raise TranscriptionError(NOT_ENDED)
        return None if answer.words is None else list(answer.words)

    def _charge_provider(self, number: int, usage: Usage) -> None:
        """Write down what the provider takes for the span of that number."""
        line = self._work.begin_try(self._job, "transcribe", self._try, usage, 0, number)
        self._work.charge(self._job, line, usage)

    def _decoded(self, hearing: Hearing, form: str) -> bytes:
        told = self._sources_found[hearing.src]
        source = Located(**told["bytes"]).open(self._objects, hearing.src)
        with in_words(f"The source {shown(hearing.src)}"):
            probed = media_of({hearing.src: told})[hearing.src]
            return decode(source, probed, hearing.start, hearing.end, setting("FFMPEG_PATH"), form)

    def _digest(self, hearing: Hearing) -> str:
        engine = self._transcriber.name if self._transcriber and hearing.text is None else "aligner"
        identity = self._sources_found[hearing.src]["identity"]
        told = [VERSION, engine, identity, hearing.language, hearing.text, str(hearing.start), str(hearing.end)]
        return hashlib.sha256(json.dumps(told).encode()).hexdigest()

    def _key(self, hearing: Hearing) -> str:
        return f"{HEARD}{self._job.owner_id}/{self._digest(hearing)}.words.json"


def _words(kept: Sequence[TimedWord], start: Fraction) -> list[Word]:
    shift = float(start)
    return [
        Word(word=word[:LONGEST_WORD], start=round(begin + shift, 3), end=round(end + shift, 3))
        for word, begin, end in kept
    ]
