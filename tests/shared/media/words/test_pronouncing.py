"""How written words sound: numbers in their readings, names by their letters."""

import pytest
from hypothesis import given
from hypothesis import strategies as some

from shared.media.words.numerals import readings
from shared.media.words.pronouncing import known_share, pronunciations

WORDS = {"show": "SH OW", "reel": "R IY L", "team": "T IY M", "a": "AH", "a(2)": "EY", "don't": "D OW N T"}


@pytest.mark.parametrize(
    ("number", "expected"),
    [
        ("7", ["seven"]),
        ("42", ["forty two"]),
        ("105", ["one hundred five", "one hundred and five", "one zero five"]),
        ("1,000", ["one thousand"]),
        ("2026", ["twenty twenty six", "two thousand twenty six"]),
        ("1905", ["nineteen oh five", "one thousand nine hundred five"]),
        ("2006", ["two thousand six"]),
        ("1900", ["nineteen hundred"]),
        ("3.05", ["three point zero five"]),
        ("10:30", ["ten thirty"]),
        ("21st", ["twenty first"]),
        ("20th", ["twentieth"]),
        ("8th", ["eighth"]),
        ("100th", ["one hundredth"]),
        ("007", ["zero zero seven"]),
        ("1000000", ["one million"]),
    ],
)
def test_numbers_are_read_in_every_usual_way(number: str, expected: list[str]) -> None:
    assert readings(number)[: len(expected)] == expected


@given(some.from_regex(r"\d{1,30}([.,:]\d{1,5}){0,3}(st|nd|rd|th)?", fullmatch=True))
def test_every_number_has_a_reading(number: str) -> None:
    assert all(reading.replace(" ", "").isalpha() for reading in readings(number))


@pytest.mark.parametrize(
    ("word", "phones"),
    [
        ("Team,", ["T IY M"]),
        ("a", ["AH", "EY"]),
        ("don\N{RIGHT SINGLE QUOTATION MARK}t!", ["D OW N T"]),
        ("Showreel", ["SH OW R IY L"]),
        ("show-reel", ["SH OW R IY L"]),
        ("Quix", ["K W IH K S"]),
        ("phone", ["F OW N"]),
        ("\N{EM DASH}", []),
        ("日本", []),
        ("x" * 60, []),
    ],
)
def test_words_sound(word: str, phones: list[str]) -> None:
    assert pronunciations(word, WORDS.get) == phones


@given(some.text(max_size=60))
def test_anything_is_said_or_not(word: str) -> None:
    assert all(phones for phones in pronunciations(word, WORDS.get))


def test_another_language_is_noticed() -> None:
    assert known_share("The show, a team: don't 42".split(), {**WORDS, "the": "DH AH"}.get) == 1
    assert known_share("Die Sendung und das Team".split(), WORDS.get) == 0.2
    assert known_share(["42"], WORDS.get) == 0
