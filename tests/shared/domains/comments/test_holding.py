"""Which comments are held."""

import pytest

from shared.domains.comments.rules.holding import Holding


@pytest.mark.parametrize(
    ("word", "content"),
    [
        ("spam", "What SPAM."),
        ("SPÄM", "spam"),
        ("spam", "spa\u0301m"),
        ("spam", "s\u200bp\u200ba\u00adm"),
        ("spam", "\uff53\uff50\uff41\uff4d"),
        ("buy now", "So buy,\nnow!"),
        ("don't", "I dont know"),
        ("100", "only 100 left"),
        ("\u58f2\u308a\u5207\u308c", "\u6700\u5f8c\u306e\u58f2\u308a\u5207\u308c\u3067\u3059"),
    ],
)
def test_word_is_found_however_it_is_written(word: str, content: str) -> None:
    assert Holding(("other", word)).holds(content)


@pytest.mark.parametrize(
    ("word", "content"),
    [
        ("spam", "A spammer's antispam"),
        ("buy now", "buy it now"),
        ("buy now", "now buy"),
        ("buy now", "buy"),
        ("spam", "s p a m"),
        ("spam", ""),
        ("spam", "!?"),
    ],
)
def test_other_words_are_let_through(word: str, content: str) -> None:
    assert not Holding((word,)).holds(content)


def test_all_or_nothing() -> None:
    assert Holding(everything=True).holds("")
    assert not Holding().holds("spam")
