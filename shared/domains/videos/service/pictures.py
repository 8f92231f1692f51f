"""Pictures that people upload: what is published is always decoded and encoded by us, never their own bytes."""

from dataclasses import dataclass

from shared.base import logs
from shared.base.objects import Objects
from shared.base.settings import setting
from shared.domains.accounts.rules.pictures import avatar_path
from shared.domains.accounts.service.profiles import ProfileService
from shared.domains.videos.errors import MediaMovingError
from shared.domains.videos.rules.keys import ThumbnailUpload, media_prefix, thumbnail_name, uploaded_thumbnail
from shared.domains.videos.service.processing import ProcessingService
from shared.media.errors import MediaError
from shared.media.pictures import reencode_image

IMMUTABLE = "public, max-age=31536000, immutable"
AVATAR_SIDE = 512
MOVE_TRIES = 3


@dataclass(frozen=True)
class PictureService:
    """Puts uploaded pictures in place. Every step can be run twice."""

    objects: Objects
    videos: ProcessingService
    profiles: ProfileService

    @classmethod
    def open(cls) -> "PictureService":
        """On the stage's own resources."""
        return cls(Objects.open(), ProcessingService.open(), ProfileService.open())

    def place(self, key: str) -> bool:
        """Publish the picture that was uploaded under a key; False when it is not one, or not wanted any more."""
        upload = uploaded_thumbnail(key)
        if upload is None:
            return False
        try:
            return self._place_thumbnail(key, upload) if upload.video_id else self._place_avatar(key, upload)
        except MediaError as error:
            logs.log(
                "WARNING", "a picture was refused", key=key, code=error.code, reason=error.message, detail=error.detail
            )
            return False

    def _place_avatar(self, key: str, upload: ThumbnailUpload) -> bool:
        picture = reencode_image(self.objects.get(key), setting("FFMPEG_PATH"), side=AVATAR_SIDE)
        path = avatar_path(upload.user_id, upload.thumbnail_id)
        self.objects.put(path.lstrip("/"), picture, "image/jpeg", IMMUTABLE)
        return self.profiles.set_avatar(upload.user_id, upload.thumbnail_id)

    def _place_thumbnail(self, key: str, upload: ThumbnailUpload) -> bool:
        picture = reencode_image(self.objects.get(key), setting("FFMPEG_PATH"))
        for _ in range(MOVE_TRIES):
            video = self.videos.get(upload.video_id)
            if video is None or video.owner_id != upload.user_id:
                return False
            name = media_prefix(video.id, video.version) + thumbnail_name(upload.thumbnail_id)
            self.objects.put(name, picture, "image/jpeg", IMMUTABLE)
            try:
                wanted = self.videos.set_thumbnail(
                    video.id, upload.user_id, upload.thumbnail_id, video.version, known=video
                )
            except MediaMovingError:
                continue
            if not wanted:
                self.objects.erase(name)
            return wanted
        raise MediaMovingError
