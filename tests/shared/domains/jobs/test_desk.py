"""Jobs as their owners see them: lists, numbers, downloads, and what is told of them."""

from dataclasses import replace
from typing import Any
from urllib.parse import parse_qs, urlparse

import pytest

from shared.base import clock
from shared.base.errors import InvalidCursorError, InvalidPageError
from shared.base.ids import new_id
from shared.domains.jobs.errors import BadJobIdError, JobNotDoneError, JobNotFoundError
from shared.domains.jobs.model import Job, Kind, Status
from shared.domains.jobs.rules.answers import answer, statistics
from shared.domains.jobs.rules.naming import disposition, file_name
from shared.domains.jobs.service.desk import JobService
from shared.domains.jobs.service.working import WorkService
from shared.domains.jobs.store import jobs as store
from shared.domains.videos.model import Author
from shared.domains.videos.service.catalogue import CatalogueService
from tests.aws import Stage
from tests.clock import TurnedClock
from tests.shared.domains.jobs.conftest import ARN, OWNER, STRANGER, MakeJob, stored

OTHER = Author(STRANGER, "bob", "Bob")


def test_pages_and_cursors_lead_through_all_jobs_of_the_owner_alone(
    pending: MakeJob, desk: JobService, turned_clock: TurnedClock
) -> None:
    ids = []
    for _ in range(5):
        turned_clock.advance(1)
        ids.insert(0, pending().id)
    pending(owner=OTHER)
    whole = desk.page(OWNER.id, None, limit=10)
    assert [job.id for job in whole.jobs] == ids
    assert (whole.total, whole.next_cursor, whole.has_prev) == (5, None, False)
    seen, cursor = [], ""
    while True:
        page = desk.page(OWNER.id, None, limit=2, cursor=cursor)
        seen += [job.id for job in page.jobs]
        assert page.has_prev == bool(cursor)
        if page.next_cursor is None:
            break
        cursor = page.next_cursor
    assert seen == ids
    numbered = [desk.page(OWNER.id, None, limit=2, page=number) for number in (1, 2, 3, 4)]
    assert [[job.id for job in page.jobs] for page in numbered] == [ids[:2], ids[2:4], ids[4:], []]
    with pytest.raises(InvalidCursorError):
        desk.page(STRANGER, None, limit=2, cursor=cursor)
    with pytest.raises(InvalidCursorError):
        desk.page(OWNER.id, None, limit=2, cursor=cursor, route="renders")
    with pytest.raises(InvalidCursorError):
        desk.page(OWNER.id, Status.PENDING, limit=2, cursor=cursor)
    for wrong in ("x", "é", cursor[:-2], cursor[1:] + cursor[0]):
        with pytest.raises(InvalidCursorError):
            desk.page(OWNER.id, None, limit=2, cursor=wrong)
    with pytest.raises(InvalidPageError):
        desk.page(OWNER.id, None, limit=100, page=11)


def test_a_page_goes_on_where_an_answer_ends(
    pending: MakeJob, desk: JobService, monkeypatch: pytest.MonkeyPatch
) -> None:
    ids = {pending().id for _ in range(3)}
    call = store._call

    def one_by_one(operation: str, **arguments: Any) -> dict[str, Any]:
        return call(operation, **arguments | ({"Limit": 1} if operation == "query" else {}))

    monkeypatch.setattr(store, "_call", one_by_one)
    assert {job.id for job in desk.page(OWNER.id, None, limit=5).jobs} == ids
    assert len(desk.page(OWNER.id, None, limit=2).jobs) == 2


def test_a_filter_reads_what_it_shows(
    pending: MakeJob, running: MakeJob, completed: MakeJob, desk: JobService, stage: Stage
) -> None:
    made = {Status.PENDING: pending().id, Status.PROCESSING: running().id, Status.COMPLETED: completed().id}
    for status, job_id in made.items():
        page = desk.page(OWNER.id, status, limit=10)
        assert [job.id for job in page.jobs] == [job_id]
        assert page.total == 1
    assert desk.page(OWNER.id, Status.FAILED, limit=10).jobs == []
    desk.page(OWNER.id, Status.PENDING, limit=10)
    calls = stage.calls_of(lambda: desk.page(OWNER.id, Status.PENDING, limit=10))
    assert calls == ["dynamodb:Query", "dynamodb:GetItem"]
    assert "FilterExpression" not in stage.calls[-2].parameters


def test_a_card_tells_what_the_job_does(completed: MakeJob, desk: JobService) -> None:
    job = completed()
    (card,) = desk.page(OWNER.id, None, limit=1).jobs
    assert answer(card, "/there") == answer(job, "/there")


