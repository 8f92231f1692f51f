"""What is left of somebody whose account was deleted."""

from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from typing import Any

import pytest

from bench.world import World
from functions.schedules import erase_accounts, tidy_media
from shared.base.aws import client
from shared.contract.resources import AUDIT, DATA_REQUESTS, IDEMPOTENCY, RANKINGS, TABLES, VIEWS
from shared.domains.accounts.model import Numbers
from shared.domains.accounts.store.numbers import read
from shared.domains.privacy.model import Erasure, Progress
from shared.domains.privacy.rules.late import LATE_SECONDS
from shared.domains.privacy.service import steps
from shared.domains.privacy.service.steps import Steps
from shared.domains.privacy.store.erasures import ErasureStore
from tests.aws import real_name
from tests.shared.domains.privacy.left import left_of
from tests.shared.domains.privacy.people import Somebody, erase, erase_all

_OF_NOBODY = {VIEWS.name, RANKINGS.name}
EVERYWHERE = {table.name for table in TABLES} - {AUDIT.name, DATA_REQUESTS.name, *_OF_NOBODY} | {"media", "upload"}
"""Where somebody is told of; rows of `views` tell of nobody, those of `rankings` of videos by their ids alone."""
FOUND = {
    "answers": 3,
    "api_keys": 1,
    "archives": 3,
    "comment_reports": 1,
    "comments": 2,
    "connections": 1,
    "feed_entries": 1,
    "fetched_addresses": 3,
    "followers": 1,
    "following": 1,
    "held_comments": 2,
    "identities": 3,
    "jobs": 2,
    "notifications": 1,
    "pictures": 3,
    "reactions": 1,
    "sessions": 7,
    "studio_channels": 2,
    "units": 3,
    "uploaded_pictures": 3,
    "videos": 4,
}


def receipts(world: World, user_id: str) -> list[dict[str, Any]]:
    """The entries of the trail that say what was erased."""
    found = [row for row in world.stage.rows(AUDIT) if row["target"]["S"] == user_id]
    erased = [row["details"]["M"] for row in found if row["action"]["S"] == "account.erased"]
    return [{kind: int(value["S"]) for kind, value in one.items()} for one in erased]


def test_case_107_nothing_is_left_of_who_leaves_and_all_of_who_stays(here: World) -> None:
    other, grace = Somebody(here, "linus_t"), Somebody(here, "grace_h")
    other.fill()
    here.later(60)
    tidy_media.handler({}, None)
    grace.fill()
    before = left_of(here.stage, *other.needles)
    assert {line.partition(":")[0] for line in left_of(here.stage, *grace.needles, *grace.video_ids)} >= EVERYWHERE

    answer = grace.delete()
    assert answer.status == 200, answer.body
    erase_all(here)
    assert left_of(here.stage, *grace.needles, *grace.video_ids) == []
    assert left_of(here.stage, *other.needles) == before
    [receipt] = receipts(here, grace.id)
    assert receipt.pop("limits") > 0
    assert receipt == FOUND
    assert (read(grace.friend_id), read(other.friend_id)) == (Numbers(), Numbers(followers=1, following=1))
    again = Somebody(here, "grace_h")
    assert again.id != grace.id


SCAN = "dynamodb:Scan"


class Killed(BaseException):
    """The function is gone."""


@pytest.mark.parametrize("is_written_down", [False, True])
def test_killed_at_every_step_it_goes_on_and_counts_the_same(
    here: World, monkeypatch: pytest.MonkeyPatch, is_written_down: bool
) -> None:
    grace = Somebody(here, "grace_h")
    grace.fill()
    assert grace.delete().status == 200
    original, killed = ErasureStore.go_on, set[int]()

    def go_on(store: ErasureStore, erasure: Erasure, did: Progress) -> bool:
        first = erasure.step not in killed and not did.waits
        if not first:
            return original(store, erasure, did)
        if is_written_down:
            assert original(store, erasure, did)
        killed.add(erasure.step)
        raise Killed

    monkeypatch.setattr(ErasureStore, "go_on", go_on)
    steps = len(Steps.open().all())
    for _ in range(2 * steps):
        with suppress(Killed):
            erase(here)
        tidy_media.handler({}, None)
        here.later(LATE_SECONDS / 3)
    assert killed == set(range(steps))
    assert left_of(here.stage, *grace.needles, *grace.video_ids) == []
    [receipt] = receipts(here, grace.id)
    assert receipt.pop("limits") > 0
    assert receipt == FOUND


