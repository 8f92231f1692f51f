"""What may be a source, and how it is found."""

from collections.abc import Callable
from typing import Any

import pytest

from shared.base.fetching_once import Kept
from shared.base.fetching_rules import FetchRefusedError, FetchTimeoutError
from shared.base.ids import new_id
from shared.base.objects import Objects
from shared.base.running import StepError
from shared.domains.jobs.rules.sources import fault, own_video, shown
from shared.domains.jobs.service.sources import Located, Sources
from shared.domains.videos.store.videos import VideoStore
from tests.aws import Stage
from tests.shared.domains.jobs.conftest import OWNER, STRANGER, MakeJob

VIDEO = "01900000-0000-7000-8000-000000000003"


@pytest.mark.parametrize(
    ("src", "good"),
    [
        (VIDEO, True),
        (f"upload://{VIDEO}", True),
        ("https://example.com/a.mp4", True),
        ("HTTPS://example.com/a.mp4", True),
        ("http://example.com/a.mp4", False),
        ("file:///etc/passwd", False),
        ("upload://../other", False),
        ("s3://bucket/key", False),
        ("concat:a|b", False),
    ],
)
def test_sources_are_own_videos_or_https(src: str, good: bool) -> None:
    assert (fault(src) == "") == good


def test_secrets_of_addresses_are_not_repeated() -> None:
    assert shown("https://example.com/a.mp4?signature=secret") == "https://example.com/a.mp4"
    assert own_video("https://example.com/a.mp4") is None


def sources(owner: str = OWNER.id) -> Sources:
    return Sources(Objects.open(), VideoStore.open(), owner)


def test_what_a_job_has_made_is_found(completed: MakeJob, running: MakeJob) -> None:
    job = completed()
    assert sources().locate(job.video_id) == Located(f"v/{job.video_id}/1/720p.mp4", "", 2_500_000)
    for missing, owner in ((running().video_id, OWNER.id), (job.video_id, STRANGER), (new_id(), OWNER.id)):
        with pytest.raises(StepError) as refused:
            sources(owner).locate(missing)
        assert refused.value.code == "SOURCE_MISSING"


def test_what_lies_on_the_internet_is_fetched_for_its_owner(stage: Stage, monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[tuple[Any, ...]] = []

    def fetch_once(url: str, objects: Objects, prefix: str, owner: str, limits: Any, **_: Any) -> Kept:
        asked.append((url, prefix, owner))
        return Kept(f"{prefix}abc", 7, "abc", "video/mp4")

    monkeypatch.setattr("shared.base.fetching_once.fetch_once", fetch_once)
    found = sources().locate("https://example.com/a.mp4")
    assert (found, found.identity) == (Located("fetched/abc", "", 7), "fetched/abc@7")
    assert asked == [("https://example.com/a.mp4", "fetched/", OWNER.id)]


def test_a_fetch_asks_whether_somebody_waits(stage: Stage, monkeypatch: pytest.MonkeyPatch) -> None:
    def fetch_once(*_: Any, on_piece: Callable[[], None]) -> Kept:
        on_piece()
        raise AssertionError

    def ask() -> None:
        raise StepError("CANCELLED", "The job was cancelled.")

    monkeypatch.setattr("shared.base.fetching_once.fetch_once", fetch_once)
    with pytest.raises(StepError):
        Sources(Objects.open(), VideoStore.open(), OWNER.id, ask=ask).locate("https://example.com/a.mp4")


def test_what_cannot_be_fetched_ends_the_job_unless_it_may_pass(stage: Stage, monkeypatch: pytest.MonkeyPatch) -> None:
    errors = [FetchRefusedError("No"), FetchTimeoutError("It was too slow"), FetchTimeoutError("It was too slow")]

    def fetch_once(*_: Any, **__: Any) -> Kept:
        raise errors.pop(0)

    monkeypatch.setattr("shared.base.fetching_once.fetch_once", fetch_once)
    with pytest.raises(StepError) as refused:
        sources().locate("https://example.com/a.mp4?signature=secret")
    assert refused.value.code == "FETCH_REFUSED"
    assert "secret" not in refused.value.message
    with pytest.raises(FetchTimeoutError):
        sources().locate("https://example.com/a.mp4")
    with pytest.raises(StepError) as given_up:
        Sources(Objects.open(), VideoStore.open(), OWNER.id, last_try=True).locate("https://example.com/a.mp4")
    assert given_up.value.code == "FETCH_TIMEOUT"
