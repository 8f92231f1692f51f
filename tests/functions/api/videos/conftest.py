"""The stage, people who call, and videos for the endpoints of videos and uploads."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import pytest

from shared.base import clock, tokens
from shared.base.ids import new_id
from shared.domains.accounts.model import Session, User
from shared.domains.accounts.store.sessions import additions
from shared.domains.accounts.store.users import AccountStore
from shared.domains.videos.model import Author, PublishedMedia, Variant
from shared.domains.videos.service.processing import ProcessingService
from shared.domains.videos.service.uploads import UploadService, UploadWish
from tests.api import Answer, Handler, call
from tests.aws import Stage, stage
from tests.clock import turned_clock

__all__ = ["stage", "turned_clock"]

SIZE = 1000
VERSION = "upload-version-1"
MEDIA = PublishedMedia(60.5, 1920, 1080, (Variant("1080p", 1920, 1080, 9, 9), Variant("480p", 854, 480, 9, 9)))


@dataclass(frozen=True)
class Someone:
    """Somebody who calls endpoints; `token` "" is nobody in particular."""

    user_id: str = ""
    username: str = ""
    token: str = ""

    def call(self, handler: Handler, method: str, path: str, body: Any = None, **more: Any) -> Answer:
        """Call a handler with their token."""
        return call(handler, method, path, body, token=self.token, **more)


Make = Callable[..., str]


@pytest.fixture
def someone(stage: Stage, monkeypatch: pytest.MonkeyPatch) -> Callable[[str], Someone]:
    """Makes somebody who is logged in. Limits are wide, as they are on a laptop; a test of one sets RATE_SCALE."""
    monkeypatch.setenv("RATE_SCALE", "100")

    def make(username: str, role: str = "user") -> Someone:
        user = User(new_id(), username, f"{username}@showreel.example", username.title(), clock.timestamp(), role=role)
        ends = int(clock.now()) + 3600
        session = Session(new_id(), user.id, "none", clock.timestamp(), ends)
        with stage.unrecorded():
            AccountStore.open().create(user, "none", *additions(session))
            person = tokens.Person(user.id, username, user.email, user.display_name, "", role)
            token = tokens.issue_access_token(person, session.id, session_ends=ends)
        return Someone(user.id, username, token)

    return make


@pytest.fixture
def ada(someone: Callable[[str], Someone]) -> Someone:
    """The owner of the videos."""
    return someone("ada")


@pytest.fixture
def bob(someone: Callable[[str], Someone]) -> Someone:
    """Somebody else."""
    return someone("bob")


@pytest.fixture
def awaiting(ada: Someone) -> Make:
    """Makes a video of ada's that awaits its upload; returns its id."""

    def make(**wish: Any) -> str:
        whole: dict[str, Any] = {"filename": "holiday.mp4", "file_size": SIZE, "content_type": "video/mp4", **wish}
        return UploadService.open().request(Author(ada.user_id, ada.username, "Ada"), UploadWish(**whole)).video.id

    return make


@pytest.fixture
def running(awaiting: Make) -> Make:
    """Makes a video of ada's that is being processed; returns its id."""

    def make(**wish: Any) -> str:
        video_id = awaiting(**wish)
        ProcessingService.open().accept_upload(video_id, size=SIZE, upload_version=VERSION)
        assert ProcessingService.open().begin(video_id, VERSION, "arn:aws:states:one")
        return video_id

    return make


@pytest.fixture
def ready(running: Make) -> Make:
    """Makes a video of ada's that can be watched; returns its id."""

    def make(**wish: Any) -> str:
        video_id = running(**wish)
        assert ProcessingService.open().complete(video_id, VERSION, MEDIA)
        return video_id

    return make