def test_two_who_erase_at_once_end_it_once(here: World) -> None:
    grace = Somebody(here, "grace_h")
    grace.fill()
    assert grace.delete().status == 200
    for _ in range(6):
        with ThreadPoolExecutor(2) as pool:
            list(pool.map(lambda _: erase_accounts.handler({}, None), range(2)))
        tidy_media.handler({}, None)
        here.later(LATE_SECONDS / 3)
    assert left_of(here.stage, *grace.needles, *grace.video_ids) == []
    assert len(receipts(here, grace.id)) == 1


def test_one_that_fails_keeps_no_other_waiting(here: World, monkeypatch: pytest.MonkeyPatch) -> None:
    people = [Somebody(here, name) for name in ("grace_h", "linus_t")]
    for one in people:
        assert one.delete().status == 200
    original, fired = Steps.exports, []

    def exports(steps: Steps, erasure: Erasure) -> Progress:
        if erasure.user_id == people[0].id:
            fired.append(erasure.step)
            raise OSError
        return original(steps, erasure)

    monkeypatch.setattr(Steps, "exports", exports)
    with pytest.raises(ExceptionGroup):
        erase_accounts.handler({}, None)
    here.later(LATE_SECONDS + 1)
    with pytest.raises(ExceptionGroup):
        erase_accounts.handler({}, None)
    assert fired == [0, 0]
    assert left_of(here.stage, *people[1].needles) == []
    assert left_of(here.stage, *people[0].needles) != []


def test_many_rows_on_several_pages_go_and_are_counted(here: World) -> None:
    """100 rows, half of them of 60 kB: more than a page of a megabyte, and more than a transaction takes."""
    grace, other = Somebody(here, "grace_h"), Somebody(here, "linus_t")
    for number in range(100):
        for one, padding in ((grace, "-" * 60_000 * (number % 2)), (other, "")):
            key = {"S": f"{one.id}#somewhere#{number:03}"}
            client("dynamodb").put_item(TableName=real_name(IDEMPOTENCY), Item={"key": key, "padding": {"S": padding}})
    assert grace.delete().status == 200
    here.stage._quiet = False
    before = len(here.stage.calls)
    erase_all(here)
    assert any("ExclusiveStartKey" in call.parameters for call in here.stage.calls[before:] if str(call) == SCAN)
    assert left_of(here.stage, *grace.needles) == []
    assert len([row for row in here.stage.rows(IDEMPOTENCY) if row["key"]["S"].startswith(other.id)]) == 100
    [receipt] = receipts(here, grace.id)
    assert receipt["answers"] == 100


def test_those_whom_many_follow_are_erased_in_several_goes_and_everybody_counts_right(
    here: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(steps, "TOGETHER", 8)
    grace = Somebody(here, "grace_h")
    fans = [Somebody(here, f"fan_{number}") for number in range(6)]
    for fan in fans:
        for one, other in ((fan, grace), (grace, fan), (fan, fans[0])):
            if one is not other:
                path, parameters = f"/api/users/{other.id}/follow", {"user_id": other.id}
                one.ask("follows.follow_user", "POST", path, parameters=parameters)
    assert grace.delete().status == 200
    erase_all(here)
    [receipt] = receipts(here, grace.id)
    assert (receipt["followers"], receipt["following"]) == (6, 6)
    assert [read(fan.id) for fan in fans[1:]] == [Numbers(following=1)] * 5
    assert read(fans[0].id) == Numbers(followers=5)
    assert left_of(here.stage, grace.id) == []
