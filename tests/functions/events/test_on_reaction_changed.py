"""Somebody likes a video, and its author has received a like, once however often that is told."""

import random
from itertools import pairwise
from typing import Any

import pytest

from functions.events.on_reaction_changed import handler
from shared.base.ids import new_id
from shared.domains.accounts.store import numbers
from shared.domains.videos.service.catalogue import CatalogueService
from shared.domains.videos.service.uploads import UploadService, UploadWish
from tests.aws import Stage
from tests.shared.domains.videos.conftest import OWNER


@pytest.fixture
def target(stage: Stage) -> str:
    """A video."""
    return f"video#{UploadService.open().request(OWNER, UploadWish('a.mp4', 9, 'video/mp4')).video.id}"


def record(number: int, target: str, user_id: str, before: str, after: str) -> dict[str, Any]:
    """What the stream tells of a user who thinks something else; "" is nothing."""
    key = {"user_id": {"S": user_id}, "target": {"S": target}}
    told: dict[str, Any] = {"SequenceNumber": str(number), "Keys": key}
    for image, thought in (("OldImage", before), ("NewImage", after)):
        if thought:
            told[image] = {**key, "reaction": {"S": thought}}
    return {"dynamodb": told}


def tell(*records: dict[str, Any]) -> Any:
    return handler({"Records": list(records)}, None)["batchItemFailures"]


def received() -> int:
    return numbers.read(OWNER.id).likes


def test_likes_that_are_told_more_than_once_are_counted_once(target: str) -> None:
    chance, told = random.Random(1), list[dict[str, Any]]()
    likes = 0
    for _ in range(12):
        user_id = new_id()
        thoughts = ["", *(chance.choice(["like", "dislike", ""]) for _ in range(4))]
        likes += thoughts[-1] == "like"
        for before, after in pairwise(thoughts):
            told.append(record(len(told), target, user_id, before, after))
    assert tell(*told) == []
    assert received() == likes > 0
    assert tell(*told[5:]) == tell(*told) == []
    assert received() == likes


def test_what_is_no_like_costs_nothing(target: str, stage: Stage) -> None:
    assert stage.calls_of(lambda: tell(record(1, target, "user", "", "dislike"))) == []
    made = stage.calls_of(lambda: tell(record(2, target, "user", "dislike", "like")))
    assert made == ["dynamodb:GetItem", "dynamodb:TransactWriteItems"]


def test_likes_of_what_is_gone_are_received_by_nobody(target: str) -> None:
    CatalogueService.open().delete(target.removeprefix("video#"), OWNER.id)
    assert tell(record(1, target, "user", "", "like"), record(2, f"video#{new_id()}", "user", "", "like")) == []
    assert received() == 0


def test_what_fails_comes_again(target: str, stage: Stage) -> None:
    one, two = record(1, target, "ada", "", "like"), record(2, target, "bob", "", "like")
    with stage.refusing("dynamodb", "TransactWriteItems", "InternalServerError") as fired:
        assert tell(one, two) == [{"itemIdentifier": "1"}]
    assert len(fired) == 1
    assert tell(one, two) == []
    assert received() == 2
