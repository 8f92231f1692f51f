"""`make backup` and `make restore`: what they say, what they refuse, and how they go on."""

import io
import os
import re
import zlib
from collections.abc import Iterator
from pathlib import Path

import pytest
from botocore.exceptions import ClientError

from bench.world import World
from infra.invoking import OpenStage
from infra.restore import __main__ as restore
from infra.restore.archives import EXPORTS, Exports
from infra.restore.place import RestoreError, Wish
from infra.restore.rows import packed, same, unpacked
from shared.base.errors import UnavailableError
from shared.base.objects import Objects
from shared.contract.resources import COMMENTS, USERS, VIDEOS
from shared.domains.operations.model import Maintenance
from shared.domains.operations.store.maintenance import MaintenanceStore
from tests.infra.restore.references import dangling
from tests.infra.restore.stages import Maker, archived, rows_of, strike
from tests.shared.domains.privacy.people import put

MOMENT = "2026-01-31T12:00:00Z"
Capture = pytest.CaptureFixture[str]


@pytest.fixture(autouse=True)
def at_hand(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """The stage that the command finds is the one in this process."""
    stage = OpenStage("test", "123456789012", lambda name: None, {})
    monkeypatch.setattr(restore, "open_stage", lambda name: stage)
    before = dict(os.environ)
    yield
    os.environ.clear()
    os.environ.update(before)


def close(here: World) -> None:
    """Nobody but administrators comes in."""
    with here.stage.unrecorded():
        MaintenanceStore().write(Maintenance(enabled=True, message="", since=1.0))


def test_from_a_backup_to_the_stage_that_it_was(here: World, tmp_path: Path, capsys: Capture) -> None:
    linus = Maker(here, "linus_t")
    [film] = linus.publish()
    linus.talk()
    folder = str(tmp_path / "backup")
    assert restore.main(["backup", "test", folder]) == 0
    assert "videos: 1 rows" in capsys.readouterr().out
    before = rows_of(here.stage)
    lost = strike(here.stage, COMMENTS)

    assert restore.main(["restore", "test", "", folder, ""]) == 0
    told = capsys.readouterr().out
    assert f"comments: {lost} come back, 0 change back, 0 go, 0 are as they were" in told
    assert told.endswith("Nothing was changed: DO=yes does it\n")
    assert here.stage.rows(COMMENTS) == []

    assert restore.main(["restore", "test", "", folder, "yes"]) == 1
    assert "The stage is open" in capsys.readouterr().err
    assert here.stage.rows(COMMENTS) == []

    close(here)
    assert restore.main(["restore", "test", "", folder, "yes"]) == 0
    assert "Nothing was changed" not in capsys.readouterr().out
    assert {name: rows for name, rows in rows_of(here.stage).items() if name != "operations"} == {
        name: rows for name, rows in before.items() if name != "operations"
    }
    assert film in str(here.stage.rows(VIDEOS))


def test_a_plan_changes_nothing(here: World, tmp_path: Path) -> None:
    grace, linus = Maker(here, "grace_h"), Maker(here, "linus_t")
    grace.publish()
    [film] = linus.publish()
    kept, wish = archived("folder", tmp_path / "backup")
    strike(here.stage, VIDEOS, film)
    strike(here.stage, USERS, linus.id)
    linus.publish()
    before = rows_of(here.stage), here.stage.rows(USERS), Objects.open().versions("v/")
    restore.bring_back(Wish(wish.at), kept)
    assert (rows_of(here.stage), here.stage.rows(USERS), Objects.open().versions("v/")) == before


def test_broken_off_it_goes_on(here: World, tmp_path: Path) -> None:
    linus = Maker(here, "linus_t")
    linus.publish()
    linus.talk()
    before = rows_of(here.stage)
    kept, wish = archived("folder", tmp_path / "backup")
    strike(here.stage, COMMENTS)
    strike(here.stage, VIDEOS)
    with here.stage.refusing("dynamodb", "BatchWriteItem", "ThrottlingException", times=20) as fired:
        with pytest.raises((UnavailableError, ClientError)):
            restore.bring_back(wish, kept)
        assert fired
    restore.bring_back(wish, kept)
    assert rows_of(here.stage) == before
    assert dangling(here.stage) == []


def test_given_again_it_finds_nothing_to_do(here: World, tmp_path: Path, capsys: Capture) -> None:
    linus = Maker(here, "linus_t")
    [film] = linus.publish()
    linus.talk()
    kept, wish = archived("folder", tmp_path / "backup")
    strike(here.stage, COMMENTS)
    put(here.stage, f"v/{film}/1/1080p.mp4", "oops")
    restore.bring_back(wish, kept)
    assert "media: 1 objects come back" in capsys.readouterr().out
    versions = Objects.open().versions("v/")
    restore.bring_back(wish, kept)
    told = capsys.readouterr().out
    assert "media: 0 objects come back" in told
    assert re.findall(r"([1-9]\d*) (?:come back|change back|go),", told) == []
    assert Objects.open().versions("v/") == versions


def test_videos_that_are_as_they_were_are_left_alone_by_another_zlib(
    here: World, tmp_path: Path, capsys: Capture, monkeypatch: pytest.MonkeyPatch
) -> None:
    linus = Maker(here, "linus_t")
    linus.publish(2)
    kept, wish = archived("folder", tmp_path / "backup")
    deflated = zlib.compressobj
    monkeypatch.setattr(zlib, "compressobj", lambda _, *more, **named: deflated(0, *more, **named))
    restore.bring_back(wish, kept)
    assert "videos: 0 come back, 0 change back" in capsys.readouterr().out


@pytest.mark.parametrize("kind", ["exports", "folder"])
def test_an_archive_that_is_not_whole_removes_nothing(here: World, tmp_path: Path, kind: str) -> None:
    """What it has lost is there still, and must not be taken for what has come since."""
    linus = Maker(here, "linus_t")
    linus.publish(2)
    linus.talk()
    before = rows_of(here.stage)
    kept, wish = archived(kind, tmp_path / "backup")
    if isinstance(kept, Exports):
        assert Objects.open().erase(f"{kept.prefix}comments/") > 0
    else:
        assert [file.unlink() for file in (tmp_path / "backup" / "comments").iterdir()]
    with pytest.raises(RestoreError, match=r"comments: the archive has 0 rows of [1-9]"):
        restore.bring_back(wish, kept)
    assert rows_of(here.stage) == before


def test_a_backup_of_another_stage_is_refused(here: World, tmp_path: Path, capsys: Capture) -> None:
    del here
    assert restore.main(["backup", "test", str(tmp_path)]) == 0
    about = tmp_path / "about.json"
    about.write_text(about.read_text().replace('"test"', '"prod"'))
    assert restore.main(["restore", "test", "", str(tmp_path), ""]) == 1
    assert "is a backup of stage prod, not of test" in capsys.readouterr().err


def test_a_name_that_somebody_else_has_by_now_stays_theirs(here: World, tmp_path: Path, capsys: Capture) -> None:
    linus = Maker(here, "linus_t")
    kept, wish = archived("folder", tmp_path / "backup")
    strike(here.stage, USERS, linus.id)
    other = Maker(here, "linus_t")
    restore.bring_back(wish, kept)
    told = capsys.readouterr().out
    assert "users: username#linus_t is somebody else's by now" in told
    owners = {row["pk"]["S"]: row["user_id"]["S"] for row in here.stage.rows(USERS)}
    assert owners["username#linus_t"] == other.id
    assert f"user#{linus.id}" in owners


def test_exports_are_removed_once_they_have_served(here: World, capsys: Capture) -> None:
    Maker(here, "linus_t").publish()
    _, wish = archived("exports", Path())
    close(here)
    assert Objects.open().keys(EXPORTS)
    assert restore.main(["restore", "test", f"{wish.moment:%FT%TZ}", "", "yes"]) == 0
    assert [key for key in Objects.open().keys(EXPORTS) if f"/{int(wish.at)}/" in key] == []


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        ([], "Say as of when"),
        (["restore", "test", MOMENT, "folder", ""], "Say as of when"),
        (["restore", "test", "yesterday", "", ""], "AT=yesterday: a moment in UTC"),
        (["restore", "test", "2126-01-31T12:00:00Z", "", ""], "is in the future"),
        (["restore", "test", MOMENT, "", ""], "users: there are no backups"),
        (["backup", "test", ""], "Say into which folder"),
    ],
)
def test_what_it_cannot_do_it_says(here: World, capsys: Capture, arguments: list[str], said: str) -> None:
    del here
    assert restore.main(arguments) == 1
    assert said in capsys.readouterr().err


def test_a_folder_is_a_backup_or_empty(here: World, tmp_path: Path, capsys: Capture) -> None:
    del here
    (tmp_path / "else").write_text("something")
    assert restore.main(["restore", "test", "", str(tmp_path), ""]) == 1
    assert "holds no backup" in capsys.readouterr().err
    assert restore.main(["backup", "test", str(tmp_path)]) == 1
    assert "is not empty" in capsys.readouterr().err


def test_rows_are_in_files_as_they_are_in_tables() -> None:
    row = {
        "id": {"S": "ü"},
        "raw": {"B": b"\x00\xff"},
        "map": {"M": {"B": {"S": "b"}, "BS": {"BS": [b"1", b"2"]}}},
        "set": {"SS": ["a", "b"]},
        "list": {"L": [{"B": b"x"}, {"BOOL": True}]},
    }
    assert list(unpacked(io.BytesIO(packed([row, row])))) == [row, row]
    assert same(row, row | {"set": {"SS": ["b", "a"]}})
    assert not same(row, row | {"set": {"SS": ["a"]}})
