"""The stage, people who call, and jobs of theirs."""

from collections.abc import Callable

import pytest

from shared.contract.resources import RENDER
from shared.domains.jobs.model import Job, Kind
from shared.domains.jobs.service.ordering import Order, OrderService
from shared.domains.jobs.service.working import WorkService
from shared.domains.videos.model import Author, PublishedMedia, Variant
from tests.aws import Stage, stage
from tests.clock import turned_clock
from tests.functions.api.videos.conftest import Someone, ada, bob, someone

__all__ = ["ada", "bob", "someone", "stage", "turned_clock"]

MACHINE = "arn:aws:states:eu-central-1:123456789012:stateMachine:showreel-test-render"
MEDIA = PublishedMedia(12.5, 1280, 720, (Variant("720p", 1280, 720, 2_500_000, 1_600_000),))

Make = Callable[..., Job]


@pytest.fixture(autouse=True)
def machine(stage: Stage, monkeypatch: pytest.MonkeyPatch) -> None:
    """The machine's name; there is none, which is Step Functions' way of not answering."""
    monkeypatch.setenv(RENDER.variable, MACHINE)


@pytest.fixture
def pending(ada: Someone, stage: Stage) -> Make:
    """Makes a job of ada's that waits."""

    def make(title: str = "My film") -> Job:
        with stage.unrecorded():
            return OrderService.open().order(
                Author(ada.user_id, ada.username, "Ada"), Order(Kind.SCENES, title, []), "enterprise"
            )

    return make


@pytest.fixture
def running(pending: Make, stage: Stage) -> Make:
    """Makes a job of ada's that is worked on."""

    def make(title: str = "My film") -> Job:
        job = pending(title)
        with stage.unrecorded():
            work = WorkService.open()
            assert work.begin(job, "arn:one", "Reading the sources")
            found = work.get(job.id)
        assert found is not None
        return found

    return make


@pytest.fixture
def completed(running: Make, stage: Stage) -> Make:
    """Makes a job of ada's whose video is there."""

    def make(title: str = "My film") -> Job:
        job = running(title)
        with stage.unrecorded():
            assert WorkService.open().complete(job, MEDIA)
        return job

    return make
