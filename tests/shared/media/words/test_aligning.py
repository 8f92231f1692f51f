"""A text aligned with real speech: how near the times are, and what happens when there are none."""

import signal
from fractions import Fraction
from itertools import pairwise
from statistics import median

import pytest

from shared.media.scene.probing import probe_source
from shared.media.scene.sources import Probed
from shared.media.words import aligning, children
from shared.media.words.aligning import AlignmentError, align
from shared.media.words.children import ChildError, ask
from shared.media.words.listening import SECOND_BYTES, decode
from tests.shared.media.engine import LocalSource
from tests.shared.media.making import FFMPEG
from tests.shared.media.words.spoken import FILE, PHRASES, SECONDS, TEXT, edges


def heard(start: float = 0, end: float = SECONDS, form: str = "s16le") -> bytes:
    source = LocalSource(FILE)
    probed = Probed(probe_source(source, "audio"), "spoken")
    return decode(source, probed, Fraction(str(start)), Fraction(str(end)), FFMPEG, form)


@pytest.fixture(scope="module")
def sound() -> bytes:
    return heard()


def test_a_span_is_as_long_as_it_was_asked_for(sound: bytes) -> None:
    assert len(sound) == round(SECONDS * SECOND_BYTES)
    assert len(heard(4, 9)) == 5 * SECOND_BYTES
    assert len(heard(12, 15)) == 3 * SECOND_BYTES, "silence takes the place of what is not there"
    assert heard(0, 2, "flac")[:4] == b"fLaC"


def test_words_are_found_where_they_are_said(sound: bytes) -> None:
    words = align(TEXT, sound)
    assert [word for word, _, _ in words] == TEXT.split(), "as they are written"
    off = [abs(edge) for pair in edges(words) for edge in pair]
    assert median(off) < 0.03
    assert max(off) < 0.08
    assert all(before[2] <= after[1] for before, after in pairwise(words))


def test_a_span_is_aligned_on_its_own_clock() -> None:
    words = align("while it is spoken. In 2026 the Showreel team", heard(4, 8.4))
    for phrase, first in ((PHRASES[3], 0), (PHRASES[4], 4), (PHRASES[5], 6)):
        assert words[first][1] == pytest.approx(phrase.start - 4, abs=0.06)


def test_what_cannot_be_said_stands_between_its_neighbours(sound: bytes) -> None:
    words = align(
        TEXT.replace("videos, and", "videos, \N{EM DASH} 日本 and").replace("studio.", "studio. \N{BULLET}"), sound
    )
    told = {word: (start, end) for word, start, end in words}
    assert told["videos,"][1] <= told["\N{EM DASH}"][0] <= told["日本"][0] <= told["日本"][1] <= told["and"][0]
    assert told["studio."][1] <= told["\N{BULLET}"][0] <= told["Every"][0]


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("Guten Tag, meine Damen und Herren, wie geht es Ihnen heute", "only English"),
        ("Welcome to the wild forest where many animals live. Every day they appear while hunting", "not what is said"),
        ("hello there", "not what is said"),
        ("elephants are wandering through magnificent purple gardens of the ancient kingdom " * 3, "not what is said"),
        ("\N{EM DASH} \N{EM DASH}", "only English"),
    ],
)
def test_a_text_that_is_not_said_has_no_times(sound: bytes, text: str, reason: str) -> None:
    with pytest.raises(AlignmentError, match=reason):
        align(text, sound)


def test_silence_says_nothing() -> None:
    with pytest.raises(AlignmentError):
        align(TEXT, bytes(SECOND_BYTES))


def test_an_aligner_without_end_is_ended(sound: bytes, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(aligning, "START_SECONDS", 0)
    monkeypatch.setattr(aligning, "CPU_SHARE", 0.001)
    with pytest.raises(AlignmentError, match="did not come to an end"):
        align(TEXT, sound)


def test_a_child_that_is_lost_is_noticed(monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(ChildError, match="did not answer within"):
        ask("http.server", ["0", "--bind", "127.0.0.1"], b"", wall_seconds=1)
    killed: list[int] = []
    monkeypatch.setattr(children.os, "killpg", lambda _, number: killed.append(number))
    with pytest.raises(ChildError, match="ended with"):
        ask("shared.media.words.align_child", ["no number"], b"", wall_seconds=20)
    assert signal.SIGKILL not in killed, "it had ended by itself"
