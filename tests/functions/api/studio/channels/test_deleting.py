"""Channels are deleted in two steps, can be had back for 30 days, and then go for good."""

from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace

from functions.schedules import purge_channels
from shared.contract.limits import DAY
from shared.contract.resources import AUDIT, STUDIO_CHANNELS
from shared.domains.accounts.rules.profiles import CHANNELS
from tests.aws import Stage
from tests.callers import Account, user_token
from tests.clock import TurnedClock
from tests.functions.api.studio.channels.conftest import MakeOwner, Owner

MOST = CHANNELS["free"]


def actions(stage: Stage) -> list[str]:
    """What the trail tells of channels that were deleted."""
    found = (row["action"]["S"] for row in stage.rows(AUDIT))
    return sorted(one for one in found if one in ("channel.deleted", "channel.purged"))


def fresh(owner: Owner) -> Account:
    """The same person, who has logged in again."""
    return replace(owner.who, token=user_token(owner.stage, user_id=owner.who.user_id))


def test_case_109_a_confirmation_is_good_once_for_its_channel_and_owner(owner: Owner, make_owner: MakeOwner) -> None:
    other = make_owner()
    for somebody in (owner, owner, other):
        assert somebody.create().status == 201
    first, second = owner.ids
    asked = owner.delete(first)
    assert asked.status == 202
    confirmation = asked.json["confirmation_token"]
    for somebody, channel_id, status in ((owner, second, 400), (other, other.ids[0], 400), (other, first, 404)):
        assert somebody.delete(channel_id, confirmation).status == status
    assert owner.delete(first, "x" * 43).error["field_errors"].keys() == {"confirmation_token"}
    assert owner.get(first).json["channel"]["status"] == "active"

    with ThreadPoolExecutor(8) as pool:
        statuses = list(pool.map(lambda _: owner.delete(first, confirmation, alone=False).status, range(8)))
    assert sorted(statuses) == [200, *[404] * 7]
    assert owner.counted() == (1, 2)


def test_case_109_a_confirmation_ends_with_time_with_a_change_and_with_the_next_one(
    owner: Owner, clock: TurnedClock
) -> None:
    owner.create()
    [channel_id] = owner.ids
    stale = owner.delete(channel_id).json["confirmation_token"]
    clock.advance(601)
    assert owner.delete(channel_id, stale).status == 400

    replaced, changed = (owner.delete(channel_id).json["confirmation_token"] for _ in range(2))
    assert owner.delete(channel_id, replaced).status == 400
    assert owner.edit(channel_id, name="Another one").status == 200
    assert owner.delete(channel_id, changed).status == 400
    assert owner.counted() == (1, 1)


def test_case_109_no_confirmation_lies_in_the_table(owner: Owner, stage: Stage) -> None:
    owner.create()
    confirmation = owner.delete(owner.ids[0]).json["confirmation_token"]
    assert confirmation not in str(stage.rows(STUDIO_CHANNELS))


def test_case_109_a_deleted_channel_is_had_back_within_30_days(owner: Owner, clock: TurnedClock) -> None:
    before = owner.create(description="Openings").json["channel"]
    [channel_id] = owner.ids
    owner.deleted(channel_id)
    assert owner.list().json["channels"] == []
    [shown] = owner.list("status=deleted").json["channels"]
    assert shown["restorable_until"] > shown["deleted_at"]
    assert owner.edit(channel_id, name="New").status == 404
    assert owner.delete(channel_id).status == 404

    clock.advance(30 * DAY - 1)
    purge_channels.handler({}, None)
    owner = Owner(owner.stage, fresh(owner), owner.ids)
    back = owner.edit(channel_id, status="active").json["channel"]
    moments = {"updated_at": ""}
    assert back | moments == before | moments
    assert owner.counted() == (1, 1)
    clock.advance(2 * DAY)
    purge_channels.handler({}, None)
    assert Owner(owner.stage, fresh(owner)).get(channel_id).status == 200


def test_case_109_on_day_31_it_is_gone_for_good(owner: Owner, stage: Stage, clock: TurnedClock) -> None:
    for _ in range(2):
        owner.create()
    owner.deleted(owner.ids[0])
    clock.advance(30 * DAY)
    later = Owner(stage, fresh(owner))
    assert later.get(owner.ids[0]).status == 404, "nobody can have it back, whether it was removed or not"
    assert later.edit(owner.ids[0], status="active").status == 404
    assert later.list("status=deleted").json["channels"] == []
    for _ in range(2):
        purge_channels.handler({}, None)
    assert owner.ids[0] not in {row["channel_id"]["S"] for row in stage.rows(STUDIO_CHANNELS)}
    assert later.counted() == (1, 1)
    assert actions(stage) == ["channel.deleted", "channel.purged"]


def test_what_is_deleted_makes_room_but_not_without_end(owner: Owner) -> None:
    for _ in range(MOST):
        assert owner.create().status == 201
    first = owner.ids[0]
    owner.deleted(first)
    assert owner.create().status == 201
    back = owner.edit(first, status="paused")
    assert (back.status, back.error["code"]) == (403, "CHANNEL_LIMIT_REACHED")
    for channel_id in owner.ids[1:MOST]:
        owner.deleted(channel_id)
        assert owner.create().status == 201
    owner.deleted(owner.ids[-1])
    assert owner.counted() == (MOST - 1, 2 * MOST)
    assert owner.create().error["code"] == "CHANNEL_LIMIT_REACHED"
    assert owner.edit(owner.ids[-1], status="active").status == 200
