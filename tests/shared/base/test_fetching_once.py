"""Fetched sources as they are kept: once an owner and day, equal bytes once, whoever comes at the same time."""

import hashlib
import json
import os
import ssl
import threading
from concurrent.futures import ThreadPoolExecutor

import pytest

from shared.base import aws, clock, fetching_once
from shared.base.fetching_once import DAY, Kept, fetch_once
from shared.base.fetching_rules import FetchFailedError, FetchRefusedError, FetchTooLargeError, Limits
from shared.base.objects import CONFLICT_TRIES, Objects
from tests.aws import Stage
from tests.clock import TurnedClock
from tests.shared.base.web import HOST, Web, answer, file

LIMITS = Limits(max_bytes=1_000_000, seconds=20, connect_seconds=10, head_seconds=10)
URL = f"https://{HOST}/film?a=b"
PREFIX = "sources/"
BODY = os.urandom(100_000)
KEY = PREFIX + hashlib.sha256(BODY).hexdigest()


@pytest.fixture
def objects(stage: Stage, web: Web) -> Objects:
    web.site.pages["/film?a=b"] = file(BODY)
    return Objects.open()


def once(web: Web, objects: Objects, owner: str = "anna", url: str = URL, limits: Limits = LIMITS) -> Kept:
    return fetch_once(url, objects, PREFIX, owner, limits, web.network)


def records(objects: Objects) -> list[str]:
    return [key for key in objects.keys(PREFIX) if key.startswith(f"{PREFIX}urls/")]


def versions(objects: Objects, key: str) -> int:
    found = aws.client("s3").list_object_versions(Bucket=objects.bucket, Prefix=key)
    return len(found.get("Versions", [])) + len(found.get("DeleteMarkers", []))


def test_the_bytes_lie_at_their_hash(web: Web, objects: Objects) -> None:
    kept = once(web, objects)
    assert kept == Kept(KEY, len(BODY), hashlib.sha256(BODY).hexdigest(), "video/mp4")
    assert objects.get(kept.key) == BODY
    head = aws.client("s3").head_object(Bucket=objects.bucket, Key=kept.key)
    assert head["ContentType"] == "application/octet-stream"
    (record,) = records(objects)
    assert record.startswith(f"{PREFIX}urls/anna/")
    assert HOST not in record + json.dumps(objects.get_json(record))


def test_whoever_waits_can_end_it(web: Web, objects: Objects) -> None:
    def give_up() -> None:
        raise InterruptedError

    with pytest.raises(InterruptedError):
        fetch_once(URL, objects, PREFIX, "anna", LIMITS, web.network, on_piece=give_up)
    assert objects.keys(PREFIX) == {}
    assert once(web, objects).key == KEY


@pytest.mark.parametrize("spelling", [URL, URL.upper().replace("FILM?A=B", "film?a=b"), f"{URL}#x"])
def test_an_owner_fetches_an_address_once_a_day(web: Web, objects: Objects, spelling: str) -> None:
    first = once(web, objects)
    assert once(web, objects, url=spelling) == first
    assert len(web.site.requests) == 1


def test_what_is_kept_costs_two_calls_and_no_look_up(web: Web, objects: Objects, stage: Stage) -> None:
    once(web, objects)
    web.asked.clear()
    assert stage.calls_of(lambda: once(web, objects)) == ["s3:GetObject", "s3:ListObjectsV2"]
    assert web.asked == []


def test_another_day_asks_again(web: Web, objects: Objects, turned_clock: TurnedClock) -> None:
    once(web, objects)
    web.site.pages["/film?a=b"] = file(b"new")
    assert once(web, objects).key == KEY
    turned_clock.advance(DAY)
    assert objects.get(once(web, objects).key) == b"new"
    assert len(web.site.requests) == 2
    assert objects.get(KEY) == BODY


def test_another_owner_asks_too_and_equal_bytes_are_stored_once(web: Web, objects: Objects) -> None:
    assert once(web, objects) == once(web, objects, "bert")
    assert len(web.site.requests) == 2
    assert len(records(objects)) == 2
    assert versions(objects, KEY) == 1
    assert versions(objects, f"{PREFIX}incoming/") == 0


def test_old_bytes_are_written_again_so_that_they_outlive_the_record(
    web: Web, objects: Objects, turned_clock: TurnedClock
) -> None:
    once(web, objects)
    turned_clock.advance(DAY + 5)
    once(web, objects)
    assert versions(objects, KEY) == 2


def test_bytes_that_are_gone_are_fetched_again(web: Web, objects: Objects) -> None:
    once(web, objects)
    objects.erase(KEY)
    web.site.pages["/film?a=b"] = file(b"new")
    kept = once(web, objects)
    assert objects.get(kept.key) == b"new"
    assert once(web, objects) == kept  # the record follows
    assert len(web.site.requests) == 2


