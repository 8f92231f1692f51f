"""From upload to stream: each step once, whatever arrives twice, late, or against another."""

from concurrent.futures import ThreadPoolExecutor
from itertools import pairwise

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from shared.base import clock
from shared.base.errors import UnavailableError
from shared.base.ids import new_id
from shared.contract.resources import VIDEOS
from shared.domains.videos.errors import MediaMovingError
from shared.domains.videos.model import OpenState, Status
from shared.domains.videos.service.processing import ProcessingService
from shared.domains.videos.service.uploads import UploadService
from tests.aws import Stage
from tests.clock import TurnedClock
from tests.shared.domains.videos.conftest import ARN, MEDIA, OWNER, SIZE, STRANGER, VERSION, MakeVideo, stored


def test_a_video_goes_from_its_upload_to_its_stream(awaiting: MakeVideo, processing: ProcessingService) -> None:
    video = awaiting()
    assert (video.status, video.open_state) == (Status.AWAITING_UPLOAD, OpenState.AWAITING_UPLOAD)
    assert processing.accept_upload(video.id, size=SIZE, upload_version=VERSION)
    queued = stored(processing, video.id)
    assert (queued.status, queued.upload_version, queued.open_state) == (Status.QUEUED, VERSION, OpenState.QUEUED)
    assert processing.begin(video.id, VERSION, ARN)
    begun = stored(processing, video.id)
    assert (begun.status, begun.execution_arn, begun.open_state) == (Status.PROCESSING, ARN, OpenState.PROCESSING)
    assert processing.report(video.id, 41.7, "encode")
    current = processing.get(video.id)
    assert current
    assert (current.progress, current.current_step) == (41, "encode")
    assert processing.complete(video.id, VERSION, MEDIA)
    ready = stored(processing, video.id)
    assert (ready.status, ready.progress, ready.open_state, ready.touched_at) == (Status.READY, 100, "", "")
    assert (ready.duration, ready.width, ready.height, ready.variants) == (12.5, 1920, 1080, MEDIA.variants)
    assert ready.has_poster
    assert ready.published_at


def test_a_move_is_two_calls_and_any_other_step_is_one(
    awaiting: MakeVideo, processing: ProcessingService, stage: Stage
) -> None:
    video_id = awaiting().id
    look, change = ["dynamodb:GetItem"], ["dynamodb:UpdateItem"]
    move = [*look, "dynamodb:TransactWriteItems"]
    steps = [
        (move, lambda: processing.accept_upload(video_id, size=SIZE, upload_version=VERSION)),
        (look, lambda: processing.accept_upload(video_id, size=SIZE, upload_version=VERSION)),
        (move, lambda: processing.begin(video_id, VERSION, ARN)),
        (change, lambda: processing.report(video_id, 10, "encode")),
        (change, lambda: processing.report(video_id, 5, "encode")),
        (change, lambda: processing.touch(video_id, OpenState.PROCESSING)),
        ([*look, *change], lambda: processing.set_thumbnail(video_id, OWNER.id, new_id(), 1)),
        (move, lambda: processing.complete(video_id, VERSION, MEDIA)),
        (look, lambda: processing.complete(video_id, VERSION, MEDIA)),
        (look, lambda: processing.fail(video_id, VERSION, "LATE", "too late")),
    ]
    assert [stage.calls_of(step) for _, step in steps] == [calls for calls, _ in steps]
    assert stage.calls_of(lambda: processing.stuck(clock.now(), OpenState.QUEUED)) == ["dynamodb:Query"]


def test_the_same_upload_is_accepted_again_until_an_execution_has_begun(
    awaiting: MakeVideo, processing: ProcessingService
) -> None:
    video_id = awaiting().id
    assert processing.accept_upload(video_id, size=SIZE, upload_version=VERSION)
    first = stored(processing, video_id)
    assert processing.accept_upload(video_id, size=SIZE, upload_version=VERSION)
    assert stored(processing, video_id) == first
    processing.begin(video_id, VERSION, ARN)
    assert not processing.accept_upload(video_id, size=SIZE, upload_version=VERSION)


def test_events_at_the_same_time_leave_one_row_in_one_state(awaiting: MakeVideo, processing: ProcessingService) -> None:
    video_id = awaiting().id
    with ThreadPoolExecutor(8) as pool:
        versions = [f"version-{number % 2}" for number in range(10)]
        found = list(
            pool.map(lambda version: processing.accept_upload(video_id, size=SIZE, upload_version=version), versions)
        )
    taken = [version for version, started in zip(versions, found, strict=True) if started]
    assert taken == [stored(processing, video_id).upload_version] * 5


