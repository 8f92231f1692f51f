"""People who have something in every table and everywhere in the bucket, and a look for what is left of them."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import pytest

from bench.world import PUBLISHED, SIZE, World, world
from functions.events import on_video_changed
from functions.schedules import erase_accounts, tidy_media
from shared.base import aws, clock
from shared.base.aws import client
from shared.base.ids import new_id
from shared.base.transactions import write_together
from shared.contract.resources import MEDIA
from shared.domains.comments.model import Comment
from shared.domains.comments.store.held import holding
from shared.domains.connections.model import Client
from shared.domains.connections.rules.wishes import Subscription
from shared.domains.connections.service.connecting import ConnectionService
from shared.domains.connections.service.subscribing import SubscriptionService
from shared.domains.connections.store import connections
from shared.domains.feeds.model import Entry
from shared.domains.feeds.store import FeedStore
from shared.domains.jobs.model import Usage
from shared.domains.jobs.service.working import WorkService
from shared.domains.notifications.model import Cause, Kind, Wish
from shared.domains.notifications.service.settling import SettlingService
from shared.domains.privacy.rules.late import LATE_SECONDS
from shared.domains.search.service.indexing import IndexService
from shared.domains.videos.model import Author
from shared.domains.videos.service.processing import ProcessingService
from shared.domains.videos.store.videos import VideoStore
from tests.api import Answer
from tests.aws import Stage, real_name

PASSWORD = "Correct horse 1"
FILM = {"filename": "film.mp4", "file_size": SIZE, "content_type": "video/mp4"}
PLANNING = Usage(lambda_gb_seconds=1.0, lambda_requests=1)
ORIGIN: dict[str, Any] = {
    "Id": "media",
    "DomainName": "media.s3.amazonaws.com",
    "S3OriginConfig": {"OriginAccessIdentity": ""},
}
DISTRIBUTION: dict[str, Any] = {
    "CallerReference": "one",
    "Comment": "",
    "Enabled": True,
    "Origins": {"Quantity": 1, "Items": [ORIGIN]},
    "DefaultCacheBehavior": {"TargetOriginId": "media", "ViewerProtocolPolicy": "https-only"},
}
SCENES = [{"scenes": [{"id": "one", "duration": 2, "elements": [{"type": "text", "text": "Hello"}]}]}]


class Somebody:
    """Somebody who registered."""

    def __init__(self, world: World, name: str) -> None:
        self.world, self.name, self.email = world, name, f"{name}@mail.example"
        account = {"username": name, "email": self.email, "password": PASSWORD}
        told = world.ask("accounts.register_account", "POST", "/api/auth/register", account).json
        self.id, self.token = str(told["user"]["id"]), str(told["tokens"]["access_token"])
        self.video_ids: list[str] = []
        self.friend_id = ""

    @property
    def film(self) -> bytes:
        """What they upload."""
        return f"film of {self.name} ".encode().ljust(SIZE, b"-")

    @property
    def needles(self) -> tuple[str, ...]:
        """What tells of them."""
        return self.id, self.name, self.email

    def ask(self, name: str, method: str, path: str, body: Any = None, **more: Any) -> Any:
        """The JSON of an answer that went well."""
        return self.world.ask(name, method, path, body, **{"token": self.token, **more}).json

    def delete(self, **more: Any) -> Answer:
        """Delete the account."""
        from functions.api.accounts.delete_own_account import handler
        from tests.api import call

        body = {"confirmation": self.name, "password": PASSWORD, **more}
        return call(handler, "DELETE", "/api/v1/users/me", body, token=self.token)

    def fill(self) -> None:
        """Have something everywhere."""
        self.enter_by_all_doors()
        self.make_videos()
        self.make_jobs()
        self.put_objects()
        self.talk()
        self.like(self.video_ids[0])
        self.make_friends()
        self.wait_and_have_wait()
        self.hear()
        self.connect()
        self.have_channels()

    def have_channels(self) -> None:
        """Two channels of Studio, of which one is deleted."""
        for number in range(2):
            wish = {"name": f"{self.name} {number}", "niche": "chess"}
            made = self.ask("studio.create_channel", "POST", "/api/v1/channels", wish)["channel"]["id"]
        path, remove = f"/api/v1/channels/{made}", "studio.delete_channel"
        asked = self.ask(remove, "DELETE", path)
        self.ask(remove, "DELETE", path, query=f"confirmation_token={asked['confirmation_token']}")

    def connect(self) -> None:
        """Be told of what happens, by a connection of the API."""
        connection_id = f"connection of {self.id}"
        with self.world.stage.unrecorded():
            who = Client(self.id, address="203.0.113.7", ends_at=int(clock.now()) + 900)
            ConnectionService.open().begin(connection_id, who)
        [connection] = connections.of_holder(Client(self.id).holder)
        SubscriptionService.open().subscribe(connection, Subscription(f"user:{self.id}"))

    def make_friends(self) -> None:
        """Follow somebody who follows back."""
        friend = self.world.register()
        for whom, token in ((friend["user"]["id"], self.token), (self.id, friend["tokens"]["access_token"])):
            path, parameters = f"/api/users/{whom}/follow", {"user_id": whom}
            self.ask("follows.follow_user", "POST", path, parameters=parameters, token=token)
        self.friend_id = str(friend["user"]["id"])

    def hear(self) -> None:
        """Have a friend's video in their feed, and know of who follows them."""
        with self.world.stage.unrecorded():
            FeedStore().add([self.id], Entry("2026-01-31T12:00:00.000Z#a-video", self.friend_id))
            told = Wish(self.id, Cause(Kind.FOLLOW, actor_id=self.friend_id), is_due=True)
            SettlingService.open().settle([told])

    def enter_by_all_doors(self) -> None:
        """Sessions, refreshed ones, an API key that is used, Google and Clerk."""
        account = {"email": self.email, "password": PASSWORD}
        told = self.ask("sessions.log_in_creator", "POST", "/api/v1/auth/login", account, token="")
        again = {"refresh_token": told["refresh_token"]}
        self.ask("sessions.renew_session", "POST", "/api/v1/auth/refresh", again, token="")
        wish = {"name": "Nightly", "scopes": ["videos:read"]}
        once = {"headers": {"idempotency-key": "one"}}
        key = self.ask("keys.create_api_key", "POST", "/api/v1/api-keys", wish, **once)["key"]
        self.ask("accounts.get_me", "GET", "/api/auth/me", token=key)
        parameters, path = {"provider": "google"}, "/api/v1/auth/oauth/google"
        begun = self.ask("sessions.begin_provider_login", "GET", f"{path}/authorize", parameters=parameters)
        code, state = self.world.provider.log_in(begun["authorization_url"], f"subject-{self.name}")
        back = {"code": code, "state": state}
        self.ask("sessions.finish_provider_login", "POST", path, back, parameters=parameters)
        put_clerk_link(self.world.stage, self.id, self.name)

    def make_videos(self) -> None:
        """One that is ready, one whose parts arrive, one that was just deleted."""
        once = {"headers": {"idempotency-key": "two"}}
        path, processing = "/api/upload/video/request", ProcessingService.open()
        for more in ({}, {"multipart": True}, {}):
            body = {**FILM, **more}
            video_id = self.ask("uploads.request_video_upload", "POST", path, body, **once)["video_id"]
            once = {}
            self.video_ids.append(video_id)
        for video_id in (self.video_ids[0], self.video_ids[2]):
            film = self.film if video_id == self.video_ids[0] else b"another"
            put(self.world.stage, f"uploads/{video_id}/source", "an older version")
            version = put(self.world.stage, f"uploads/{video_id}/source", film)
            processing.accept_upload(video_id, size=SIZE, upload_version=version)
            processing.begin(video_id, version, "arn")
            assert processing.complete(video_id, version, PUBLISHED)
        IndexService.open().index(self.video_ids[0])
        parameters = {"video_id": self.video_ids[2]}
        path = f"/api/videos/{self.video_ids[2]}"
        self.ask("videos.delete_video", "DELETE", path, parameters=parameters)

    def make_jobs(self) -> None:
        """One that is done, and one that waits."""
        once = {"headers": {"idempotency-key": "three"}}
        done = self.ask("jobs.generate_video", "POST", "/api/v1/videos", SCENES, **once)["job_id"]
        work = WorkService.open()
        job = work.get(done)
        assert job
        assert work.begin(job, "arn", "Reading")
        job = work.get(done)
        assert job
        line = work.begin_try(job, "plan_render", 0, PLANNING, 60)
        work.charge(job, line, PLANNING)
        assert work.complete(job, PUBLISHED)
        self.ask("jobs.generate_video", "POST", "/api/v1/videos", SCENES)

    def like(self, video_id: str) -> None:
        """Like a video."""
        path, parameters = f"/api/videos/{video_id}/like", {"video_id": video_id}
        self.ask("reactions.like_video", "POST", path, {"action": "like"}, parameters=parameters)

    def talk(self) -> None:
        """A comment that is answered, one that was removed, and a report."""
        path, parameters = f"/api/videos/{self.video_ids[0]}/comments", {"video_id": self.video_ids[0]}
        ids: list[str] = []
        for answered in (None, None, 0):
            body = {"content": f"{self.name} speaks", "parent_comment_id": None if answered is None else ids[answered]}
            ids.append(self.ask("comments.create_comment", "POST", path, body, parameters=parameters)["id"])
        parameters, path = {"comment_id": ids[1]}, f"/api/comments/{ids[1]}"
        body = {"reason": f"{self.name} complains"}
        self.ask("comments.report_comment", "POST", f"{path}/report", body, parameters=parameters)
        self.ask("comments.delete_comment", "DELETE", path, parameters=parameters)

    def wait_and_have_wait(self) -> None:
        """A word list, a comment that waits for a friend, and one of the friend's that waits for them."""
        wish = {"held_words": [f"{self.name} again"]}
        self.ask("comments.set_holding", "PUT", "/api/comments/settings", wish)
        video_id = self.video_ids[0]
        for writer, owner in ((self.id, self.friend_id), (self.friend_id, self.id)):
            author = Author(writer, self.name if writer == self.id else "a friend", "")
            texts = {"video_owner_id": owner, "author_id": writer, "content": f"{author.username} waits"}
            comment = Comment(id=new_id(), video_id=video_id, author=author, **texts)
            with self.world.stage.unrecorded():
                assert write_together(holding(comment)) is None

    def put_objects(self) -> None:
        """Objects under every prefix, older versions and delete markers too."""
        video_id = self.video_ids[0]
        folders = [f"v/{video_id}/1/", f"early/{video_id}/1/", f"work/{video_id}/hash/", f"public/avatars/{self.id}/"]
        folders += [f"uploads/thumbnails/{self.id}/avatar/", f"work/units/{self.id}/fragments/", f"exports/{self.id}/"]
        for folder in (*folders, f"fetched/urls/{self.id}/hash/"):
            for _ in range(2):
                put(self.world.stage, f"{folder}one", f"{folder} of {self.name}")
            client("s3").delete_object(Bucket=real_name(MEDIA), Key=f"{folder}one")
            put(self.world.stage, f"{folder}two", f"{folder} of {self.name}")


