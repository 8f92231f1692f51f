"""S3: a picture is there, to be a video's thumbnail or a user's avatar."""

from typing import Any

from aws_lambda_powertools.utilities.data_classes import S3EventBridgeNotificationEvent

from shared.base.running import serve
from shared.contract.declare import Compute, Layer, on_event
from shared.contract.resources import MEDIA, USERS, VIDEOS
from shared.domains.videos.service.pictures import PictureService


@on_event(
    "aws.s3",
    "Object Created",
    detail={"bucket": {"name": [MEDIA]}, "object": {"key": [{"prefix": "uploads/thumbnails/"}]}},
    needs=(
        MEDIA.read("uploads/thumbnails/"),
        MEDIA.put("v/"),
        MEDIA.list_versions("v/"),
        MEDIA.delete_version("v/"),
        MEDIA.put("public/avatars/"),
        VIDEOS.get,
        VIDEOS.update,
        USERS.get,
        USERS.update,
    ),
    compute=Compute(memory=1769, seconds=60, layers=(Layer.FFMPEG,)),
)
def on_thumbnail_arrived(event: dict[str, Any]) -> None:
    """Decode the picture, write it anew and put it in place; one that cannot be decoded is left alone."""
    PictureService.open().place(S3EventBridgeNotificationEvent(event).detail.object.key)


handler = serve(on_thumbnail_arrived)