def test_what_is_not_to_be_started_is_not(
    awaiting: MakeVideo, queued: MakeVideo, uploads: UploadService, processing: ProcessingService
) -> None:
    assert not processing.accept_upload(new_id(), size=SIZE, upload_version=VERSION)
    assert not processing.accept_upload(queued().id, size=SIZE, upload_version="another")
    cancelled = awaiting()
    uploads.abort(cancelled.id, OWNER.id)
    assert not processing.accept_upload(cancelled.id, size=SIZE, upload_version=VERSION)
    left = stored(processing, cancelled.id)
    assert left.status is Status.CANCELLED
    assert not left.open_state


@pytest.mark.parametrize("size", [0, SIZE - 1, SIZE + 1])
def test_an_object_of_another_size_fails_the_video(
    awaiting: MakeVideo, processing: ProcessingService, size: int
) -> None:
    video_id = awaiting().id
    assert not processing.accept_upload(video_id, size=size, upload_version=VERSION)
    failed = processing.get(video_id)
    assert failed
    assert (failed.status, failed.error_code) == (Status.FAILED, "SIZE_MISMATCH")
    assert str(size) in failed.error_message
    assert str(SIZE) in failed.error_message


def test_only_the_execution_that_began_goes_on(queued: MakeVideo, processing: ProcessingService) -> None:
    video_id = queued().id
    assert not processing.begin(video_id, "another", ARN)
    assert processing.begin(video_id, VERSION, ARN)
    assert processing.begin(video_id, VERSION, ARN), "a retry of the step that began it"
    assert not processing.begin(video_id, VERSION, ARN + "-two")
    assert not processing.begin(new_id(), VERSION, ARN)


def test_complete_happens_once(running: MakeVideo, processing: ProcessingService, turned_clock: TurnedClock) -> None:
    video_id = running().id
    assert processing.complete(video_id, VERSION, MEDIA)
    first = stored(processing, video_id)
    turned_clock.advance(60)
    assert processing.complete(video_id, VERSION, MEDIA)
    assert not processing.complete(video_id, "another", MEDIA)
    assert stored(processing, video_id) == first


def test_a_failure_never_overtakes_an_end(running: MakeVideo, ready: MakeVideo, processing: ProcessingService) -> None:
    assert processing.fail(ready().id, VERSION, "TIMEOUT", "It took too long") is False
    assert processing.fail(new_id(), None, "TIMEOUT", "It took too long") is False
    video_id = running().id
    assert processing.fail(video_id, "another", "TIMEOUT", "of another upload") is False
    assert processing.fail(video_id, VERSION, "UNSUPPORTED_CODEC", "first " + "x" * 1000) is True
    assert processing.fail(video_id, VERSION, "TIMEOUT", "second") is True
    failed = processing.get(video_id)
    assert failed
    assert (failed.error_code, failed.error_message[:5], len(failed.error_message)) == (
        "UNSUPPORTED_CODEC",
        "first",
        500,
    )
    assert failed.open_state == ""
    assert not processing.complete(video_id, VERSION, MEDIA)
    assert processing.report(video_id, 99, "encode") is False


def test_success_and_failure_at_once_leave_one_end(running: MakeVideo, processing: ProcessingService) -> None:
    for _ in range(5):
        video_id = running().id
        with ThreadPoolExecutor(2) as pool:
            completed = pool.submit(processing.complete, video_id, VERSION, MEDIA)
            failed = pool.submit(processing.fail, video_id, VERSION, "TIMEOUT", "too long")
            assert completed.result() != failed.result()
        assert (stored(processing, video_id).status is Status.READY) is completed.result()


@settings(max_examples=20, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(st.floats(-10, 200, allow_nan=False), max_size=8))
def test_progress_never_goes_back(running: MakeVideo, processing: ProcessingService, reports: list[float]) -> None:
    video_id = running().id
    seen = [0]
    for percent in reports:
        assert processing.report(video_id, percent, "encode")
        seen.append(stored(processing, video_id).progress)
    assert all(before <= after for before, after in pairwise(seen))
    assert seen[-1] == max([0, *(max(0, min(99, int(percent))) for percent in reports)])


