"""Restore drills: a stage as it was at a moment, whatever has happened since."""

from pathlib import Path
from typing import Any

import pytest

from bench.world import PUBLISHED, SIZE, VERSION, World
from functions.schedules import sweep_stuck_jobs, sweep_stuck_videos, tidy_media
from infra.restore import tables
from infra.restore.__main__ import bring_back
from infra.restore.place import Wish
from shared.base import objects
from shared.base.aws import client
from shared.base.objects import Objects
from shared.contract.needs import Table
from shared.contract.resources import AUDIT, COMMENTS, COUNTS, OPERATIONS, POSTINGS, USERS, VIDEOS
from shared.domains.accounts.store.clerk import ClerkStore
from shared.domains.accounts.store.users import AccountStore
from shared.domains.jobs.service.working import WorkService
from shared.domains.search.rules.postings import labels
from shared.domains.search.store.postings import COUNT
from shared.domains.videos.model import Status
from shared.domains.videos.service.processing import ProcessingService
from shared.domains.videos.store.collections import CollectionStore
from shared.domains.videos.store.videos import VideoStore
from tests.aws import real_name
from tests.callers import user_token
from tests.infra.restore.references import dangling
from tests.infra.restore.stages import Maker, archived, content, lose, rows_of, strike
from tests.shared.domains.privacy.left import left_of
from tests.shared.domains.privacy.people import erase_all, put
from tests.shared.domains.search.books import check_counts, counted
from tests.streams import streamed


def write_over(video_id: str, attribute: str, value: str) -> None:
    """Write an attribute of a row, as nobody but a script does."""
    client("dynamodb").update_item(
        TableName=real_name(VIDEOS),
        Key={"video_id": {"S": video_id}},
        UpdateExpression="SET #attribute = :value",
        ExpressionAttributeNames={"#attribute": attribute},
        ExpressionAttributeValues={":value": {"S": value}},
    )


def tidy(here: World) -> None:
    """A round of those who tidy, a minute later."""
    here.later(60)
    tidy_media.handler({}, None)


@pytest.mark.parametrize("kind", ["exports", "folder"])
def test_case_111_a_stage_is_as_it_was_and_nothing_leads_nowhere(here: World, tmp_path: Path, kind: str) -> None:
    linus, grace = Maker(here, "linus_t"), Maker(here, "grace_h")
    film, short = linus.publish(2)
    put(here.stage, f"uploads/{film}/source", "the film")
    grace.like(film)
    linus.talk()
    linus.make_friends()
    ClerkStore.open().forget("user_gone")
    before = rows_of(here.stage)
    assert dangling(here.stage) == []
    kept, wish = archived(kind, tmp_path / "backup")

    for table, telling in ((COMMENTS, ""), (COUNTS, ""), (USERS, linus.id), (OPERATIONS, "videos#")):
        assert strike(here.stage, table, telling)
    write_over(film, "title", "oops")
    put(here.stage, f"v/{film}/1/1080p.mp4", "oops")
    lose(f"v/{short}/1/master.m3u8")
    lose(f"uploads/{film}/source")
    newcomer = Maker(here, "new_comer")
    [later] = newcomer.publish()
    assert len(dangling(here.stage)) >= 6

    bring_back(wish, kept)
    assert dangling(here.stage) == []
    assert rows_of(here.stage) == before
    assert content(f"v/{film}/1/1080p.mp4") == f"1080p.mp4 of {film}"
    assert content(f"v/{short}/1/master.m3u8") == f"master.m3u8 of {short}"
    assert content(f"uploads/{film}/source") == "the film"
    assert content(f"v/{later}/1/master.m3u8") == ""
    for somebody in (newcomer, linus):
        assert somebody.ask("accounts.get_me", "GET", "/api/auth/me")["user"]["id"] == somebody.id
    [entry] = [row for row in here.stage.rows(AUDIT) if row["action"]["S"] == "stage.restored"]
    assert entry["actor"]["S"] == "deployer"


def test_case_111_who_has_left_since_is_erased_again(here: World, tmp_path: Path) -> None:
    grace, linus, edith = (Maker(here, name) for name in ("grace_h", "linus_t", "edith_c"))
    linus.publish()
    for somebody in (grace, edith):
        somebody.publish()
        somebody.like(linus.video_ids[0])
    linus.talk()
    assert edith.delete().status == 200
    kept, wish = archived("folder", tmp_path / "backup")
    assert grace.delete().status == 200
    erase_all(here)
    before = rows_of(here.stage)
    again = Maker(here, "grace_h")

    bring_back(wish, kept)
    assert left_of(here.stage, grace.id) != []
    assert left_of(here.stage, edith.id) != []
    erase_all(here)
    for somebody in (grace, edith):
        assert left_of(here.stage, somebody.id, *somebody.video_ids) == []
    assert dangling(here.stage) == []
    assert rows_of(here.stage) == before
    assert AccountStore.open().user(again.id)


def test_case_111_what_its_owner_deleted_for_good_is_deleted_again(here: World, tmp_path: Path) -> None:
    linus = Maker(here, "linus_t")
    [thrown, _] = linus.publish(2)
    linus.talk()
    kept, wish = archived("folder", tmp_path / "backup")
    linus.throw_away(thrown)
    tidy(here)
    before = rows_of(here.stage)
    assert not content(f"v/{thrown}/1/master.m3u8")

    bring_back(wish, kept)
    assert any(thrown in row for row in rows_of(here.stage)["videos"])
    tidy(here)
    assert dangling(here.stage) == []
    assert rows_of(here.stage) == before