def test_numbers_add_up(pending: MakeJob, completed: MakeJob, desk: JobService, turned_clock: TurnedClock) -> None:
    pending()
    job = completed()
    turned_clock.advance(0)
    numbers = statistics(desk.page(OWNER.id, None, limit=1).account)
    assert (numbers.total, numbers.pending, numbers.completed, numbers.success_rate) == (2, 1, 1, 1.0)
    assert numbers.average_duration_seconds == 0
    assert job.status is Status.COMPLETED


def test_the_end_is_foreseen_by_the_plan_and_then_by_the_pace(
    running: MakeJob, work: WorkService, turned_clock: TurnedClock
) -> None:
    job = running()
    assert answer(job, "").estimated_completion is None
    began = clock.seconds(job.started_at)
    foreseen = answer(replace(job, estimated_seconds=60), "").estimated_completion
    assert foreseen == clock.timestamp(began + 60)
    turned_clock.advance(30)
    assert work.report(job, 25, "Rendering")
    found = answer(stored(job), "").estimated_completion
    assert found is not None
    assert clock.seconds(found) == pytest.approx(began + 120, abs=0.01)
    planned = replace(stored(job), progress=8, estimated_seconds=200)
    again = replace(planned, progress=90, attempt=2)
    assert [answer(one, "").estimated_completion for one in (planned, again)] == [clock.timestamp(began + 200)] * 2


def test_a_download_lives_a_quarter_of_an_hour_and_has_a_name(
    completed: MakeJob, desk: JobService, stage: Stage, turned_clock: TurnedClock
) -> None:
    job = completed(title='Grüße: "A/B" test')
    calls = stage.calls_of(lambda: desk.download(job.id, OWNER.id))
    assert calls == ["dynamodb:GetItem"] * 2
    found = desk.download(job.id, OWNER.id)
    query = parse_qs(urlparse(found.url).query)
    assert urlparse(found.url).path.endswith(f"/v/{job.video_id}/1/720p.mp4")
    assert query["X-Amz-Expires"] == ["900"]
    assert query["response-content-disposition"] == [
        "attachment; filename=\"Grue A B test.mp4\"; filename*=UTF-8''Gr%C3%BC%C3%9Fe%20A%20B%20test.mp4"
    ]
    assert clock.seconds(found.expires_at) == pytest.approx(clock.now() + 900, abs=0.01)
    picture = desk.download(job.id, OWNER.id, thumbnail=True)
    assert urlparse(picture.url).path.endswith("/poster.jpg")


def test_what_is_not_there_is_not_downloaded(completed: MakeJob, running: MakeJob, desk: JobService) -> None:
    job, at_work = completed(), running()
    with pytest.raises(JobNotDoneError):
        desk.download(at_work.id, OWNER.id)
    with pytest.raises(JobNotFoundError):
        desk.download(job.id, STRANGER)
    with pytest.raises(JobNotFoundError):
        desk.download(new_id(), OWNER.id)
    with pytest.raises(BadJobIdError):
        desk.download("x", OWNER.id)
    CatalogueService.open().delete(job.video_id, OWNER.id)
    with pytest.raises(JobNotDoneError):
        desk.download(job.id, OWNER.id)


@pytest.mark.parametrize(
    ("title", "name"),
    [
        ("holiday", "holiday.mp4"),
        ("../../etc/passwd", "etc passwd.mp4"),
        ("a\r\nSet-Cookie: b", "a Set-Cookie b.mp4"),
        ("...", "video.mp4"),
        ("日本", "日本.mp4"),
        ("x" * 300, "x" * 100 + ".mp4"),
    ],
)
def test_titles_become_names_of_files(title: str, name: str) -> None:
    assert file_name(title, "mp4") == name
    header = disposition(name)
    assert header.isascii()
    assert header.isprintable()


@pytest.mark.parametrize(
    ("title", "plain", "whole"),
    [
        ("a\uff02; filename=\uff02evil.exe", "a filename= evil.exe.mp4", "a%20filename%3D%20evil.exe.mp4"),
        ("b\uff3c", "b.mp4", "b.mp4"),
        ("c\u226ed", "c d.mp4", "c%E2%89%AEd.mp4"),
        ("\u6620\u753b", "video.mp4", "%E6%98%A0%E7%94%BB.mp4"),
    ],
)
def test_no_letter_turns_into_a_part_of_the_header(title: str, plain: str, whole: str) -> None:
    header = disposition(file_name(title, "mp4"))
    assert header == f"attachment; filename=\"{plain}\"; filename*=UTF-8''{whole}"


def test_a_job_of_nobody_is_told_of_in_words() -> None:
    now = clock.timestamp()
    job = Job(id=new_id(), owner_id="x", video_id="y", kind=Kind.CLIP, title="T", created_at=now, updated_at=now)
    told = answer(job, "/there")
    assert (told.download_url, told.error, told.current_step, told.cost.estimated) == (None, None, None, None)
    assert ARN not in told.model_dump_json()