def test_the_sweep_sees_what_stands_still_and_nothing_else(
    awaiting: MakeVideo, running: MakeVideo, ready: MakeVideo, processing: ProcessingService, turned_clock: TurnedClock
) -> None:
    waiting, at_work, watched = awaiting().id, running().id, ready().id
    turned_clock.advance(60)
    alive = running().id
    found = {video.video_id: video for video in processing.stuck(clock.now() - 1)}
    assert set(found) == {waiting, at_work}
    assert found[at_work].execution_arn == ARN
    assert found[at_work].open_state is OpenState.PROCESSING
    assert [video.video_id for video in processing.stuck(clock.now() - 1, OpenState.AWAITING_UPLOAD)] == [waiting]
    assert processing.stuck(clock.now() - 61) == []
    assert processing.report(at_work, 1, "encode")
    assert {video.video_id for video in processing.stuck(clock.now() - 1)} == {waiting}
    assert processing.touch(waiting, OpenState.AWAITING_UPLOAD)
    assert not processing.touch(watched, OpenState.PROCESSING)
    assert processing.stuck(clock.now() - 1) == []
    assert {video.video_id for video in processing.stuck(clock.now() + 1)} == {waiting, at_work, alive}


def test_a_row_stays_within_a_write_unit_while_it_is_made(ready: MakeVideo, running: MakeVideo, stage: Stage) -> None:
    """Then it is written often. One that is shown to everybody has the keys of lists, and is within two."""
    ready(), running()
    for row in stage.rows(VIDEOS):
        size = sum(len(name) + len(str(next(iter(value.values())))) for name, value in row.items())
        assert size <= (2048 if "public_since" in row else 1024), row


def test_the_latest_thumbnail_asked_for_wins(ready: MakeVideo, processing: ProcessingService) -> None:
    video = ready()
    earlier, later = "01900000-0000-7000-8000-00000000000a", "01900000-0000-7000-8000-00000000000b"
    assert processing.set_thumbnail(video.id, OWNER.id, later, 1)
    assert processing.set_thumbnail(video.id, OWNER.id, later, 1), "the same event again"
    assert not processing.set_thumbnail(video.id, OWNER.id, earlier, 1)
    assert not processing.set_thumbnail(video.id, STRANGER, later, 1)
    assert not processing.set_thumbnail(new_id(), OWNER.id, later, 1)
    assert stored(processing, video.id).thumbnail == f"thumbnail-{later}.jpg"
    with pytest.raises(MediaMovingError):
        processing.set_thumbnail(video.id, OWNER.id, "01900000-0000-7000-8000-00000000000c", 2)


def test_a_table_that_does_not_answer_is_503(
    running: MakeVideo, processing: ProcessingService, stage: Stage, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("time.sleep", lambda _: None)
    video_id = running().id
    for operation, act in (
        ("UpdateItem", lambda: processing.report(video_id, 50, "encode")),
        ("TransactWriteItems", lambda: processing.complete(video_id, VERSION, MEDIA)),
        ("GetItem", lambda: processing.get(video_id)),
        ("Query", lambda: processing.stuck(clock.now())),
    ):
        with stage.cut_off("dynamodb", operation, after=False) as fired, pytest.raises(UnavailableError):
            act()
        assert len(fired) == 3
        with stage.refusing("dynamodb", operation, "ThrottlingException") as fired, pytest.raises(UnavailableError):
            act()
        assert fired
    assert stored(processing, video_id).progress == 0


def test_a_reply_lost_after_the_write_changes_nothing(
    awaiting: MakeVideo, processing: ProcessingService, stage: Stage, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The SDK sends the write again, and its condition no longer holds: the answer is that of the first."""
    monkeypatch.setattr("time.sleep", lambda _: None)
    video_id = awaiting().id
    move, change = "TransactWriteItems", "UpdateItem"
    for operation, act in (
        (move, lambda: processing.accept_upload(video_id, size=SIZE, upload_version=VERSION)),
        (move, lambda: processing.begin(video_id, VERSION, ARN)),
        (change, lambda: processing.report(video_id, 30, "encode")),
        (change, lambda: processing.set_thumbnail(video_id, OWNER.id, new_id(), 1)),
        (move, lambda: processing.complete(video_id, VERSION, MEDIA)),
    ):
        with stage.cut_off("dynamodb", operation, times=1, after=True) as fired:
            assert act()
        assert len(fired) == 1
    ready = processing.get(video_id)
    assert ready
    assert ready.status is Status.READY
