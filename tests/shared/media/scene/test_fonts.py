"""Which characters are set in which font: letters in one that has them, spaces and the like in that before them."""

import pytest

from shared.media.scene.fonts import runs, width

FAMILY = "\U0001f469\u200d\U0001f469\u200d\U0001f467"


@pytest.mark.parametrize(
    ("line", "expected"),
    [
        ("Plain, 12!", [("Inter", "Plain, 12!")]),
        ("\U0001f389 2024! ok", [("Noto Emoji", "\U0001f389"), ("Inter", " 2024! ok")]),
        (f"a {FAMILY} b", [("Inter", "a "), ("Noto Emoji", FAMILY), ("Inter", " b")]),
        ("\U0001f44d\U0001f3fd\U0001f389", [("Noto Emoji", "\U0001f44d\U0001f3fd\U0001f389")]),
        ("\U0001f1e9\U0001f1ea, x", [("Noto Emoji", "\U0001f1e9\U0001f1ea"), ("Inter", ", x")]),
        ("שלום עולם", [("Noto Sans Hebrew Light", "שלום עולם")]),
    ],
)
def test_each_run_has_its_font(line: str, expected: list[tuple[str, str]]) -> None:
    assert [(run.font.family, run.text) for run in runs(line, "Inter")] == expected


def test_a_space_after_an_emoji_is_as_wide_as_any() -> None:
    assert width("\U0001f389 ", "Inter") - width("\U0001f389", "Inter") == pytest.approx(
        width("a a", "Inter") - width("aa", "Inter")
    )
