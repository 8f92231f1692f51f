"""The step that finds out when words are said: rounds, what is kept, what is paid, what goes wrong."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from functions.pipeline.render.plan_render import handler as plan_render
from functions.pipeline.render.prepare_sources import handler as prepare_sources
from functions.pipeline.render.time_words import handler as time_words
from shared.base.objects import Objects
from shared.base.running import StepError
from shared.domains.jobs.model import Job, Usage
from shared.domains.jobs.rules.prices import cost_of, price_table
from shared.domains.jobs.service import speaking
from shared.domains.jobs.service.desk import JobService
from shared.domains.jobs.service.speaking import MOST_ROUNDS
from shared.domains.jobs.service.transcribing import read_words
from shared.domains.videos.rules.keys import upload_key
from shared.domains.videos.service.processing import ProcessingService
from shared.domains.videos.service.uploads import UploadService, UploadWish
from shared.media.words.aligning import align
from tests.aws import Stage
from tests.shared.domains.jobs.books import allow, month
from tests.shared.domains.jobs.conftest import OWNER, stored
from tests.shared.domains.jobs.test_rendering import engine, ordered, stage_version, told
from tests.shared.media.words.spoken import TEXT, edges, film
from tests.shared.providers.transcription.fake_transcribe import FakeTranscribe

__all__ = ["engine"]
WORDS = [("Hello", 0.5, 0.9), ("you.", 1.0, 1.4)]
TRIM = 2.0


@pytest.fixture
def spoken(stage: Stage, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> str:
    """A film of speech that the owner has uploaded, as a source."""
    monkeypatch.setenv("WORDS_TRANSCRIPTION", "showreel-test-words")
    body = film(tmp_path).read_bytes()
    video = UploadService.open().request(OWNER, UploadWish("film.mp4", len(body), "video/mp4")).video
    Objects.open().put(upload_key(video.id), body, "video/mp4")
    version = stage_version(upload_key(video.id))
    assert ProcessingService.open().accept_upload(video.id, size=len(body), upload_version=version)
    return f"upload://{video.id}"


@pytest.fixture
def amazon(stage: Stage, spoken: str, monkeypatch: pytest.MonkeyPatch) -> Iterator[FakeTranscribe]:
    def put(bucket: str, key: str, body: bytes) -> None:
        Objects(bucket).put(key, body, "application/json")

    with FakeTranscribe(put, WORDS) as service:
        monkeypatch.setenv("TRANSCRIBER", "amazon")
        monkeypatch.setenv("AWS_ENDPOINT_URL_TRANSCRIBE", service.url)
        stage.restart()
        yield service
    stage.restart()


def job_of(src: str, **more: Any) -> Job:
    scene = {"id": "only", "elements": [{"type": "audio", "src": src, **more}, {"type": "subtitles"}]}
    return ordered([{"width": 320, "height": 180, "fps": 10, "scenes": [scene]}])


def round_of(job: Job, number: int = 0) -> dict[str, Any]:
    found: dict[str, Any] = time_words(told(job, round=number), None)
    return found


def found_words(job: Job) -> list[tuple[str, float, float]]:
    [words] = read_words(Objects.open(), f"work/{job.video_id}/words.json").values()
    return [(word.word, word.start, word.end) for word in words]


def lines(job: Job) -> list[tuple[str, dict[str, float]]]:
    _, ledger = JobService.open().moves.jobs.with_ledger(job.id)
    return [(line.step, line.usage.provider) for line in ledger]


def test_a_text_is_aligned_once(spoken: str, monkeypatch: pytest.MonkeyPatch) -> None:
    aligned: list[str] = []

    def counted(text: str, sound: bytes) -> Any:
        aligned.append(text)
        return align(text, sound)

    monkeypatch.setattr(speaking, "align", counted)
    job = job_of(spoken, transcript=TEXT)
    assert prepare_sources(told(job), None)["next"] == "time"
    assert round_of(job) == {"next": "plan", "timed": True}
    assert max(abs(edge) for pair in edges(found_words(job)) for edge in pair) < 0.12
    again = job_of(spoken, transcript=TEXT)
    prepare_sources(told(again), None)
    round_of(again)
    assert found_words(again) == found_words(job)
    assert aligned == [TEXT], "what is known is not looked for again"
    plan = plan_render(told(job, words={"timed": True}), None)
    kept = Objects.open().get_json(f"work/{job.video_id}/{plan['hash']}/plan.json")
    assert len(kept["plan"]["transcripts"][spoken]) == len(TEXT.split())


def test_without_words_to_find_nobody_is_asked(spoken: str) -> None:
    given = [{"word": "hi", "start": 1, "end": 2}]
    assert prepare_sources(told(job_of(spoken, words=given)), None)["next"] == "plan"
    assert prepare_sources(told(job_of(spoken)), None)["next"] == "plan", "this stage has no transcriber"


def test_a_text_that_is_not_said_is_spread_with_a_warning(spoken: str, monkeypatch: pytest.MonkeyPatch) -> None:
    job = job_of(spoken, transcript="Guten Morgen, meine Damen und Herren, wie schön, dass ihr gekommen seid")
    prepare_sources(told(job), None)
    assert round_of(job)["next"] == "plan"
    assert "only English is aligned" in stored(job).warnings
    assert read_words(Objects.open(), f"work/{job.video_id}/words.json") == {}
    assert plan_render(told(job, words={"timed": True}), None)["hash"]
    monkeypatch.setattr(speaking, "align", None)
    assert round_of(job, 1)["next"] == "plan", "a later round does not look again"
    assert "only English is aligned" in stored(job).warnings


def test_a_transcription_is_waited_for_and_paid_once(spoken: str, amazon: FakeTranscribe) -> None:
    job = job_of(spoken, trim=TRIM, duration=4)
    assert prepare_sources(told(job), None)["next"] == "time"
    assert round_of(job, 0) == {"next": "wait", "timed": False, "seconds": 5}
    assert round_of(job, 1)["next"] == "wait"
    amazon.work()
    assert round_of(job, 2) == {"next": "plan", "timed": True}
    assert found_words(job) == [(word, start + TRIM, end + TRIM) for word, start, end in WORDS]
    assert lines(job).count(("transcribe", {"transcribe_second": 15})) == 1
    assert [step for step, _ in lines(job)].count("words") == 3
    again = job_of(spoken, trim=TRIM, duration=4)
    prepare_sources(told(again), None)
    assert round_of(again)["next"] == "plan"
    assert len(amazon.jobs) == 1
    assert not any(provider for _, provider in lines(again))


def test_a_round_that_is_run_twice_starts_nothing_twice(spoken: str, amazon: FakeTranscribe) -> None:
    job = job_of(spoken)
    prepare_sources(told(job), None)
    amazon.refusals = {"GetTranscriptionJob": ["NotFoundException"] * 2}
    assert round_of(job, 0)["next"] == round_of(job, 0)["next"] == "wait"
    assert amazon.fired == ["NotFoundException", "NotFoundException", "ConflictException"]
    assert len(amazon.jobs) == 1
    assert [step for step, _ in lines(job)].count("transcribe") == 1


def test_words_that_the_budget_does_not_reach_for_are_not_bought(spoken: str, amazon: FakeTranscribe) -> None:
    job = job_of(spoken)
    price = cost_of(Usage(provider={"transcribe_second": 15}), price_table())
    prepare_sources(told(job), None)
    before = stored(job).reserved
    allow(month(job.counted_on).used + price - before)
    with pytest.raises(StepError, match="monthly_budget"):
        round_of(job)
    assert (amazon.jobs, stored(job).reserved) == ({}, before)
    assert "transcribe" not in [step for step, _ in lines(job)]

    allow(10 * price)
    assert round_of(job)["next"] == "wait"
    aside = stored(job).reserved
    assert aside > price
    assert round_of(job)["next"] == "wait"
    assert stored(job).reserved == aside, "a round that is run twice sets nothing aside twice"
    assert len(amazon.jobs) == 1


def test_a_failed_transcription_leaves_the_scene_without_subtitles(spoken: str, amazon: FakeTranscribe) -> None:
    amazon.fault, amazon.looks = "The file is too short.", 0
    job = job_of(spoken)
    prepare_sources(told(job), None)
    assert round_of(job, 0)["next"] == "wait"
    assert round_of(job, 1) == {"next": "plan", "timed": True}
    assert amazon.fired == ["The file is too short."]
    assert "The file is too short." in stored(job).warnings
    assert plan_render(told(job, words={"timed": True}), None)["hash"]


def test_a_transcription_without_end_is_given_up(spoken: str, amazon: FakeTranscribe) -> None:
    amazon.looks = 10**6
    job = job_of(spoken)
    prepare_sources(told(job), None)
    assert round_of(job, MOST_ROUNDS - 1)["next"] == "wait"
    assert round_of(job, MOST_ROUNDS)["next"] == "plan"
    assert "did not come to an end" in stored(job).warnings


def test_a_cancelled_job_is_not_listened_to(
    spoken: str, amazon: FakeTranscribe, monkeypatch: pytest.MonkeyPatch
) -> None:
    job = job_of(spoken)
    prepare_sources(told(job), None)
    JobService.open().cancel(job.id, OWNER.id)
    with pytest.raises(StepError):
        round_of(job)
    assert amazon.calls == []
