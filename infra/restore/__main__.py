"""`make backup` and `make restore`: the rows of a stage into a folder, and a stage as it was at a moment."""

import re
import sys
from datetime import UTC, datetime
from pathlib import Path

from botocore.exceptions import BotoCoreError, ClientError

from infra.account import AccountError
from infra.invoking import InvokeError, open_stage
from infra.restore import media, people, tables
from infra.restore.archives import Archive, Folder, export, save
from infra.restore.place import RestoreError, Wish, enter
from infra.restore.videos import Videos
from shared.base import clock
from shared.base.audit import Action, record
from shared.base.errors import AppError
from shared.base.settings import setting
from shared.contract.resources import USERS, VIDEOS
from shared.domains.operations.store.maintenance import MaintenanceStore
from shared.domains.privacy.rules.places import AVATARS
from shared.domains.privacy.store.erasures import ErasureStore
from shared.domains.videos.service.catalogue import CatalogueService

USAGE = (
    "Say as of when, or from which folder: make restore STAGE=dev AT=2026-01-31T12:00:00Z, or FROM=folder. "
    "It tells what it would do; DO=yes does it"
)
OPEN = (
    "The stage is open. Close it first, so that nobody changes what is brought back: "
    "POST /api/v1/admin/maintenance, and wait until running jobs are over"
)
_ACTOR = "deployer"
"""Who the audit trail says it was."""

_MOMENT = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ")


def main(arguments: list[str]) -> int:
    """`backup STAGE FOLDER`, or `restore STAGE AT FROM DO`; the process's exit status."""
    command, stage, *more = (*arguments, "", "", "", "", "")
    try:
        enter(open_stage(stage or "dev"))
        return _backup(more[0]) if command == "backup" else _restore(more[0], more[1], is_real=more[2] == "yes")
    except (AppError, RestoreError, InvokeError, AccountError, BotoCoreError, ClientError, OSError) as error:
        sys.stderr.write(f"{error}\n")
        return 1


def _backup(folder: str) -> int:
    if not folder:
        raise RestoreError("Say into which folder: make backup STAGE=dev INTO=folder")
    for name, count in save(Path(folder)).items():
        sys.stdout.write(f"{name}: {count} rows\n")
    return 0


def _restore(at: str, folder: str, *, is_real: bool) -> int:
    if bool(at) == bool(folder):
        raise RestoreError(USAGE)
    if is_real and not MaintenanceStore().read().enabled:
        raise RestoreError(OPEN)
    if folder:
        backup = Folder.open(Path(folder))
        bring_back(Wish(backup.at, is_real), backup)
    else:
        wish = Wish(_seconds(at), is_real)
        exports = export(wish)
        bring_back(wish, exports)
        if is_real:
            exports.remove()
    if not is_real:
        sys.stdout.write("Nothing was changed: DO=yes does it\n")
    return 0


def bring_back(wish: Wish, archive: Archive) -> None:
    """Make the stage what it was at the moment of an archive. It may be run again, and goes on.

    People who have come since keep their accounts, and who has left stays away. Sessions, keys and the trail are not
    touched: a password that was changed is not the old one again.
    """
    say = sys.stdout.write
    gone = people.leavers(wish)
    say(f"As of {wish.moment:%F %T} UTC\n")
    back = people.bring_back(wish, lambda: archive.rows(USERS), gone)
    say(f"users: {len(back.back)} accounts come back\n")
    for key in back.taken:
        say(f"users: {key} is somebody else's by now\n")
    found = media.survey(wish, {row[VIDEOS.key]["S"] for row in archive.rows(VIDEOS)})
    videos = Videos(wish, found)
    for table in tables.AS_THEN:
        mend = videos.mend if table is VIDEOS else tables.unmended
        say(f"{table.name}: {tables.as_then(wish, table, archive.rows(table), mend)}\n")
    folders = videos.as_then | {folder for folder in found.lost if folder.startswith(AVATARS)}
    say(f"media: {media.bring_back(wish, found, folders)} objects come back\n")
    say(f"media: {media.hide_strays(wish, found)} objects of later videos go\n")
    _let_go(wish, videos.gone, gone)
    say(f"{len(videos.gone)} videos whose objects are gone for good are deleted, {len(gone)} accounts erased again\n")


def _let_go(wish: Wish, videos: dict[str, str], leavers: set[str]) -> None:
    """Leave what cannot come back, or is not to, to those who tidy and erase."""
    if not wish.is_real:
        return
    for video_id, owner_id in videos.items():
        CatalogueService.open().delete(video_id, owner_id)
    for user_id in sorted(leavers):
        ErasureStore.open().begin_again(user_id)
    record(Action.STAGE_RESTORED, setting("STAGE"), actor=_ACTOR, as_of=clock.timestamp(wish.at))


def _seconds(at: str) -> float:
    if not _MOMENT.fullmatch(at):
        raise RestoreError(f"AT={at}: a moment in UTC, for example 2026-01-31T12:00:00Z")
    seconds = datetime.fromisoformat(at).timestamp()
    if seconds > clock.now():
        raise RestoreError(f"AT={at} is in the future; it is {datetime.now(UTC):%FT%TZ}")
    return seconds


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