def test_those_who_come_at_once_agree(web: Web, objects: Objects) -> None:
    """The server gives each another film, and holds all of them back until each has asked."""
    bodies = [bytes([number]) * 50_000 for number in range(4)]
    together, taken = threading.Barrier(len(bodies)), iter(bodies)

    def each_another(connection: ssl.SSLSocket) -> None:
        body = next(taken)
        together.wait(20)
        file(body)(connection)

    web.site.pages["/film?a=b"] = each_another
    with ThreadPoolExecutor(len(bodies)) as pool:
        kept = list(pool.map(lambda _: once(web, objects), bodies))
    assert len(web.site.requests) == len(bodies)
    assert len(set(kept)) == 1
    assert objects.get(kept[0].key) in bodies
    (record,) = records(objects)
    assert versions(objects, record) == 1
    assert once(web, objects) == kept[0]


def test_large_files_are_kept_aside_until_their_hash_is_known(
    web: Web, objects: Objects, stage: Stage, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(fetching_once, "PART_SIZE", 10_000)
    assert once(web, objects).key == KEY
    assert objects.get(KEY) == BODY
    put = [call.parameters["Key"] for call in stage.calls if call.operation in {"PutObject", "CopyObject"}]
    assert put[0].startswith(f"{PREFIX}incoming/")
    assert put[1] == KEY
    assert versions(objects, f"{PREFIX}incoming/") == 0


@pytest.mark.parametrize("part_size", [10_000, 1_000_000])
def test_a_fetch_that_fails_leaves_nothing(
    web: Web, objects: Objects, monkeypatch: pytest.MonkeyPatch, part_size: int
) -> None:
    monkeypatch.setattr(fetching_once, "PART_SIZE", part_size)
    web.site.pages["/film?a=b"] = answer(f"HTTP/1.1 200 OK\nContent-Length: {len(BODY) + 1}", BODY)
    with pytest.raises(FetchFailedError):
        once(web, objects)
    assert objects.keys(PREFIX) == {}
    assert "Uploads" not in aws.client("s3").list_multipart_uploads(Bucket=objects.bucket)
    web.site.pages["/film?a=b"] = file(BODY)
    assert once(web, objects).key == KEY


def test_what_is_kept_keeps_to_the_limit_of_who_asks(web: Web, objects: Objects) -> None:
    once(web, objects)
    with pytest.raises(FetchTooLargeError):
        once(web, objects, limits=Limits(max_bytes=len(BODY) - 1))
    assert len(web.site.requests) == 1


def test_an_address_that_is_refused_reads_nothing(web: Web, objects: Objects, stage: Stage) -> None:
    with pytest.raises(FetchRefusedError):
        once(web, objects, url="https://169.254.169.254/")
    assert stage.calls == []


@pytest.mark.parametrize("owner", ["", "../bert", "anna/x", "a" * 65, "ä", "anna\n"])
def test_an_owner_is_an_id(web: Web, objects: Objects, owner: str) -> None:
    with pytest.raises(ValueError, match="owner"):
        once(web, objects, owner)


def test_a_write_whose_reply_is_lost_counts(web: Web, objects: Objects, stage: Stage) -> None:
    with stage.cut_off("s3", "PutObject", times=2, after=True) as fired:
        kept = once(web, objects)
    assert len(fired) == 2
    assert once(web, objects) == kept
    assert len(web.site.requests) == 1


def test_a_record_whose_reply_is_lost_is_ours_all_the_same(objects: Objects, stage: Stage) -> None:
    """The SDK sends it again, and S3 finds that there is one: who asks then reads what it says."""
    with stage.cut_off("s3", "PutObject", times=1, after=True) as fired:
        assert not objects.put_json_once("a", 1)
    assert len(fired) == 1
    assert objects.get_json("a") == 1


def test_a_write_at_the_same_moment_is_waited_for(
    objects: Objects, stage: Stage, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("shared.base.objects.time.sleep", lambda _: None)
    with stage.refusing("s3", "PutObject", "ConditionalRequestConflict", times=2) as fired:
        assert objects.put_json_once("a", 1)
    assert len(fired) == 2
    error = aws.client("s3").exceptions.ClientError
    with stage.refusing("s3", "PutObject", "ConditionalRequestConflict") as fired, pytest.raises(error):
        objects.put_json_once("b", 1)
    assert len(fired) == CONFLICT_TRIES


def test_json_is_written_once(objects: Objects) -> None:
    assert objects.put_json_once("a", 1)
    assert not objects.put_json_once("a", 2)
    assert objects.get_json("a") == 1


def test_an_objects_age_is_told_for_its_own_key(objects: Objects, turned_clock: TurnedClock) -> None:
    objects.put("abc", b"", "a/b")
    assert objects.age("ab") is None
    turned_clock.advance(100)
    age = objects.age("abc")
    assert age is not None
    assert abs(age - 100) < 20
    assert clock.now() == turned_clock.seconds
