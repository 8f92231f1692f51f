"""What is left of somebody whose account was deleted."""

from typing import Any

from bench.world import World
from functions.schedules import tidy_media
from shared.contract.resources import AUDIT, DATA_REQUESTS, TABLES
from tests.shared.domains.privacy.people import Somebody, erase_all, left_of

EVERYWHERE = {table.name for table in TABLES} - {AUDIT.name, DATA_REQUESTS.name} | {"media", "upload"}
FOUND = {
    "answers": 3,
    "api_keys": 1,
    "archives": 3,
    "fetched_addresses": 3,
    "identities": 3,
    "jobs": 2,
    "pictures": 3,
    "sessions": 6,
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
    again = Somebody(here, "grace_h")
    assert again.id != grace.id
