"""Videos as the Studio edition knows them: with the job that makes them."""

from dataclasses import dataclass
from typing import Any

from shared.base.ids import new_id
from shared.base.objects import Objects
from shared.domains.jobs.errors import NothingToDownloadError
from shared.domains.jobs.model import Job, LedgerLine
from shared.domains.jobs.rules.studio import StudioVideo, studio_video
from shared.domains.jobs.service.desk import Download, address
from shared.domains.jobs.service.moving import Moves
from shared.domains.videos.model import Numbers, Status, Video
from shared.domains.videos.rules.keys import ThumbnailUpload, thumbnail_key
from shared.domains.videos.rules.seeing import owned
from shared.domains.videos.service.catalogue import CatalogueService, show


@dataclass(frozen=True)
class Worked:
    """A video, the job that makes it (None when it was uploaded), and what that has cost so far."""

    video: Video
    job: Job | None
    lines: list[LedgerLine]

    @property
    def shown(self) -> StudioVideo:
        """The answer about the video."""
        return studio_video(self.video, show(self.video, Numbers()), self.job.cost if self.job else 0)


@dataclass(frozen=True)
class StudioService:
    """What owners do with their videos."""

    moves: Moves

    @classmethod
    def open(cls) -> "StudioService":
        """On the stage's tables."""
        return cls(Moves())

    def get(self, video_id: str, owner_id: str) -> Worked:
        """A video of the owner's with its job and ledger: two calls. Raises VideoNotFoundError."""
        video = owned(self.moves.videos.get(video_id), owner_id)
        job, lines = self.moves.jobs.with_ledger(video.job_id) if video.job_id else (None, [])
        return Worked(video, job, lines)

    def progress(self, video_id: str, owner_id: str) -> tuple[Video, Job | None]:
        """A video of the owner's with its job: two calls. Raises VideoNotFoundError."""
        video = owned(self.moves.videos.get(video_id), owner_id)
        return video, self.moves.jobs.get(video.job_id) if video.job_id else None

    def edit(self, video_id: str, owner_id: str, wish: dict[str, Any], picture: bytes | None) -> StudioVideo:
        """Change what the owner wishes (see videos.rules.edits): two calls, and one for a picture.

        The picture is decoded and put in place like an uploaded one, soon after. Raises what an edit raises.
        """
        video = CatalogueService(self.moves.videos).change(video_id, owner_id, wish)
        if picture is not None:
            key = thumbnail_key(ThumbnailUpload(owner_id, video_id, new_id()))
            Objects.open().put(key, picture, "application/octet-stream")
        return studio_video(video, show(video, Numbers()), None)

    def download(self, video_id: str, owner_id: str) -> Download:
        """Where the video can be fetched as a file: one call. Raises VideoNotFoundError, NothingToDownloadError."""
        video = owned(self.moves.videos.get(video_id), owner_id)
        if video.status is not Status.READY or not video.variants or video.variants[0].url:
            raise NothingToDownloadError
        return address(video)
