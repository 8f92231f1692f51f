"""Comments of people who leave, and of videos that are deleted."""

import json
from dataclasses import dataclass

import pytest

from shared.base.ids import new_id
from shared.base.transactions import write_together
from shared.contract.declare import API_SECONDS
from shared.contract.resources import COMMENTS
from shared.domains.comments.service import clearing
from shared.domains.comments.service.clearing import ClearingService
from shared.domains.comments.service.forgetting import removals
from shared.domains.comments.service.writing import CommentService
from shared.domains.comments.store.comments import CommentStore
from shared.domains.videos.service import tidying
from shared.domains.videos.service.catalogue import CatalogueService
from shared.domains.videos.service.tidying import TidyingService
from tests.aws import Stage
from tests.clock import TurnedClock
from tests.shared.domains.comments.talking import numbers, remove, say, stored
from tests.shared.domains.videos.conftest import OWNER, MakeVideo


def forget(user_id: str) -> dict[str, int]:
    """Forget all of a user's; how many of each kind there were."""
    total: dict[str, int] = {}
    while did := removals(user_id):
        found, writes = did
        assert len(writes) <= 60
        assert write_together(*writes) is None
        total = {kind: total.get(kind, 0) + count for kind, count in found.items()}
    return total


@dataclass(frozen=True)
class Talk:
    """What two people said about a video: one of them answered, is answered, and removed something."""

    video_id: str
    answered: str
    lonely: str
    kept: str
    theirs: str

    @classmethod
    def of(cls, video_id: str, leaver: str, other: str) -> "Talk":
        """Have them talk."""
        answered, lonely = say(video_id, leaver), say(video_id, leaver)
        kept = say(video_id, other, answered)
        say(video_id, leaver, answered)
        theirs = say(video_id, other)
        say(video_id, leaver, theirs)
        CommentService.open().report(theirs, leaver, "Spam")
        remove(lonely, leaver)
        return cls(video_id, answered, lonely, kept, theirs)


def test_who_leaves_is_nowhere_told_and_answers_of_others_stay(ready: MakeVideo, stage: Stage) -> None:
    leaver, other = new_id(), new_id()
    talks = [Talk.of(ready().id, leaver, other) for _ in range(3)]
    assert [numbers(talk.video_id) for talk in talks] == [{"comments": 5, "threads": 2}] * 3
    assert forget(leaver) == {"comments": 9, "comment_reports": 3, "held_comments": 0}
    assert leaver not in json.dumps(stage.rows(COMMENTS))
    for talk in talks:
        assert numbers(talk.video_id) == {"comments": 2, "threads": 2}
        shown = stored(talk.answered)
        assert (shown.removed, shown.content, shown.author_id, shown.reply_count) == (True, "", "", 1)
        assert stored(talk.kept).content == "Nice"
        assert stored(talk.theirs).reply_count == 0
        assert CommentStore.open().get(talk.lonely) is None


def test_last_answer_of_a_leaver_takes_a_removed_comment_along(ready: MakeVideo, stage: Stage) -> None:
    leaver, other, video_id = new_id(), new_id(), ready().id
    for author in (leaver, other):
        answered = say(video_id, author)
        say(video_id, leaver, answered)
        remove(answered, author)
    assert forget(leaver) == {"comments": 2, "comment_reports": 0, "held_comments": 0}
    assert numbers(video_id) == {"comments": 0, "threads": 0}
    assert leaver not in json.dumps(stage.rows(COMMENTS))


def test_what_changed_since_it_was_read_is_read_again(ready: MakeVideo) -> None:
    leaver, video_id = new_id(), ready().id
    comment_id = say(video_id, leaver)
    late = removals(leaver)
    assert late
    say(video_id, new_id(), comment_id)
    assert write_together(*late[1]) is not None
    assert stored(comment_id).content == "Nice"
    forget(leaver)
    assert stored(comment_id).content == ""
    assert numbers(video_id) == {"comments": 1, "threads": 1}


def test_comments_go_with_their_video_in_rounds(
    ready: MakeVideo, stage: Stage, turned_clock: TurnedClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    video, other = ready(), ready()
    people = [new_id() for _ in range(3)]
    for person in people:
        comment_id = say(video.id, person)
        for answering in people:
            say(video.id, answering, comment_id)
    kept = say(other.id, people[0])
    CatalogueService.open().delete(video.id, OWNER.id)
    monkeypatch.setattr(tidying, "invalidate", lambda *_: None)
    service = TidyingService.open(ClearingService.open().clear)
    service.run()
    assert len(stage.rows(COMMENTS)) == 13, "somebody may still be writing one"
    turned_clock.seconds += API_SECONDS + 1
    with monkeypatch.context() as patch:
        patch.setattr(clearing, "MOST_GOES", 2)
        service.run()
    assert 1 < len(stage.rows(COMMENTS)) < 13, "a round does so much"
    assert CatalogueService.open().store.get(video.id), "and the video waits for the rest"
    turned_clock.seconds += 1
    service.run()
    assert [row["comment_id"]["S"] for row in stage.rows(COMMENTS)] == [kept]
    assert CatalogueService.open().store.get(video.id) is None
