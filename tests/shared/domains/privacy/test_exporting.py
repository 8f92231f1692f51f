"""Case 110: an archive has all that is its user's, and nothing else."""

import io
import json
import time
import zipfile
from typing import Any

import httpx
import pytest

from bench.world import World
from functions.api.accounts import export_own_data, get_own_export
from functions.schedules import make_exports
from shared.base import aws, clock
from shared.base.objects import ObjectSink
from shared.contract.resources import AUDIT, DATA_REQUESTS, MEDIA, TABLES
from shared.domains.privacy.rules.archives import KEPT_SECONDS, LEASE_SECONDS, MOST_TRIES, archive_key
from shared.domains.privacy.service import archiving
from shared.domains.privacy.store.exports import ExportStore
from tests.api import Answer, call
from tests.aws import real_name
from tests.callers import user_token
from tests.shared.domains.privacy.people import PASSWORD, Somebody, erase_all

PATH = "/api/v1/users/me/export"
SECRET = ("mfa_secret", "tokens", "task_token", "hand_out", "fingerprint")


def ask(somebody: Somebody) -> Answer:
    return call(export_own_data.handler, "POST", PATH, token=somebody.token)


def look(somebody: Somebody, export_id: str) -> Answer:
    parameters = {"export_id": export_id}
    return call(get_own_export.handler, "GET", f"{PATH}/{export_id}", token=somebody.token, parameters=parameters)


def exported(somebody: Somebody) -> dict[str, Any]:
    """Name -> content of the files in an archive that is made now; JSON where it is such."""
    export_id = ask(somebody).json["export_id"]
    make_exports.handler({"user_id": somebody.id, "export_id": export_id}, None)
    answer = look(somebody, export_id)
    assert answer.json["status"] == "completed", answer.body
    found = aws.client("s3").get_object(Bucket=real_name(MEDIA), Key=archive_key(somebody.id, export_id))
    with zipfile.ZipFile(io.BytesIO(found["Body"].read())) as archive:
        assert archive.testzip() is None
        assert {one.date_time[:3] for one in archive.infolist()} == {time.gmtime(clock.now())[:3]}
        files = {name: archive.read(name) for name in archive.namelist()}
    return {name: json.loads(file) if name.endswith(".json") else file for name, file in files.items()}


def hidden(world: World) -> set[str]:
    """Every secret and every hash that any table holds."""
    found: set[str] = set()
    for table in TABLES:
        for row in world.stage.rows(table):
            for name, value in row.items():
                if "hash" in name or name in SECRET:
                    found |= {text for text in value.values() if isinstance(text, str)}
    return found - {""}


def test_case_110_all_that_is_ones_own_and_nothing_of_others(here: World) -> None:
    grace, other = Somebody(here, "grace_h"), Somebody(here, "linus_t")
    for one in (grace, other):
        one.fill()
    files = exported(grace)
    assert {name for name in files if not name.startswith("media/")} == KINDS
    assert {one["user_id"] for side in ("followers", "following") for one in files[f"{side}.json"]} == {grace.friend_id}
    [account] = files["account.json"]
    assert (account["id"], account["username"], account["email"]) == grace.needles
    assert account["usage"]["videos"] == len(files["videos.json"]) == 4
    assert len(files["sessions.json"]) == 3
    assert [device["device"] for device in files["devices.json"]] == ["another program in 203.0.0.0/16"]
    assert [(key["name"], key["scopes"]) for key in files["api_keys.json"]] == [("Nightly", ["videos:read"])]
    channels = [(one["name"], one["status"]) for one in files["channels.json"]]
    assert channels == [("grace_h 0", "active"), ("grace_h 1", "deleted")]
    assert files["identities.json"] == [{"provider": "google", "subject": "subject-grace_h"}]
    said = [one["content"] for one in files["comments.json"] if "content" in one]
    assert said == [*["grace_h speaks"] * 2, "grace_h waits"]
    assert [one["content"] for one in files["comments.json"] if one.get("held")] == ["grace_h waits"]
    assert files["account.json"][0]["holding"] == {"words": ["grace_h again"], "everything": False}
    assert [one["reported"]["reason"] for one in files["comments.json"] if "reported" in one] == ["grace_h complains"]
    [told] = files["notifications.json"]
    assert (told["kind"], told["actor_id"], told["is_read"]) == ("follow", grace.friend_id, False)
    [opinion] = files["reactions.json"]
    assert (opinion["of"], opinion["video_id"], opinion["reaction"]) == ("video", grace.video_ids[0], "like")
    assert sorted(job["status"] for job in files["jobs.json"]) == ["completed", "pending"]
    assert all(job["request"] for job in files["jobs.json"])
    assert max(job["cost_dollars"] for job in files["jobs.json"]) > 0
    assert "session.begun" in {entry["action"] for entry in files["audit.json"]}
    [film] = [one for one in files["media.json"] if one["file"]]
    assert files[film["file"]] == grace.film

    whole = json.dumps({name: file for name, file in files.items() if name.endswith(".json")})
    assert not [needle for needle in (*other.needles, *other.video_ids) if needle in whole]
    secrets = hidden(here)
    assert len(secrets) > 10
    assert not [secret for secret in secrets if secret in whole]
    assert PASSWORD not in whole


