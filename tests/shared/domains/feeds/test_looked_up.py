"""Authors to be looked up: those who were followed last, however many there have been."""

from shared.contract.resources import FEEDS
from shared.domains.feeds.model import MOST_PULLED
from shared.domains.feeds.store import MOST_KEPT, FeedStore
from tests.aws import Stage

READER = "reader"
UPDATE = "dynamodb:UpdateItem"


def follow(feeds: FeedStore, first: int, last: int) -> list[str]:
    """Author by author, each later than the one before."""
    authors = [f"author-{number:03}" for number in range(first, last)]
    for author in authors:
        feeds.pull(READER, author, author)
    return authors


def test_row_stays_small_and_the_latest_are_in_it(stage: Stage) -> None:
    feeds = FeedStore()
    authors = follow(feeds, 0, MOST_KEPT)
    assert stage.calls_of(lambda: follow(feeds, MOST_KEPT, MOST_KEPT + 1)) == [UPDATE, UPDATE]
    assert stage.calls_of(lambda: follow(feeds, MOST_KEPT + 1, MOST_KEPT + 2)) == [UPDATE]
    authors += [f"author-{MOST_KEPT + number:03}" for number in range(2)]
    assert feeds.pulled(READER) == tuple(reversed(authors))[:MOST_PULLED]
    (row,) = stage.rows(FEEDS)
    kept = {name.removeprefix("of_") for name in row if name.startswith("of_")}
    assert kept == set(authors[-MOST_KEPT // 2 - 1 :])


def test_whoever_is_left_makes_room_for_the_one_before_them(stage: Stage) -> None:
    feeds = FeedStore()
    authors = follow(feeds, 0, 12)
    for author in (authors[-1], authors[-1], "nobody"):
        feeds.leave(READER, author)
    assert feeds.pulled(READER) == tuple(reversed(authors[1:-1]))


def test_the_same_author_again_is_one_more_time_the_latest(stage: Stage) -> None:
    feeds = FeedStore()
    authors = follow(feeds, 0, 3)
    feeds.pull(READER, authors[0], "z")
    assert feeds.pulled(READER) == (authors[0], authors[2], authors[1])
