"""S3: an upload is complete."""

from typing import Any

from aws_lambda_powertools.utilities.data_classes import S3EventBridgeNotificationEvent

from shared.base.running import serve
from shared.contract.declare import on_event
from shared.contract.resources import MEDIA, OPERATIONS, TRANSCODE, VIDEOS
from shared.domains.videos.service.intake import IntakeService


@on_event(
    "aws.s3",
    "Object Created",
    detail={"bucket": {"name": [MEDIA]}, "object": {"key": [{"suffix": "/source"}]}},
    needs=(
        VIDEOS.get,
        VIDEOS.update,
        OPERATIONS.update,
        TRANSCODE.start,
        MEDIA.list_versions("uploads/"),
        MEDIA.delete_version("uploads/"),
    ),
)
def on_upload_arrived(event: dict[str, Any]) -> None:
    """Start the processing of an upload, once for each version of the object."""
    uploaded = S3EventBridgeNotificationEvent(event).detail.object
    IntakeService.open().start(uploaded.key, size=uploaded.size or 0, upload_version=uploaded.version_id)


handler = serve(on_upload_arrived)