KINDS = {
    *(
        "account.json",
        "sessions.json",
        "api_keys.json",
        "channels.json",
        "identities.json",
        "videos.json",
        "jobs.json",
        "audit.json",
    ),
    *("reactions.json", "comments.json", "devices.json", "media.json", "followers.json", "following.json"),
    "notifications.json",
}


def test_what_others_did_is_told_without_them(here: World) -> None:
    grace = Somebody(here, "grace_h")
    head = here.administrator()
    path, parameters = f"/api/v1/admin/users/{grace.id}/impersonate", {"user_id": grace.id}
    here.ask("admin.impersonate_user", "POST", path, token=head, parameters=parameters)
    [entry] = [one for one in exported(grace)["audit.json"] if one["action"] == "impersonation.begun"]
    assert set(entry) == {"by", "at", "action", "result", "details"}
    assert entry["by"] == "somebody else"
    told = [row for row in here.stage.rows(AUDIT) if row["action"]["S"] == "impersonation.begun"]
    assert told[0]["actor"]["S"] not in json.dumps(entry)
    assert told[0]["details"]["M"]["session"]["S"] not in json.dumps(entry)


def test_one_at_a_time_three_a_day_and_nobody_elses(here: World, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("RATE_SCALE", "1")
    grace, other = Somebody(here, "grace_h"), Somebody(here, "linus_t")
    first = ask(grace)
    assert (first.status, ask(grace).json) == (202, first.json)
    export_id = first.json["export_id"]
    assert look(grace, export_id).json == {"export_id": export_id, "status": "pending", "download_url": None}
    assert look(other, export_id).status == look(grace, "nothing").status == 404
    for _ in range(2):
        make_exports.handler({}, None)
        assert ask(grace).json != first.json
    make_exports.handler({}, None)
    refused = ask(grace)
    assert (refused.status, refused.error["code"]) == (429, "RATE_LIMIT_EXCEEDED")


def test_the_address_is_an_attachment_for_15_minutes_and_after_a_week_there_is_nothing(here: World) -> None:
    grace = Somebody(here, "grace_h")
    export_id = ask(grace).json["export_id"]
    make_exports.handler({}, None)
    query = httpx.URL(look(grace, export_id).json["download_url"]).params
    assert query["X-Amz-Expires"] == "900"
    assert query["response-content-disposition"].startswith('attachment; filename="showreel-export.zip"')
    here.later(KEPT_SECONDS + 1)
    grace.token = user_token(here.stage, user_id=grace.id)
    assert look(grace, export_id).status == 404
    [row] = [row for row in here.stage.rows(DATA_REQUESTS) if row["request_id"]["S"] == f"export#{export_id}"]
    assert "expires_at" in row


def test_one_that_is_interrupted_is_taken_up(here: World, monkeypatch: pytest.MonkeyPatch) -> None:
    grace = Somebody(here, "grace_h")
    export_id = ask(grace).json["export_id"]
    fired: list[str] = []

    def finish(sink: ObjectSink) -> None:
        fired.append("interrupted")
        raise KeyboardInterrupt

    with monkeypatch.context() as patch:
        patch.setattr(archiving.ObjectSink, "finish", finish)
        with pytest.raises(KeyboardInterrupt):
            make_exports.handler({}, None)
    assert fired == ["interrupted"]
    make_exports.handler({}, None)
    assert look(grace, export_id).json["status"] == "completed"


def test_what_was_killed_is_left_alone_as_long_as_it_may_run_and_is_made_then(here: World) -> None:
    grace = Somebody(here, "grace_h")
    export_id = ask(grace).json["export_id"]
    assert ExportStore.open().claim(grace.id, export_id), "somebody begins, and is heard of no more"
    make_exports.handler({}, None)
    assert look(grace, export_id).json["status"] == "processing"
    here.later(LEASE_SECONDS + 1)
    make_exports.handler({}, None)
    grace.token = user_token(here.stage, user_id=grace.id)
    assert look(grace, export_id).json["status"] == "completed"


def test_what_is_made_for_somebody_who_is_gone_is_removed(here: World, monkeypatch: pytest.MonkeyPatch) -> None:
    grace = Somebody(here, "grace_h")
    export_id = ask(grace).json["export_id"]
    original, fired = ObjectSink.finish, []

    def finish(sink: ObjectSink) -> None:
        original(sink)
        assert grace.delete().status == 200
        erase_all(here, 1)
        fired.append("gone")

    monkeypatch.setattr(archiving.ObjectSink, "finish", finish)
    make_exports.handler({"user_id": grace.id, "export_id": export_id}, None)
    assert fired == ["gone"]
    assert not aws.client("s3").list_object_versions(Bucket=real_name(MEDIA)).get("Versions")


def test_one_that_cannot_be_made_fails(here: World) -> None:
    grace = Somebody(here, "grace_h")
    export_id = ask(grace).json["export_id"]
    with here.stage.refusing("s3", "PutObject", "AccessDenied") as fired:
        for _ in range(MOST_TRIES):
            with pytest.raises(ExceptionGroup):
                make_exports.handler({}, None)
    assert len(fired) == MOST_TRIES
    make_exports.handler({}, None)
    assert look(grace, export_id).json["status"] == "failed"
    assert ask(grace).json["export_id"] != export_id
