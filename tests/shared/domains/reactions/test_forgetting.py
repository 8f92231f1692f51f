"""What somebody thought of things is forgotten with them, and counts no more."""

from shared.base import counts
from shared.base.ids import new_id
from shared.base.transactions import write_together
from shared.contract.resources import REACTIONS
from shared.domains.comments.service.removing import RemovalService
from shared.domains.comments.service.writing import CommentService
from shared.domains.reactions import store
from shared.domains.reactions.model import Reaction
from shared.domains.reactions.service.forgetting import WRITES_EACH, removals
from shared.domains.reactions.service.reacting import ReactionService, Reactor
from shared.domains.videos.service.catalogue import CatalogueService
from tests.aws import Stage
from tests.shared.domains.reactions.test_reacting import tally, video_counts
from tests.shared.domains.videos.conftest import OWNER, MakeVideo


def forget(user_id: str, most: int) -> int:
    """Forget up to so many opinions; how many there were."""
    found = removals(user_id, most)
    assert all(len(writes) <= WRITES_EACH for writes in found)
    assert write_together(*(write for writes in found for write in writes)) is None
    return len(found)


def test_what_is_forgotten_counts_no_more(ready: MakeVideo, stage: Stage) -> None:
    leaver, other, reactions = new_id(), new_id(), ReactionService.open()
    videos = [ready().id for _ in range(3)]
    for number, video_id in enumerate(videos):
        reactions.react_to_video(video_id, Reactor(leaver), Reaction.DISLIKE if number else Reaction.LIKE)
        reactions.react_to_video(video_id, Reactor(other), Reaction.LIKE)
    assert [forget(leaver, 2), forget(leaver, 2)] == [2, 1]
    assert removals(leaver, 2) == []
    assert [tally(stage, video_id) for video_id in videos] == [(1, 0)] * 3
    assert {row["user_id"]["S"] for row in stage.rows(REACTIONS)} == {other}


def test_numbers_of_a_video_that_is_gone_stay_gone(ready: MakeVideo, stage: Stage) -> None:
    leaver, video_id = new_id(), ready().id
    ReactionService.open().react_to_video(video_id, Reactor(leaver), Reaction.LIKE)
    late = removals(leaver, 2)
    CatalogueService.open().delete(video_id, OWNER.id)
    CatalogueService.open().finish_delete(video_id)
    write_together(*counts.removal(f"video#{video_id}"))
    assert video_counts(stage) == []
    refusal = write_together(*late[0])
    assert refusal
    assert refusal.number == 1, "it was there when it was looked for"
    assert forget(leaver, 2) == 1
    assert video_counts(stage) == stage.rows(REACTIONS) == []


def test_a_mind_that_was_changed_meanwhile_is_looked_at_again(ready: MakeVideo, stage: Stage) -> None:
    leaver, video_id, reactions = new_id(), ready().id, ReactionService.open()
    reactions.react_to_video(video_id, Reactor(leaver), Reaction.LIKE)
    [late] = removals(leaver, 2)
    reactions.react_to_video(video_id, Reactor(leaver), Reaction.DISLIKE)
    assert write_together(*late)
    assert tally(stage, video_id) == (0, 1)
    assert forget(leaver, 2) == 1
    assert tally(stage, video_id) == (0, 0)


def test_opinions_are_listed_one_page_after_the_other(ready: MakeVideo, stage: Stage) -> None:
    user_id, reactions = new_id(), ReactionService.open()
    videos = [ready().id for _ in range(3)]
    for video_id in videos:
        reactions.react_to_video(video_id, Reactor(user_id), Reaction.LIKE)
    first = store.opinions(user_id, 2)
    rest = store.opinions(user_id, 2, first[-1].target)
    assert [one.target for one in (*first, *rest)] == [f"video#{video_id}" for video_id in sorted(videos)]
    assert {(one.reaction, one.reacted_at[-1]) for one in (*first, *rest)} == {(Reaction.LIKE, "Z")}


def test_what_was_thought_of_a_comment_counts_no_more(ready: MakeVideo, stage: Stage) -> None:
    leaver, other, reactions = new_id(), new_id(), ReactionService.open()
    video_id = ready().id
    liked, removed = (CommentService.open().create(video_id, OWNER, "Nice").id for _ in range(2))
    for comment_id in (liked, removed):
        reactions.react_to_comment(comment_id, Reactor(leaver), Reaction.LIKE)
        reactions.react_to_comment(comment_id, Reactor(other), Reaction.DISLIKE)
    reactions.react_to_video(video_id, Reactor(leaver), Reaction.LIKE)
    RemovalService.open().remove(removed, OWNER.id, moderates=False)
    assert forget(leaver, 3) == 3
    standing = reactions.react_to_comment(liked, Reactor(new_id()), None)
    assert (standing.likes, standing.dislikes) == (0, 1)
    assert tally(stage, video_id) == (0, 0)
    assert {row["user_id"]["S"] for row in stage.rows(REACTIONS)} == {other}
