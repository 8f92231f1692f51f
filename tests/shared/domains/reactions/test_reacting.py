"""What is counted is what people think, whatever is repeated, lost, or done at the same time."""

import random
from collections import Counter
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager

import pytest

from shared.base import counts
from shared.base.errors import UnavailableError
from shared.base.ids import new_id
from shared.base.transactions import Refusal
from shared.contract.resources import COUNTS, REACTIONS
from shared.domains.comments.service.writing import CommentService
from shared.domains.reactions.model import Reaction, Standing
from shared.domains.reactions.service import reacting
from shared.domains.reactions.service.reacting import TRIES, ReactionService, Reactor
from tests.aws import Stage
from tests.shared.domains.videos.conftest import OWNER, MakeVideo

TOGGLES, PEOPLE, THREADS = 600, 50, 6
WISHES = (Reaction.LIKE, Reaction.DISLIKE, None)
CANCELLED = "TransactionCanceledException"
CONFLICT = {"CancellationReasons": [{"Code": "None"}, {"Code": "None"}, {"Code": "TransactionConflict"}]}


def video_counts(stage: Stage) -> list[dict[str, object]]:
    """What is counted of videos."""
    return [row for row in stage.rows(COUNTS) if row["of"]["S"].startswith("video#")]


def tally(stage: Stage, video_id: str) -> tuple[int, int]:
    """Likes and dislikes as the numbers have them, which are what the rows say."""
    target = f"video#{video_id}"
    thought = Counter(row["reaction"]["S"] for row in stage.rows(REACTIONS) if row["target"]["S"] == target)
    found = counts.total(stage.rows(COUNTS)).get(target, {})
    likes, dislikes = found.get("likes", 0), found.get("dislikes", 0)
    assert (likes, dislikes) == (thought["like"], thought["dislike"])
    return likes, dislikes


@pytest.fixture
def video_id(ready: MakeVideo, monkeypatch: pytest.MonkeyPatch) -> str:
    """A video that anybody may like; nobody waits long."""
    monkeypatch.setattr("shared.base.transactions.WAIT", 0.001)
    monkeypatch.setenv("RATE_SCALE", "100")
    return ready().id


def test_case_p9_many_who_change_their_minds_at_once_are_counted_exactly(video_id: str, stage: Stage) -> None:
    """Each of the people is in one thread alone, so that the last wish of each is known."""
    chance, people = random.Random(1), [new_id() for _ in range(PEOPLE)]
    wishes = [(chance.randrange(PEOPLE), chance.choice(WISHES)) for _ in range(TOGGLES)]
    reactions = ReactionService.open()

    def act(thread: int) -> dict[int, Reaction | None]:
        thought: dict[int, Reaction | None] = {}
        for who, wish in wishes:
            if who % THREADS == thread:
                standing = reactions.react_to_video(video_id, Reactor(people[who]), wish)
                assert standing.reaction is wish
                assert min(standing.likes, standing.dislikes) >= 0
                thought[who] = wish
        return thought

    with ThreadPoolExecutor(THREADS) as pool:
        parts = list(pool.map(act, range(THREADS)))
    model = Counter(wish for part in parts for wish in part.values())
    assert tally(stage, video_id) == (model[Reaction.LIKE], model[Reaction.DISLIKE])
    likes, dislikes = tally(stage, video_id)
    assert reactions.react_to_video(video_id, Reactor(new_id()), None) == Standing(None, likes, dislikes)


def test_case_p9_the_same_of_a_comment(video_id: str, stage: Stage) -> None:
    """All write the comment's own row, so fewer do at a time; its rank is that of some numbers it had a moment ago."""
    comment_id = CommentService.open().create(video_id, OWNER, "Nice").id
    chance, people, reactions = random.Random(3), [new_id() for _ in range(20)], ReactionService.open()
    wishes = [(chance.randrange(len(people)), chance.choice(WISHES)) for _ in range(150)]

    def act(thread: int) -> dict[int, Reaction | None]:
        mine = [(who, wish) for who, wish in wishes if who % 3 == thread]
        for who, wish in mine:
            assert reactions.react_to_comment(comment_id, Reactor(people[who]), wish).reaction is wish
        return dict(mine)

    with ThreadPoolExecutor(3) as pool:
        parts = list(pool.map(act, range(3)))
    model = Counter(wish for part in parts for wish in part.values())
    standing = reactions.react_to_comment(comment_id, Reactor(new_id()), None)
    assert (standing.likes, standing.dislikes) == (model[Reaction.LIKE], model[Reaction.DISLIKE])
    thought = Counter(row["reaction"]["S"] for row in stage.rows(REACTIONS))
    assert (thought["like"], thought["dislike"]) == (standing.likes, standing.dislikes)


