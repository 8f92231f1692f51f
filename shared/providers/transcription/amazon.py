"""Amazon Transcribe: a job on an object of the media bucket, whose result it writes beside it.

It reads and writes with the rights of whoever starts the job. Nobody waits for it here: the state machine comes again.
"""

from typing import Any

from shared.base import logs
from shared.base.aws import client
from shared.base.objects import Objects
from shared.providers.transcription.port import Answer, Recording, TimedWord, TranscriptionError

NAME = "amazon"
UNIT = "transcribe_second"
LEAST_SECONDS = 15
"""What a job is charged for at least."""
READ_SECONDS = 10
LANGUAGES = {
    "ar": "ar-SA", "da": "da-DK", "de": "de-DE", "en": "en-US", "es": "es-ES", "fi": "fi-FI", "fr": "fr-FR",
    "he": "he-IL", "hi": "hi-IN", "id": "id-ID", "it": "it-IT", "ja": "ja-JP", "ko": "ko-KR", "nl": "nl-NL",
    "no": "no-NO", "pl": "pl-PL", "pt": "pt-PT", "ru": "ru-RU", "sv": "sv-SE", "th": "th-TH", "tr": "tr-TR",
    "uk": "uk-UA", "vi": "vi-VN", "zh": "zh-CN",
}  # fmt: skip
"""The variant that is meant by a language alone."""
ABSENT = ("NotFoundException", "BadRequestException")
"""What the service says of a job that is not there; the second also of a bad request, which then fails at the start."""
BUSY = ("LimitExceededException", "ThrottlingException", "Throttling", "TooManyRequestsException")
BROKEN = "what Amazon Transcribe wrote cannot be read"


class AmazonTranscriber:
    """One job for each recording."""

    name = NAME

    def ask(self, recording: Recording) -> Answer:
        """The words once the job is done, and that it goes on before; the first time it is started."""
        job = self._job(recording)
        if job is None:
            return self._start(recording)
        status = job.get("TranscriptionJobStatus")
        if status == "FAILED":
            raise TranscriptionError(f"Amazon Transcribe failed: {job.get('FailureReason') or 'it gave no reason'}")
        if status != "COMPLETED":
            return Answer(None)
        return Answer(_words(recording))

    def expected(self, seconds: float) -> tuple[float, dict[str, float]]:
        """Half a minute to begin, and a fraction of the recording."""
        return 30 + seconds / 4, {UNIT: max(LEAST_SECONDS, round(seconds, 3))}

    def _job(self, recording: Recording) -> dict[str, Any] | None:
        """The job as it stands; None when there is none. One that cannot be asked about now is still at work."""
        transcribe = client("transcribe", READ_SECONDS)
        try:
            found: dict[str, Any] = transcribe.get_transcription_job(TranscriptionJobName=recording.name)
        except transcribe.exceptions.ClientError as error:
            code = error.response["Error"]["Code"]
            if code in BUSY:
                logs.log_exception("Amazon Transcribe is busy", error, name=recording.name)
                return {}
            if code in ABSENT:
                return None
            raise
        job: dict[str, Any] = found["TranscriptionJob"]
        return job

    def _start(self, recording: Recording) -> Answer:
        objects, key = Objects.open(), f"{recording.folder}{recording.name}.flac"
        objects.put(key, recording.decode("flac"), "audio/flac")
        transcribe = client("transcribe", READ_SECONDS)
        try:
            transcribe.start_transcription_job(
                TranscriptionJobName=recording.name,
                Media={"MediaFileUri": f"s3://{objects.bucket}/{key}"},
                MediaFormat="flac",
                OutputBucketName=objects.bucket,
                OutputKey=_result_key(recording),
                **_language(recording.language),
            )
        except transcribe.exceptions.ConflictException:
            return Answer(None)  # a try before this one has started it
        except transcribe.exceptions.ClientError as error:
            code, message = error.response["Error"]["Code"], error.response["Error"].get("Message", "")
            if code in BUSY:
                logs.log_exception("Amazon Transcribe is busy", error, name=recording.name)
                return Answer(None)
            if code != "BadRequestException":
                raise
            raise TranscriptionError(f"Amazon Transcribe refuses the recording: {message}") from error
        return Answer(None, self.expected(recording.seconds)[1])


def _result_key(recording: Recording) -> str:
    return f"{recording.folder}{recording.name}.json"


def _language(language: str) -> dict[str, Any]:
    if language == "auto":
        return {"IdentifyLanguage": True}
    spoken, _, region = language.partition("-")
    return {"LanguageCode": f"{spoken}-{region.upper()}" if len(region) == 2 else LANGUAGES.get(spoken, language)}


def _words(recording: Recording) -> list[TimedWord]:
    """What was written, with punctuation as part of the word before it."""
    try:
        result = Objects.open().get_json(_result_key(recording))
        return _joined(result["results"]["items"])
    except (KeyError, ValueError, TypeError, IndexError) as error:
        logs.log_exception(BROKEN, error, name=recording.name)
        raise TranscriptionError(f"{BROKEN[0].upper()}{BROKEN[1:]}.") from error


def _joined(items: list[dict[str, Any]]) -> list[TimedWord]:
    found: list[TimedWord] = []
    for item in items:
        content = str(item["alternatives"][0]["content"])
        if item["type"] == "pronunciation":
            found.append((content, float(item["start_time"]), float(item["end_time"])))
        elif found:
            word, start, end = found[-1]
            found[-1] = word + content, start, end
    return found
