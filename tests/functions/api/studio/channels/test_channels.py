"""Channels: made, listed, shown and changed, by their owner alone."""

from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest

from shared.contract.resources import AUDIT, STUDIO_CHANNELS
from shared.domains.accounts.rules.profiles import CHANNELS
from tests.aws import Stage
from tests.examples import differences
from tests.functions.api.studio.channels.conftest import WISH, MakeOwner, Owner

MOST = CHANNELS["free"]
YOUTUBE = "UC_x5XG1OV2P6uZZ5FSM9Ttw"
EXAMPLE: dict[str, Any] = {
    "id": "uuid",
    "user_id": "uuid",
    "name": "Chess for all",
    "youtube_channel_id": YOUTUBE,
    "niche": "chess",
    "description": "Openings, slowly",
    "status": "active",
    "settings": {"auto_publish": True, "videos_per_day": 2, "publish_times": ["08:00", "18:30"], "language": "de"},
    "total_videos": 0,
    "total_cost": 0,
    "created_at": "moment",
}


def test_a_channel_is_made_with_what_is_to_be_set_up(owner: Owner, stage: Stage) -> None:
    settings = {"videos_per_day": 2, "publish_times": ["18:30", "08:00", "18:30"], "language": "de"}
    answer = owner.create(description="Openings, slowly", youtube_channel_id=YOUTUBE, settings=settings)
    assert answer.status == 201
    assert differences(EXAMPLE, answer.json["channel"]) == []
    tasks = {task["id"]: task["done"] for task in answer.json["setup_tasks"]}
    assert tasks == {"connect_youtube": False, "describe": True, "schedule": True}
    assert owner.get(owner.ids[0]).json["channel"] == answer.json["channel"]
    [entry] = [row for row in stage.rows(AUDIT) if row["action"]["S"] == "channel.created"]
    assert (entry["actor"]["S"], entry["target"]["S"]) == (owner.who.user_id, owner.ids[0])


@pytest.mark.parametrize(
    ("fields", "named"),
    [
        ({"name": ""}, "name"),
        ({"name": "x" * 101}, "name"),
        ({"niche": "\u0000"}, "niche"),
        ({"youtube_channel_id": "chess"}, "youtube_channel_id"),
        ({"settings": {"videos_per_day": 11}}, "settings"),
        ({"settings": {"publish_times": ["24:00"]}}, "settings"),
        ({"settings": {"language": "tlh"}}, "settings"),
        ({"owner_id": "somebody"}, "owner_id"),
        ({"status": "disabled"}, "status"),
    ],
)
def test_what_breaks_a_rule_makes_no_channel(owner: Owner, stage: Stage, fields: dict[str, Any], named: str) -> None:
    answer = owner.create(**fields)
    assert (answer.status, answer.error["code"]) == (400, "VALIDATION_ERROR")
    assert any(field.startswith(named) for field in answer.error["field_errors"])
    assert stage.rows(STUDIO_CHANNELS) == []


def test_a_hundred_requests_at_once_make_as_many_as_the_tier_allows(owner: Owner) -> None:
    with ThreadPoolExecutor(20) as pool:
        answers = list(pool.map(lambda _: owner.create(alone=False), range(100)))
    assert sorted({answer.status for answer in answers}) == [201, 403]
    refused = [answer for answer in answers if answer.status == 403]
    assert len(refused) == 100 - MOST
    assert {answer.error["code"] for answer in refused} == {"CHANNEL_LIMIT_REACHED"}
    assert owner.list("limit=100").json["pagination"]["total_items"] == MOST
    assert owner.counted() == (MOST, MOST)


def test_a_list_has_the_latest_first_page_by_page(owner: Owner, make_owner: MakeOwner) -> None:
    for number in range(5):
        assert owner.create(name=f"Channel {number}").status == 201
    make_owner().create()
    assert owner.edit(owner.ids[1], status="paused").status == 200
    owner.deleted(owner.ids[0])
    first, second, third = (owner.list(f"limit=2&page={page}").json for page in (1, 2, 3))
    assert [one["name"] for page in (first, second, third) for one in page["channels"]] == [
        *(f"Channel {number}" for number in (4, 3, 2, 1)),
    ]
    told = [(page["pagination"]["has_prev"], page["pagination"]["has_next"]) for page in (first, second, third)]
    assert told == [(False, True), (True, False), (True, False)]
    assert first["pagination"]["total_pages"] == 2
    by_status = {status: owner.list(f"status={status}").json["channels"] for status in ("active", "paused", "deleted")}
    assert {status: len(found) for status, found in by_status.items()} == {"active": 3, "paused": 1, "deleted": 1}
    assert owner.list("page=12&limit=100").error["code"] == "INVALID_PAGE"


def test_what_is_not_sent_stays(owner: Owner, stage: Stage) -> None:
    owner.create(settings={"videos_per_day": 3, "language": "fr"}, youtube_channel_id=YOUTUBE)
    answer = owner.edit(owner.ids[0], name="Go for all", settings={"publish_times": ["09:00"]})
    channel = answer.json["channel"]
    assert (channel["name"], channel["niche"], channel["youtube_channel_id"]) == ("Go for all", "chess", YOUTUBE)
    expected = {"auto_publish": True, "videos_per_day": 3, "publish_times": ["09:00"], "language": "fr"}
    assert channel["settings"] == expected
    assert owner.edit(owner.ids[0], youtube_channel_id=None).json["channel"]["youtube_channel_id"] is None
    changes = [row["details"]["M"] for row in stage.rows(AUDIT) if row["action"]["S"] == "channel.changed"]
    assert sorted(change["fields"]["S"] for change in changes) == ["name publish_times", "youtube_channel_id"]


def test_who_changes_nothing_leaves_no_trace(owner: Owner, stage: Stage) -> None:
    before = owner.create().json["channel"]
    assert owner.edit(owner.ids[0], name=WISH["name"], settings={}).json["channel"] == before
    assert [row for row in stage.rows(AUDIT) if row["action"]["S"] == "channel.changed"] == []


def test_of_changes_at_once_none_is_lost(owner: Owner) -> None:
    owner.create()
    wishes: list[dict[str, Any]] = [{"niche": "go"}, {"description": "Slowly"}]
    with ThreadPoolExecutor(2) as pool:
        answers = list(pool.map(lambda wish: owner.edit(owner.ids[0], alone=False, **wish), wishes))
    assert {answer.status for answer in answers} == {200}
    channel = owner.get(owner.ids[0]).json["channel"]
    assert (channel["niche"], channel["description"]) == ("go", "Slowly")
