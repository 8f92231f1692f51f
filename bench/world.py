"""A stage in this process, and people and videos in it: what the main path of each endpoint needs to go well."""

import json
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any, TypeVar

import pytest
from botocore.client import BaseClient

from bench.crowd import People
from infra.parts.discovery import rooms
from shared.base import aws, clock
from shared.base.ids import new_id
from shared.base.webhooks import sign
from shared.contract.derived import needs_of
from shared.contract.needs import Kind
from shared.contract.resources import CLERK_WEBHOOK, MEDIA, REMOTION_WEBHOOK, SECRETS, WEBHOOK
from shared.domains.accounts.rules import passwords
from shared.domains.jobs.model import Job
from shared.domains.jobs.model import Kind as JobKind
from shared.domains.jobs.rules.outside import signature
from shared.domains.jobs.service.desk import JobService
from shared.domains.jobs.service.ordering import Order, OrderService
from shared.domains.jobs.service.working import WorkService
from shared.domains.videos.model import Author, PublishedMedia, Variant
from shared.domains.videos.service.outside import OutsideService
from shared.domains.videos.service.processing import ProcessingService
from shared.domains.videos.service.uploads import OpenUpload, UploadService, UploadWish
from tests.api import Answer
from tests.aws import Call, Stage, real_name, running
from tests.clock import TurnedClock
from tests.functions.api.operations.conftest import answer_of_media_function
from tests.provider import with_provider

SIZE = 6 * 1024 * 1024
VERSION = "version-1"
WEBHOOK_SECRET = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"
PUBLISHED = PublishedMedia(60.5, 1920, 1080, (Variant("1080p", 1920, 1080, 9, 9), Variant("480p", 854, 480, 9, 9)))


class World(People):
    """The people, and the videos and jobs that they need."""

    def upload(self, *, multipart: bool = False, owner_id: str = "") -> OpenUpload:
        """A video of the user's, or of somebody else's, that awaits its file."""
        with self.stage.unrecorded():
            wish = UploadWish("film.mp4", SIZE, "video/mp4", multipart=multipart)
            return UploadService.open().request(Author(owner_id or self.user.id, "ada", "Ada"), wish)

    def part(self, upload: OpenUpload) -> dict[str, Any]:
        """Send the only part of an upload."""
        with self.stage.unrecorded():
            video = upload.video
            sent = aws.client("s3").upload_part(
                Bucket=real_name(MEDIA),
                Key=f"uploads/{video.id}/source",
                UploadId=video.upload_id,
                PartNumber=1,
                Body=bytes(SIZE),
            )
        return {"part_number": 1, "etag": sent["ETag"]}

    def ready(self, owner_id: str = "") -> str:
        """A video of the user's, or of somebody else's, that can be watched; its id."""
        return self._processed(lambda id_: ProcessingService.open().complete(id_, VERSION, PUBLISHED), owner_id)

    def handed_out(self) -> str:
        """A video that an outside encoder works on; its id."""
        return self._processed(lambda id_: OutsideService.open().hand_out(id_, VERSION, "a-task-token"))

    def _processed(self, then: Callable[[str], object], owner_id: str = "") -> str:
        video_id = self.upload(owner_id=owner_id).video.id
        with self.stage.unrecorded():
            processing = ProcessingService.open()
            processing.accept_upload(video_id, size=SIZE, upload_version=VERSION)
            processing.begin(video_id, VERSION, "arn")
            assert then(video_id), f"{video_id} is in another state than it must be"
        return video_id

    def ordered(self) -> Job:
        """A job of the user's that waits; those before it are cancelled, since only so many may be open."""
        with self.stage.unrecorded():
            self.close_jobs()
            order = Order(JobKind.SCENES, "A film", [])
            job = OrderService.open().order(Author(self.user.id, "ada", "Ada"), order, "free")
            self._open_jobs.append(job.id)
        return job

    def left_outside(self) -> Job:
        """A job of the user's that Remotion renders."""
        job = self._worked_on()
        with self.stage.unrecorded():
            assert WorkService.open().hand_out(job, "a-task-token", "a-proof"), "the job is worked on"
        return job

    def report_rendered(self, job: Job) -> Answer:
        """Remotion's signed report of a success."""
        told = {"job_id": job.id, "hand_out": "a-proof"}
        text = json.dumps(
            {"type": "success", "renderId": "one", "outputFile": "https://cdn.example/a.mp4", "customData": told}
        )
        headers = {"x-remotion-signature": signature(WEBHOOK_SECRET, text.encode())}
        return self.ask("jobs.report_rendered", "POST", "/api/webhooks/remotion", text, headers=headers)

    def close_jobs(self) -> None:
        """Cancel what the user has ordered."""
        with self.stage.unrecorded():
            while self._open_jobs:
                JobService.open().cancel(self._open_jobs.pop(), self.user.id)

    def failed(self) -> Job:
        """A job of the user's that has failed."""
        job = self.ordered()
        with self.stage.unrecorded():
            assert WorkService.open().fail(job, "PROCESSING_FAILED", "For some reason."), "the job is open"
        return job

    def rendered(self) -> Job:
        """A job of the user's whose video is there."""
        job = self._worked_on()
        with self.stage.unrecorded():
            assert WorkService.open().complete(job, PUBLISHED), "the job is worked on"
            self._open_jobs.remove(job.id)
        return job

    def _worked_on(self) -> Job:
        """A job of the user's that an execution has taken up."""
        job = self.ordered()
        with self.stage.unrecorded():
            work = WorkService.open()
            assert work.begin(job, "arn", "Reading the sources"), "the job is open"
            found = work.get(job.id)
        assert found
        return found

    def order(self, name: str, path: str, body: Any) -> None:
        """Order a render of a configuration over HTTP."""
        self._open_jobs.append(self.own(name, "POST", path, body).json["job_id"])

    def report_clerk_user(self) -> Answer:
        """Clerk's signed report of a change of somebody whom it told of before, and whose account is there."""
        address = {"id": "a", "email_address": "grace@example.com", "verification": {"status": "verified"}}
        user = {"id": "user_grace", "updated_at": int(1000 * clock.now()), "first_name": "Grace"}
        user |= {"email_addresses": [address], "primary_email_address_id": "a", "username": "grace"}
        text, sent_at = json.dumps({"type": "user.updated", "data": user}), str(int(clock.now()))
        signature = sign(WEBHOOK_SECRET, "msg_1", sent_at, text.encode())
        headers = {"svix-id": "msg_1", "svix-timestamp": sent_at, "svix-signature": signature}
        return self.ask("accounts.report_clerk_user", "POST", "/api/webhooks/clerk", text, headers=headers)

    def report(self, video_id: str) -> Answer:
        """An outside encoder's signed report of a success."""
        body = {"video_id": video_id, "status": "success", "quality_variants": {"480p": "https://cdn.example/480p.mp4"}}
        text, sent_at, identifier = json.dumps(body), str(int(clock.now())), new_id()
        signature = sign(WEBHOOK_SECRET, identifier, sent_at, text.encode())
        headers = {"webhook-id": identifier, "webhook-timestamp": sent_at, "webhook-signature": signature}
        return self.ask("videos.report_processed", "POST", "/api/webhooks/video-processed", text, headers=headers)


