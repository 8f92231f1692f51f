"""The adapter of Amazon Transcribe against the service's protocol, and against its misbehaviour."""

from collections.abc import Iterator
from dataclasses import replace

import pytest

from shared.base import aws
from shared.base.objects import Objects
from shared.providers.transcription.amazon import AmazonTranscriber
from shared.providers.transcription.port import Answer, Recording, TranscriptionError
from tests.aws import Stage
from tests.shared.providers.transcription.fake_transcribe import FakeTranscribe

WORDS = [("Welcome", 0.5, 0.92), ("to", 0.92, 1.02), ("the", 1.02, 1.09), ("studio.", 1.09, 1.62)]
SOUND = b"fLaC of some sound"
RECORDING = Recording(
    "showreel-test-words-1", "work/heard/ada/", "auto", 12.8, lambda form: SOUND if form == "flac" else b""
)


def put(bucket: str, key: str, body: bytes) -> None:
    aws.client("s3").put_object(Bucket=bucket, Key=key, Body=body)


@pytest.fixture
def service(stage: Stage, monkeypatch: pytest.MonkeyPatch) -> Iterator[FakeTranscribe]:
    with FakeTranscribe(put, WORDS) as running:
        monkeypatch.setenv("AWS_ENDPOINT_URL_TRANSCRIBE", running.url)
        stage.restart()
        yield running
    stage.restart()


def until_words(service: FakeTranscribe, recording: Recording = RECORDING, most: int = 9) -> list[Answer]:
    """Every answer until the one with the words, while the service works."""
    answers: list[Answer] = []
    while not answers or answers[-1].words is None:
        assert len(answers) < most, "it goes on for ever"
        answers.append(AmazonTranscriber().ask(recording))
        service.work()
    return answers


def test_a_job_is_started_once_and_its_words_are_read(service: FakeTranscribe) -> None:
    answers = until_words(service)
    assert answers[-1].words == WORDS, "punctuation belongs to the word before"
    assert [answer.units for answer in answers if answer.units] == [{"transcribe_second": 15}], "the least there is"
    [(_, started)] = [call for call in service.calls if call[0] == "StartTranscriptionJob"]
    bucket = Objects.open().bucket
    assert started == {
        "TranscriptionJobName": RECORDING.name,
        "Media": {"MediaFileUri": f"s3://{bucket}/work/heard/ada/showreel-test-words-1.flac"},
        "MediaFormat": "flac",
        "OutputBucketName": bucket,
        "OutputKey": "work/heard/ada/showreel-test-words-1.json",
        "IdentifyLanguage": True,
    }
    assert Objects.open().get("work/heard/ada/showreel-test-words-1.flac") == SOUND


@pytest.mark.parametrize(
    ("language", "code"), [("en", "en-US"), ("pt-BR", "pt-BR"), ("de", "de-DE"), ("de-at", "de-AT")]
)
def test_a_language_is_told_as_the_service_knows_it(service: FakeTranscribe, language: str, code: str) -> None:
    AmazonTranscriber().ask(replace(RECORDING, language=language))
    started = service.calls[-1][1]
    assert started["LanguageCode"] == code
    assert "IdentifyLanguage" not in started


def test_a_failed_job_is_told_in_the_words_of_the_service(service: FakeTranscribe) -> None:
    service.fault = "The media format isn't valid."
    with pytest.raises(TranscriptionError, match="failed: The media format isn't valid"):
        until_words(service)
    assert service.fired == [service.fault]


@pytest.mark.parametrize("code", ["LimitExceededException", "ThrottlingException"])
@pytest.mark.parametrize("operation", ["GetTranscriptionJob", "StartTranscriptionJob"])
def test_a_busy_service_is_asked_again_later(service: FakeTranscribe, operation: str, code: str) -> None:
    service.refusals = {operation: [code] * 3}  # as often as botocore asks at most
    answers = until_words(service)
    assert answers[-1].words == WORDS
    assert code in service.fired
    assert len([answer for answer in answers if answer.units]) == 1, "only what was started is paid"


def test_a_fault_of_the_service_is_raised_so_that_the_step_is_tried_again(service: FakeTranscribe) -> None:
    service.refusals = {"GetTranscriptionJob": ["InternalFailureException"] * 3}
    with pytest.raises(Exception, match="InternalFailureException"):
        AmazonTranscriber().ask(RECORDING)
    assert len(service.fired) == 3
    assert service.jobs == {}


def test_a_refused_recording_has_no_transcript(service: FakeTranscribe) -> None:
    service.refusals = {"StartTranscriptionJob": ["BadRequestException"]}
    with pytest.raises(TranscriptionError, match="refuses the recording: Not now"):
        AmazonTranscriber().ask(RECORDING)
    assert service.fired == ["BadRequestException"]


def test_one_that_was_started_by_another_try_is_not_paid_twice(service: FakeTranscribe) -> None:
    AmazonTranscriber().ask(RECORDING)
    service.refusals = {"GetTranscriptionJob": ["NotFoundException"]}  # it is not there yet for who looks
    assert AmazonTranscriber().ask(RECORDING) == Answer(None)
    assert service.fired == ["NotFoundException", "ConflictException"]
    assert len(service.jobs) == 1


@pytest.mark.parametrize("written", [b"no JSON", b"{}", b'{"results": {"items": [{"type": "pronunciation"}]}}', b"[1]"])
def test_a_result_that_cannot_be_read_is_told(service: FakeTranscribe, written: bytes) -> None:
    service.malformed = written
    with pytest.raises(TranscriptionError, match="cannot be read"):
        until_words(service)


def test_a_job_without_end_is_at_work(service: FakeTranscribe) -> None:
    service.looks = 10**6
    answers = [AmazonTranscriber().ask(RECORDING) for _ in range(5)]
    assert [answer.words for answer in answers] == [None] * 5
    assert sum(bool(answer.units) for answer in answers) == 1
