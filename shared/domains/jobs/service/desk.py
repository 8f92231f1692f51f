"""Jobs as their owners see them: reading, listing, cancelling, downloading."""

from dataclasses import dataclass, replace

from shared.base import clock
from shared.base.ids import is_id
from shared.base.objects import Objects
from shared.base.pages import seal, skipped, unseal
from shared.base.settings import setting
from shared.domains.jobs.errors import BadJobIdError, JobNotDoneError, JobOverError
from shared.domains.jobs.model import Account, Job, Status
from shared.domains.jobs.rules.naming import disposition, file_name
from shared.domains.jobs.rules.prices import dollars
from shared.domains.jobs.rules.status import OPEN, owned
from shared.domains.jobs.service.moving import Moves
from shared.domains.videos.model import Status as VideoStatus
from shared.domains.videos.model import Video
from shared.domains.videos.rules.keys import POSTER, media_prefix

DOWNLOAD_SECONDS = 15 * 60


@dataclass(frozen=True)
class JobPage:
    """A page of an owner's jobs, the latest first; `total` of them are in the filter."""

    jobs: list[Job]
    account: Account
    total: int
    next_cursor: str | None
    has_prev: bool


@dataclass(frozen=True)
class Download:
    """Where a file is to be had until `expires_at`."""

    url: str
    expires_at: str


@dataclass(frozen=True)
class JobService:
    """What owners do with their jobs."""

    moves: Moves

    @classmethod
    def open(cls) -> "JobService":
        """On the stage's tables."""
        return cls(Moves())

    def get(self, job_id: str, owner_id: str) -> Job:
        """A job of the owner's: one call. Raises BadJobIdError, JobNotFoundError."""
        if not is_id(job_id):
            raise BadJobIdError
        return owned(self.moves.jobs.get(job_id), owner_id)

    def spent(self, owner_id: str) -> float:
        """US dollars that all jobs of an owner have cost, by their ledgers: one call."""
        return dollars(self.moves.jobs.account(owner_id).spent)

    def page(
        self, owner_id: str, status: Status | None, *, limit: int, page: int = 1, cursor: str = "", route: str = "jobs"
    ) -> JobPage:
        """Jobs of an owner: two calls. Raises InvalidCursorError, InvalidPageError.

        page   is not looked at when there is a cursor
        route  whose list it is: a cursor is good for that one alone
        """
        scope = (route, owner_id, str(status or ""))
        after, skip = (unseal(cursor, *scope), 0) if cursor else ("", skipped(page, limit))
        found = self.moves.jobs.of_owner(owner_id, status, after, skip + limit + 1)
        account = self.moves.jobs.account(owner_id)
        shown = found[skip : skip + limit]
        more = len(found) > skip + limit
        return JobPage(
            jobs=shown,
            account=account,
            total=account.by_status[status] if status else account.total,
            next_cursor=seal(shown[-1].id, *scope) if more else None,
            has_prev=bool(cursor) or skip > 0,
        )

    def cancel(self, job_id: str, owner_id: str) -> Job:
        """End a job at once: two calls; its execution follows, see executions.py. A repeat answers the same.

        Raises BadJobIdError, JobNotFoundError, JobOverError.
        """
        job = self.get(job_id, owner_id)
        change = self.moves.cancel(job, OPEN)
        stands = change.job or job
        if not change.made and not change.orphaned:
            if stands.status is not Status.CANCELLED:
                raise JobOverError(stands.status)
            return stands
        return replace(job, status=Status.CANCELLED, updated_at=clock.timestamp())

    def download(self, job_id: str, owner_id: str, *, thumbnail: bool = False) -> Download:
        """Where the job's video, or its thumbnail, can be fetched for a while: two calls.

        Raises BadJobIdError, JobNotFoundError, JobNotDoneError.
        """
        job = self.get(job_id, owner_id)
        if job.status is not Status.COMPLETED:
            raise JobNotDoneError(job.status)
        video = self.moves.videos.get(job.video_id)
        if video is None or video.status is not VideoStatus.READY:
            raise JobNotDoneError("completed, and its video was deleted")
        return address(video, thumbnail=thumbnail)


def address(video: Video, *, thumbnail: bool = False) -> Download:
    """A presigned GET of the best rendition, which a browser saves under the video's title."""
    name = (video.thumbnail or POSTER) if thumbnail else f"{video.variants[0].name}.mp4"
    kind = "inline" if thumbnail else "attachment"
    saved = file_name(video.title, name.rpartition(".")[2])
    url = Objects(setting("MEDIA_BUCKET")).presigned(
        "get_object",
        media_prefix(video.id, video.version) + name,
        seconds=DOWNLOAD_SECONDS,
        ResponseContentDisposition=disposition(saved, kind),
    )
    return Download(url, clock.timestamp(clock.now() + DOWNLOAD_SECONDS))
