"""Sealed days of the audit trail: each once, none left out, and whatever is changed afterwards is found."""

import time
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest

from functions.schedules import seal_audit_days
from functions.tasks import verify_audit
from shared.base import audit, aws, clock
from shared.base.audit import Action
from shared.base.ids import new_id
from shared.contract.resources import AUDIT, SEALS
from shared.domains.audit.rules import last_settled, month_after, month_before, seal_of
from shared.domains.audit.service.sealing import SealService
from tests.aws import Stage, real_name
from tests.clock import TurnedClock

DAY, HOUR = 86400, 3600
MORNING = "2026-02-27T06:00:00.000Z"


@pytest.fixture
def trail(stage: Stage, turned_clock: TurnedClock) -> TurnedClock:
    """A trail of 27 February to 2 March with none on 1 March; the clock stands at six in the morning of the 3rd."""
    turned_clock.seconds = clock.seconds(MORNING)
    for number, days in enumerate((1, 2, 1)):
        for _ in range(3 - number):
            audit.record(Action.ROLE_CHANGED, f"user-{number}", role="admin")
        turned_clock.advance(days * DAY)
    return turned_clock


def sealed() -> int:
    return int(seal_audit_days.handler({}, None)["sealed"])


def verified(after: str = "") -> dict[str, Any]:
    """The verdict; S3 takes the real time, at which all these days are long over."""
    told: dict[str, Any] = verify_audit.handler({"after": after}, None)
    assert told.pop("late")[-1:] == [told["last"]][: told["days"]]
    return told


def days() -> list[str]:
    return [one.day for one in SealService.open().seals.kept()[0]]


FOUR = ["2026-02-27", "2026-02-28", "2026-03-01", "2026-03-02"]


def test_all_days_that_have_ended_are_sealed_once(trail: TurnedClock) -> None:
    assert (sealed(), sealed()) == (4, 0)
    assert days() == FOUR
    assert verified() == {"days": 4, "last": "2026-03-02", "more": False, "problems": []}


def test_a_day_waits_an_hour_for_its_last_entries(trail: TurnedClock) -> None:
    assert sealed() == 4
    trail.advance(DAY - 6 * HOUR + HOUR - 1)
    assert sealed() == 0
    trail.advance(1)
    assert sealed() == 1


def test_runs_that_were_missed_are_made_up_for(trail: TurnedClock) -> None:
    assert sealed() == 4
    trail.advance(5 * DAY)
    assert verified()["problems"] == ["no day after 2026-03-02 has a seal"]
    assert sealed() == 5
    assert verified()["problems"] == []


def test_a_stage_where_nothing_was_done_has_nothing_to_seal(stage: Stage) -> None:
    assert sealed() == 0
    assert verified() == {"days": 0, "last": "", "more": False, "problems": []}


def test_two_runs_at_once_seal_each_day_once(trail: TurnedClock) -> None:
    with ThreadPoolExecutor(4) as pool:
        counts = list(pool.map(lambda _: SealService.open().seal(), range(4)))
    sealed()
    assert sum(counts) <= 4
    assert days() == FOUR
    assert verified()["problems"] == []


def entry(day: str) -> dict[str, Any]:
    return next(SealService.open().trail.of_day(day))


def change_one() -> None:
    found = entry("2026-02-28")
    aws.client("dynamodb").put_item(TableName=real_name(AUDIT), Item=found | {"target": {"S": "somebody else"}})


def remove_one() -> None:
    found = entry("2026-02-28")
    key = {name: found[name] for name in ("month", "entry_id")}
    aws.client("dynamodb").delete_item(TableName=real_name(AUDIT), Key=key)


def add_one() -> None:
    found = entry("2026-02-28")
    made_up = {"S": found["entry_id"]["S"][:-4] + "0000"}
    aws.client("dynamodb").put_item(TableName=real_name(AUDIT), Item=found | {"entry_id": made_up})


@pytest.mark.parametrize(("tamper", "left"), [(change_one, 2), (remove_one, 1), (add_one, 3)])
def test_whatever_is_changed_in_a_sealed_day_is_found(trail: TurnedClock, tamper: Any, left: int) -> None:
    assert sealed() == 4
    tamper()
    assert verified()["problems"] == [f"2026-02-28: 2 entries were sealed, and the {left} there now differ"]


def put_seal(day: str, seal: bytes) -> None:
    aws.client("s3").put_object(Bucket=real_name(SEALS), Key=f"days/{day}.json", Body=seal)


def test_a_seal_that_was_replaced_is_found_though_all_fits(trail: TurnedClock) -> None:
    assert sealed() == 4
    kept = aws.client("s3").get_object(Bucket=real_name(SEALS), Key="days/2026-03-02.json")["Body"].read()
    put_seal("2026-03-02", kept)
    assert verified()["problems"] == ["2026-03-02: its seal was replaced or removed"]


def test_a_seal_that_was_removed_is_found(trail: TurnedClock) -> None:
    assert sealed() == 4
    aws.client("s3").delete_object(Bucket=real_name(SEALS), Key="days/2026-03-01.json")
    assert verified()["problems"] == ["2026-03-01: its seal was replaced or removed"]
    (version,) = [one.version for one in SealService.open().seals.kept()[0] if one.day == "2026-03-01"]
    aws.client("s3").delete_object(Bucket=real_name(SEALS), Key="days/2026-03-01.json", VersionId=version)
    assert verified()["problems"] == ["2026-03-01: its seal was removed"]


