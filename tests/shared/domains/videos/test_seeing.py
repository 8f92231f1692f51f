"""Who may see a video, and whose it is."""

from dataclasses import replace

import pytest

from shared.domains.videos.errors import VideoNotFoundError
from shared.domains.videos.model import Author, Status, Video, Visibility
from shared.domains.videos.rules.seeing import may_see, owned

READY = Video(
    id="video",
    owner_id="owner",
    author=Author("owner", "ada", "Ada"),
    title="A title",
    created_at="",
    updated_at="",
    status=Status.READY,
)
NOBODYS = replace(READY, owner_id="")


@pytest.mark.parametrize("visibility", list(Visibility))
@pytest.mark.parametrize("status", list(Status))
def test_the_author_sees_a_video_until_it_is_deleted(status: Status, visibility: Visibility) -> None:
    video = replace(READY, status=status, visibility=visibility)
    assert may_see(video, "owner") is (status is not Status.DELETED)


@pytest.mark.parametrize("viewer", ["", "somebody"])
@pytest.mark.parametrize(
    ("status", "visibility", "seen"),
    [
        (Status.READY, Visibility.PUBLIC, True),
        (Status.READY, Visibility.UNLISTED, True),
        (Status.READY, Visibility.PRIVATE, False),
        (Status.PROCESSING, Visibility.PUBLIC, False),
        (Status.FAILED, Visibility.PUBLIC, False),
        (Status.DELETED, Visibility.PUBLIC, False),
    ],
)
def test_others_see_what_can_be_played_and_is_not_private(
    viewer: str, status: Status, visibility: Visibility, seen: bool
) -> None:
    assert may_see(replace(READY, status=status, visibility=visibility), viewer) is seen


def test_a_video_without_an_owner_is_not_that_of_who_is_not_logged_in() -> None:
    assert not may_see(replace(NOBODYS, visibility=Visibility.PRIVATE), "")
    with pytest.raises(VideoNotFoundError):
        owned(NOBODYS, "")


def test_a_video_is_touched_by_its_owner_alone() -> None:
    assert owned(READY, "owner") is READY
    deleted = replace(READY, status=Status.DELETED)
    for video, user in ((READY, "somebody"), (READY, ""), (None, "owner"), (deleted, "owner")):
        with pytest.raises(VideoNotFoundError):
            owned(video, user)
