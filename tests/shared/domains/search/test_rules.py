"""Words as search compares them, and what of a video is kept."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis.strategies import lists, text

from shared.contract.resources import POSTINGS
from shared.domains.search.rules.asking import asked_for
from shared.domains.search.rules.postings import MOST_BYTES, MOST_WORDS, matches, posting_of, terms_of
from shared.domains.search.rules.words import LONGEST, words
from shared.domains.search.store.postings import row, to_posting
from shared.domains.videos.model import Status, Video, Visibility
from tests.shared.domains.videos.conftest import OWNER

MOMENT = "2026-01-31T12:00:00.000Z"


def video(title: str = "A film", description: str = "", tags: tuple[str, ...] = (), **more: Any) -> Video:
    known: dict[str, Any] = {
        "created_at": MOMENT,
        "updated_at": MOMENT,
        "published_at": MOMENT,
        "status": Status.READY,
        **more,
    }
    return Video(id="1", owner_id=OWNER.id, author=OWNER, title=title, description=description, tags=tags, **known)


@pytest.mark.parametrize(
    ("written", "found"),
    [
        ("Crème BRÛLÉE", ["creme", "brulee"]),
        ("Straße, STRASSE", ["strasse", "strasse"]),
        ("don't — don\u2019t", ["dont", "dont"]),
        ("ﬁlm №1 x²", ["film", "no1", "x2"]),
        ("हिन्दी में", ["हिनदी", "में"]),
        ("日本語 and 猫", ["日本", "本語", "and", "猫"]),
        ("한국어", ["한국어"]),
        ("a" * 30, ["a" * LONGEST]),
        ("!? ... 👍", []),
    ],
)
def test_words_are_folded(written: str, found: list[str]) -> None:
    assert list(words(written)) == found


@given(text(max_size=100), text(max_size=300), lists(text(min_size=1, max_size=50), max_size=20))
def test_a_posting_is_within_a_write_unit_and_is_read_as_written(title: str, description: str, tags: list[str]) -> None:
    posting = posting_of(video(title, description, tuple(tags), category="Games"))
    assert posting is not None
    kept = [word for field in posting.words for word in field]
    assert len(set(kept)) == len(kept) <= MOST_WORDS
    assert len(" ".join(kept).encode()) <= MOST_BYTES
    for term in terms_of(posting):
        item = row(term, posting)
        assert to_posting(item) == posting
        assert sum(len(name) + len(next(iter(value.values())).encode()) for name, value in item.items()) <= 1024
        assert item[POSTINGS.key]["S"]


@given(text(min_size=1, max_size=50))
def test_a_video_is_found_by_its_own_words_and_tags(written: str) -> None:
    if list(words(written)):
        assert matches(asked_for(written, "", "", OWNER.id), video(written))
    if "," not in written and written.strip():
        assert matches(asked_for("", written, "", ""), video(tags=(written,)))


@pytest.mark.parametrize("hidden", [{"visibility": Visibility.UNLISTED}, {"status": Status.DELETED}])
def test_nothing_is_kept_of_what_lists_do_not_show(hidden: dict[str, Any]) -> None:
    assert posting_of(video(**hidden)) is None