def test_a_day_without_any_trace_of_a_seal_is_found(trail: TurnedClock) -> None:
    assert sealed() == 4
    (version,) = [one.version for one in SealService.open().seals.kept()[0] if one.day == "2026-03-01"]
    aws.client("s3").delete_object(Bucket=real_name(SEALS), Key="days/2026-03-01.json", VersionId=version)
    assert verified()["problems"] == [
        "2026-03-02: days since 2026-02-28 have no seal",
        "2026-03-02: its seal does not follow that of 2026-02-28",
    ]


def test_many_days_are_looked_at_piece_by_piece(trail: TurnedClock, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(verify_audit, "SECONDS", -1)
    assert sealed() == 4
    change_one()
    found, after, more = [], "", True
    while more:
        told = verified(after)
        assert told["days"] == 1
        found, after, more = found + told["problems"], told["last"], told["more"]
    assert after == "2026-03-02"
    assert found == ["2026-02-28: 2 entries were sealed, and the 2 there now differ"]


def move_one(month: str, moment: str) -> None:
    """An entry that somebody makes up: it lies in a month, and its id is of another moment."""
    made_up = {"month": {"S": month}, "entry_id": {"S": new_id(clock.seconds(moment))}}
    aws.client("dynamodb").put_item(TableName=real_name(AUDIT), Item=entry("2026-02-28") | made_up)


@pytest.mark.parametrize("moment", ["2026-01-31T23:59:59.999Z", "2026-03-01T00:00:00.000Z"])
def test_an_entry_that_lies_in_a_month_and_is_of_none_of_its_days_is_found(trail: TurnedClock, moment: str) -> None:
    assert sealed() == 4
    move_one("2026-02", moment)
    assert verified()["problems"] == ["2026-02: it holds entries whose ids are of other days"]


def test_an_entry_before_the_first_seal_is_found(trail: TurnedClock) -> None:
    assert sealed() == 4
    early = {"at": {"S": "2026-01-15T00:00:00.000Z"}, "month": {"S": "2026-01"}}
    early |= {"entry_id": {"S": new_id(clock.seconds("2026-01-15T00:00:00.000Z"))}}
    aws.client("dynamodb").put_item(TableName=real_name(AUDIT), Item=entry("2026-02-28") | early)
    assert verified()["problems"] == ["there are entries of days before 2026-02-27, which no seal covers"]


def test_a_chain_whose_beginning_was_cut_off_is_found(trail: TurnedClock) -> None:
    assert sealed() == 4
    (version,) = [one.version for one in SealService.open().seals.kept()[0] if one.day == "2026-02-27"]
    aws.client("s3").delete_object(Bucket=real_name(SEALS), Key="days/2026-02-27.json", VersionId=version)
    assert verified()["problems"] == [
        "2026-02-28: its seal follows one that is gone",
        "there are entries of days before 2026-02-28, which no seal covers",
    ]


def test_what_is_no_seal_keeps_no_day_from_its_own(trail: TurnedClock) -> None:
    put_seal("x", b"{}")
    put_seal("2099-01-01", b"{}")
    assert sealed() == 4
    aws.client("s3").delete_object(
        Bucket=real_name(SEALS), Key="days/2099-01-01.json", VersionId=versions()["2099-01-01"]
    )
    assert verified()["problems"] == ["days/x.json: this is no seal"]


def versions() -> dict[str, str]:
    return {one.day: one.version for one in SealService.open().seals.kept()[0]}


def test_a_day_that_was_sealed_late_is_told(stage: Stage, turned_clock: TurnedClock) -> None:
    turned_clock.seconds = time.time() - 4 * DAY
    audit.record(Action.ROLE_CHANGED, "user-1")
    turned_clock.seconds = time.time()
    assert sealed() >= 3
    told = verify_audit.handler({"after": ""}, None)
    assert told["late"][0] == clock.day(time.time() - 4 * DAY)
    assert len(told["late"]) < told["days"]
    assert told["problems"] == []


@pytest.mark.parametrize("after", ["yesterday", 7, "2026-1-1", None])
def test_what_is_no_day_is_refused(stage: Stage, after: Any) -> None:
    with pytest.raises(ValueError, match="for example"):
        verify_audit.handler({"after": after}, None)


def test_rules_of_days_and_months() -> None:
    assert last_settled(clock.seconds("2026-03-02T00:59:59.999Z")) == "2026-02-28"
    assert last_settled(clock.seconds("2026-03-02T01:00:00.000Z")) == "2026-03-01"
    assert (month_after("2026-12"), month_before("2027-01")) == ("2027-01", "2026-12")
    assert (month_after("2026-08"), month_before("2026-10")) == ("2026-09", "2026-09")
    assert seal_of("2026-01-01", [], "").hash != seal_of("2026-01-02", [], "").hash
    assert seal_of("2026-01-01", [{"a": {"S": "1"}}], "") != seal_of("2026-01-01", [{"a": {"S": "2"}}], "")


def test_an_entry_of_the_last_moment_lies_in_the_day_of_its_month(trail: TurnedClock) -> None:
    trail.seconds = clock.seconds("2026-03-31T23:59:59.999Z")
    made = audit.entry(Action.ROLE_CHANGED, "user-9")["Put"]["Item"]
    aws.client("dynamodb").put_item(TableName=real_name(AUDIT), Item=made)
    assert [item["target"]["S"] for item in SealService.open().trail.of_day("2026-03-31")] == ["user-9"]
    assert list(SealService.open().trail.of_day("2026-04-01")) == []
