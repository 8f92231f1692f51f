"""Words as search compares them, and what of a video is kept."""

from dataclasses import replace
from math import log2
from typing import Any

import pytest
from hypothesis import given
from hypothesis.strategies import integers, lists, text

from shared.contract.resources import POSTINGS
from shared.domains.ranking.rules.scores import FEW, doublings
from shared.domains.search.model import Posting
from shared.domains.search.rules.asking import asked_for
from shared.domains.search.rules.postings import MOST_BYTES, MOST_WORDS, matches, posting_of, settled, terms_of
from shared.domains.search.rules.words import LONGEST, words
from shared.domains.search.store.postings import row, to_posting
from shared.domains.videos.model import Counted, Numbers, Status, Video, Visibility
from shared.domains.videos.rules.counted import packed
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


@given(integers(0, 10_000), lists(integers(0, 15), min_size=2, max_size=20), integers(0, 20))
def test_what_one_person_does_and_takes_back_is_felt_once(views: int, given: list[int], known: int) -> None:
    """A like and a comment, whatever is written of the video's heat."""
    written = replace(_counted(views), heat=known)
    rewritten = 0
    for points in given:
        said = settled(_counted(views + points), written)
        rewritten += said != written
        written = said
    assert rewritten <= 1


def _counted(views: int) -> Posting:
    found = posting_of(video(counted=packed(Counted(Numbers(views=views), MOMENT))))
    assert found is not None
    return found


def test_other_changes_are_felt_with_any_heat() -> None:
    written = _counted(1000)
    assert settled(replace(written, heat=written.heat + 1), written) == written
    assert settled(replace(written, heat=written.heat + 2), written) != written
    others: tuple[dict[str, Any], ...] = ({"labels": ("#other",)}, {"place": "later"}, {"words": (("other",), (), ())})
    for other in others:
        assert settled(replace(written, **other), written) == replace(written, **other)


@given(integers(0, 1_000_000))
def test_heat_tells_how_often_points_have_doubled(views: int) -> None:
    heat = _counted(views).heat
    assert doublings(heat) >= 0
    if views >= FEW:
        assert abs(doublings(heat) - log2(1 + views)) < 0.5


@pytest.mark.parametrize("hidden", [{"visibility": Visibility.UNLISTED}, {"status": Status.DELETED}])
def test_nothing_is_kept_of_what_lists_do_not_show(hidden: dict[str, Any]) -> None:
    assert posting_of(video(**hidden)) is None