def test_the_same_wish_at_the_same_time_counts_once(video_id: str, stage: Stage) -> None:
    user_id, reactions = new_id(), ReactionService.open()
    with ThreadPoolExecutor(THREADS) as pool:
        found = list(pool.map(lambda _: reactions.react_to_video(video_id, Reactor(user_id), Reaction.LIKE), range(30)))
    assert set(found) == {Standing(Reaction.LIKE, 1, 0)}
    assert tally(stage, video_id) == (1, 0)


def test_somebody_at_odds_with_themselves_is_counted_exactly(video_id: str, stage: Stage) -> None:
    user_id, reactions, chance = new_id(), ReactionService.open(), random.Random(2)
    wishes = [chance.choice(WISHES) for _ in range(40)]

    def act(wish: Reaction | None) -> bool:
        try:
            return reactions.react_to_video(video_id, Reactor(user_id), wish).reaction is wish
        except UnavailableError:  # who loses all races is told to come again
            return True

    with ThreadPoolExecutor(4) as pool:
        assert all(pool.map(act, wishes))
    assert sum(tally(stage, video_id)) == len(stage.rows(REACTIONS)) <= 1


@contextmanager
def overtaken(monkeypatch: pytest.MonkeyPatch, times: int, video_id: str, user_id: str) -> Iterator[list[str]]:
    """Whenever a change is about to be written, the user's mind is changed elsewhere first."""
    original, fired = reacting.write_together, list[str]()

    def write_together(*writes: dict[str, object]) -> Refusal | None:
        if len(fired) < times:
            other = WISHES[len(fired) % 2]
            fired.append(str(other))
            with monkeypatch.context() as patch:
                patch.setattr(reacting, "write_together", original)
                ReactionService.open().react_to_video(video_id, Reactor(user_id), other)
        return original(*writes)

    with monkeypatch.context() as patch:
        patch.setattr(reacting, "write_together", write_together)
        yield fired


def test_who_loses_a_race_reads_again(video_id: str, stage: Stage, monkeypatch: pytest.MonkeyPatch) -> None:
    user_id, reactions = new_id(), ReactionService.open()
    with overtaken(monkeypatch, 1, video_id, user_id) as fired:
        standing = reactions.react_to_video(video_id, Reactor(user_id), Reaction.DISLIKE)
    assert fired == ["like"]
    assert standing == Standing(Reaction.DISLIKE, 0, 1)
    assert tally(stage, video_id) == (0, 1)


def test_who_loses_all_races_gives_up(video_id: str, stage: Stage, monkeypatch: pytest.MonkeyPatch) -> None:
    user_id, reactions = new_id(), ReactionService.open()
    reactions.react_to_video(video_id, Reactor(user_id), Reaction.DISLIKE)
    with overtaken(monkeypatch, 1000, video_id, user_id) as fired, pytest.raises(UnavailableError):
        reactions.react_to_video(video_id, Reactor(user_id), None)
    assert len(fired) == TRIES
    assert sum(tally(stage, video_id)) == 1


def test_a_reply_that_is_lost_counts_once(video_id: str, stage: Stage) -> None:
    user_id, reactions = new_id(), ReactionService.open()
    with stage.cut_off("dynamodb", "TransactWriteItems", times=1, after=True) as fired:
        assert reactions.react_to_video(video_id, Reactor(user_id), Reaction.LIKE) == Standing(Reaction.LIKE, 1, 0)
    assert len(fired) == 1
    assert tally(stage, video_id) == (1, 0)


def test_who_collides_with_others_tries_again(video_id: str, stage: Stage) -> None:
    with stage.refusing("dynamodb", "TransactWriteItems", CANCELLED, times=2, **CONFLICT) as fired:
        standing = ReactionService.open().react_to_video(video_id, Reactor(new_id()), Reaction.LIKE)
    assert len(fired) == 2
    assert standing == Standing(Reaction.LIKE, 1, 0)


def test_nothing_is_written_when_dynamodb_is_away(video_id: str, stage: Stage) -> None:
    for operation in ("BatchGetItem", "TransactWriteItems"):
        with (
            stage.refusing("dynamodb", operation, "InternalServerError") as fired,
            pytest.raises(UnavailableError, match="cannot be reached"),
        ):
            ReactionService.open().react_to_video(video_id, Reactor(new_id()), Reaction.LIKE)
        assert fired
    assert stage.rows(REACTIONS) == video_counts(stage) == []
