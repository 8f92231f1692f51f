"""Many people talk at once: what is counted is what there is, and pages neither repeat nor miss."""

from concurrent.futures import ThreadPoolExecutor

import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule

from shared.base.ids import new_id
from shared.contract.resources import COMMENTS, COUNTS
from shared.domains.comments.model import Sort
from shared.domains.comments.service.reading import CommentLists, CommentPage, Wish
from shared.domains.videos.model import Status, Video
from shared.domains.videos.store.videos import VideoStore
from tests.aws import Stage, real_name
from tests.dynamodb import clear
from tests.shared.domains.comments.talking import numbers, remove, say, stored
from tests.shared.domains.videos.conftest import OWNER, MakeVideo


def test_case_63_totals_are_exact_whoever_writes_and_removes_at_once(
    ready: MakeVideo, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("RATE_SCALE", "100")
    video_id, people = ready().id, [new_id() for _ in range(8)]
    parent = say(video_id, people[0])

    def talk(person: str) -> None:
        mine = say(video_id, person)
        answers = [say(video_id, person, parent) for _ in range(2)]
        for comment_id in (mine, answers[0], mine):
            remove(comment_id, person)

    with ThreadPoolExecutor(4) as pool:
        list(pool.map(talk, people))
    assert stored(parent).reply_count == 8
    assert numbers(video_id) == {"comments": 9, "threads": 1}


def test_one_comment_that_all_remove_at_once_counts_once(ready: MakeVideo, stage: Stage) -> None:
    video_id, author = ready().id, new_id()
    for with_answer in (False, True):
        comment_id = say(video_id, author)
        if with_answer:
            say(video_id, author, comment_id)
        with ThreadPoolExecutor(4) as pool:
            list(pool.map(lambda _: remove(comment_id, author), range(4)))  # noqa: B023 - it is run at once
    assert numbers(video_id) == {"comments": 1, "threads": 1}


class Talk(RuleBasedStateMachine):
    """People comment and remove while somebody reads a list page by page."""

    def __init__(self) -> None:
        super().__init__()
        self.patch = pytest.MonkeyPatch()
        self.patch.setenv("RATE_SCALE", "1000")
        self.there: list[str] = []
        self.parent = ""

    @initialize(sort=st.sampled_from([Sort.NEWEST, Sort.OLDEST]), count=st.integers(0, 5))
    def begin(self, sort: Sort, count: int) -> None:
        clear(real_name(COMMENTS), real_name(COUNTS))
        self.sort, self.video_id = sort, new_id()
        VideoStore.open().create(_video(self.video_id))
        for _ in range(count):
            self.write()
        self.throughout, self.seen, self.cursor = set(self.there), list[str](), ""

    @rule()
    def write(self) -> None:
        self.there.append(say(self.video_id, OWNER.id))

    @precondition(lambda self: self.there)
    @rule(data=st.data())
    def take_away(self, data: st.DataObject) -> None:
        gone = data.draw(st.sampled_from(self.there))
        remove(gone, OWNER.id)
        self.there.remove(gone)
        self.throughout.discard(gone)

    @precondition(lambda self: self.cursor is not None)
    @rule(limit=st.integers(1, 3))
    def read(self, limit: int) -> None:
        page = self.page(Wish(limit, cursor=self.cursor or ""))
        self.seen += [comment.id for comment in page.comments]
        self.cursor = page.next_cursor

    def page(self, wish: Wish) -> CommentPage:
        return CommentLists.open().of_video(self.video_id, OWNER.id, self.sort, wish)

    @invariant()
    def nothing_is_repeated_or_missed(self) -> None:
        if not hasattr(self, "seen"):
            return
        assert len(set(self.seen)) == len(self.seen)
        if self.cursor is None:
            assert self.throughout <= set(self.seen)
        assert self.page(Wish(50)).total == len(self.there)

    def teardown(self) -> None:
        self.patch.undo()


def _video(video_id: str) -> Video:
    return Video(
        id=video_id,
        owner_id=OWNER.id,
        author=OWNER,
        title="A film",
        created_at="2026-01-01T00:00:00.000Z",
        updated_at="2026-01-01T00:00:00.000Z",
        status=Status.READY,
    )


def test_case_54_paging_neither_repeats_nor_misses(lasting_stage: Stage) -> None:
    from hypothesis.stateful import run_state_machine_as_test

    run_state_machine_as_test(Talk, settings=settings(max_examples=12, stateful_step_count=10, deadline=None))