W = TypeVar("W", bound=World)


@contextmanager
def world(kind: type[W] = World) -> Iterator[W]:
    """A stage that forgets nothing between requests, with limits that are out of the way and a clock that stands."""
    with pytest.MonkeyPatch.context() as patch:
        for name, value in {"AWS_ACCESS_KEY_ID": "x", "AWS_SECRET_ACCESS_KEY": "x", "RATE_SCALE": "1000"}.items():
            patch.setenv(name, value)
        patch.setattr(passwords, "BCRYPT_COST", 4)
        turned = TurnedClock()
        turned.seconds -= turned.seconds % 60  # limits count by the minutes of the clock, so none ends right after
        patch.setattr(clock, "now", turned)
        with running(patch) as stage:
            patch.setenv("RATE_SCALE", "1000")
            _tell_functions(patch)
            _answer_for_lambda(stage, patch)
            with stage.unrecorded():
                for secret in SECRETS:
                    if secret in (WEBHOOK, REMOTION_WEBHOOK, CLERK_WEBHOOK):
                        aws.client("secretsmanager").put_secret_value(
                            SecretId=real_name(secret), SecretString=WEBHOOK_SECRET
                        )
            with with_provider(stage, patch) as provider:
                yield kind(stage, turned, provider)


def _tell_functions(patch: pytest.MonkeyPatch) -> None:
    import imageio_ffmpeg

    patch.setenv("MAIL_FROM", "no-reply@showreel.example")
    patch.setenv("API_URL", "https://api.showreel.example")
    patch.setenv("FFMPEG_PATH", imageio_ffmpeg.get_ffmpeg_exe())
    for room in rooms():
        for need in needs_of(room.declaration):
            if need.resource.kind in (Kind.MACHINE, Kind.FUNCTION):
                patch.setenv(need.resource.variable, f"showreel-test-{need.resource.name}")


def _answer_for_lambda(stage: Stage, patch: pytest.MonkeyPatch) -> None:
    """The function that looks after FFmpeg runs here; what is left to others is counted, and nobody does it."""
    original: Any = getattr(BaseClient, "_make_api_call")  # noqa: B009 - botocore's stubs hide it

    def make_api_call(client: Any, operation: str, parameters: dict[str, Any]) -> Any:
        if operation != "Invoke":
            return original(client, operation, parameters)
        if parameters.get("InvocationType") == "Event":
            stage.note(Call("lambda", operation, parameters))
            return {"StatusCode": 202}
        with stage.unrecorded():
            return answer_of_media_function()

    patch.setattr(BaseClient, "_make_api_call", make_api_call)