def put(stage: Stage, key: str, content: str | bytes) -> str:
    """Write an object; its version."""
    body = content.encode() if isinstance(content, str) else content
    with stage.unrecorded():
        return str(client("s3").put_object(Bucket=real_name(MEDIA), Key=key, Body=body)["VersionId"])


def put_clerk_link(stage: Stage, user_id: str, name: str) -> None:
    """Somebody of Clerk's leads to the account."""
    from shared.domains.accounts.store.clerk import ClerkStore

    with stage.unrecorded():
        mark_verified(user_id)
        assert ClerkStore.open().link(f"user_{name}", user_id)


def mark_verified(user_id: str) -> None:
    """The address of a user is proven."""
    from shared.contract.resources import USERS

    aws.client("dynamodb").update_item(
        TableName=real_name(USERS),
        Key={"pk": {"S": f"user#{user_id}"}},
        UpdateExpression="SET email_verified = :yes",
        ExpressionAttributeValues={":yes": {"BOOL": True}},
    )


@contextmanager
def populated(patch: pytest.MonkeyPatch) -> Iterator[World]:
    """A world with a distribution, whose people may be erased."""
    with world() as here, here.stage.unrecorded():
        made = client("cloudfront").create_distribution(DistributionConfig=DISTRIBUTION)["Distribution"]["Id"]
        patch.setenv("MEDIA_DISTRIBUTION", made)
        patch.setattr(VideoStore, "forget", _told(VideoStore.forget))
        yield here


def _told(forget: Callable[[VideoStore, str], None]) -> Callable[[VideoStore, str], None]:
    """The stream of the table, which moto does not lead to functions: whoever follows it hears of a row that went."""

    def forget_and_tell(store: VideoStore, video_id: str) -> None:
        forget(store, video_id)
        if store.get(video_id) is None:
            told = {"SequenceNumber": "1", "Keys": {"video_id": {"S": video_id}}}
            assert on_video_changed.handler({"Records": [{"dynamodb": told}]}, None) == {"batchItemFailures": []}

    return forget_and_tell


def erase(world: World) -> None:
    """A round of those who erase, while time goes by."""
    erase_accounts.handler({}, None)
    tidy_media.handler({}, None)
    world.later(LATE_SECONDS / 3)


def erase_all(world: World, rounds: int = 6) -> None:
    """All rounds that it takes."""
    for _ in range(rounds):
        erase(world)