def test_case_111_what_moved_since_is_found_where_it_is_and_moves_on(here: World, tmp_path: Path) -> None:
    linus = Maker(here, "linus_t")
    [hidden] = linus.publish()
    before = rows_of(here.stage, hidden)
    kept, wish = archived("folder", tmp_path / "backup")
    linus.hide(hidden)
    tidy(here)
    assert content(f"v/{hidden}/2/master.m3u8")
    assert not content(f"v/{hidden}/1/master.m3u8")

    bring_back(wish, kept)
    assert dangling(here.stage) == []
    assert rows_of(here.stage, hidden) == before
    tidy(here)
    assert dangling(here.stage) == []
    video = VideoStore.open().get(hidden)
    assert video
    assert (video.version, video.moving_to, video.open_state, video.visibility) == (3, 0, "", "public")


def test_videos_of_a_tag_are_counted_though_the_stream_tells_of_them_meanwhile(
    here: World, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    linus = Maker(here, "linus_t")
    made = linus.publish(3)
    linus.tag(made[:2], "sea")
    linus.tag(made[2:], "sky")
    kept, wish = archived("folder", tmp_path / "backup")
    write = tables.write
    with streamed(here.stage, "on_video_changed") as streams:

        def write_slowly(wish: Wish, table: Table, requests: list[Any]) -> None:
            for one in sorted(requests, key=lambda one: COUNT not in str(one)):
                write(wish, table, [one])
                if table is POSTINGS:
                    streams.tell()

        linus.throw_away(made[0])
        linus.tag(made[1:2], "sky")
        linus.tag(linus.publish(), "sea")
        streams.tell()
        check_counts(here.stage)
        monkeypatch.setattr(tables, "write", write_slowly)
        bring_back(wish, kept)
        streams.tell()
    check_counts(here.stage)
    sea, sky = labels(("sea", "sky"), "", "")
    assert {term: number for term, number in counted(here.stage).items() if term in (sea, sky)} == {sea: 2, sky: 1}


def test_a_thumbnail_that_was_replaced_is_the_one_that_took_its_place(here: World, tmp_path: Path) -> None:
    linus = Maker(here, "linus_t")
    film, short = linus.publish(2)
    old, new = (f"thumbnail-01234567-0123-7123-8123-0123456789a{end}.jpg" for end in "ab")
    for video_id in (film, short):
        choose(here, video_id, old)
    kept, wish = archived("folder", tmp_path / "backup")
    choose(here, film, new)
    for video_id in (film, short):
        erase_for_good(f"v/{video_id}/1/{old}")

    bring_back(wish, kept)
    assert dangling(here.stage) == []
    found = [VideoStore.open().get(video_id) for video_id in (film, short)]
    assert [video and video.thumbnail for video in found] == [new, ""]


def test_what_was_in_the_works_fails_and_is_counted_so(here: World, tmp_path: Path) -> None:
    """The execution that worked on it is over, and what it made since belongs to no moment of that time."""
    linus = Maker(here, "linus_t")
    video_id = here.upload(owner_id=linus.id).video.id
    processing = ProcessingService.open()
    assert processing.accept_upload(video_id, size=SIZE, upload_version=VERSION)
    assert processing.begin(video_id, VERSION, "arn")
    kept, wish = archived("folder", tmp_path / "backup")
    assert processing.complete(video_id, VERSION, PUBLISHED)

    bring_back(wish, kept)
    here.later(3600)
    sweep_stuck_videos.handler({}, None)
    video = VideoStore.open().get(video_id)
    assert video
    assert (video.status, bool(video.error_message)) == ("failed", True)
    counted = CollectionStore().read(linus.id)
    assert (counted.by_status[Status.FAILED], counted.total) == (1, 1)
    assert dangling(here.stage) == []


def test_a_job_that_was_in_the_works_fails_and_may_be_tried_again(here: World, tmp_path: Path) -> None:
    job = here.ordered()
    work = WorkService.open()
    assert work.begin(job, "arn", "Reading the sources")
    kept, wish = archived("folder", tmp_path / "backup")
    begun = work.get(job.id)
    assert begun
    assert work.complete(begun, PUBLISHED)

    bring_back(wish, kept)
    here.later(3600)
    sweep_stuck_jobs.handler({}, None)
    over = work.get(job.id)
    assert over
    assert over.status == "failed"
    token = user_token(here.stage, user_id=here.user.id)
    assert here.ask("jobs.retry_job", "POST", f"/api/v1/jobs/{job.id}/retry", token=token).status == 202


def test_of_versions_of_one_moment_the_later_one_is_had_back_in_parts_where_it_is_large(
    here: World, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(objects, "COPY_SIZE", 5 * 1024 * 1024)
    linus = Maker(here, "linus_t")
    [film] = linus.publish()
    key, large = f"v/{film}/1/1080p.mp4", "x" * 6 * 1024 * 1024
    put(here.stage, key, "early")
    put(here.stage, key, large)
    kept, wish = archived("folder", tmp_path / "backup")
    put(here.stage, key, "oops")
    with here.stage.refusing("s3", "CopyObject", "EntityTooLarge") as fired:
        bring_back(wish, kept)
    assert not fired, "it was copied in parts"
    assert content(key) == large


def choose(here: World, video_id: str, name: str) -> None:
    """A thumbnail for a video."""
    put(here.stage, f"v/{video_id}/1/{name}", name)
    write_over(video_id, "thumbnail", name)


def erase_for_good(key: str) -> None:
    """All versions of an object go."""
    assert Objects.open().erase(key) > 0
