"""At deployment: the key of media addresses for the edge, and the picture of those who have chosen none."""

import json
from typing import Any

from shared.base.aws import secret
from shared.base.objects import Objects
from shared.base.running import serve_deployment
from shared.contract.declare import task
from shared.contract.resources import MEDIA, MEDIA_KEY
from shared.domains.accounts.rules.pictures import DEFAULT_AVATAR, DEFAULT_AVATAR_PICTURE


@task(needs=(MEDIA_KEY.read, MEDIA.put("config/"), MEDIA.put("public/")), at_deployment=True)
def prepare_media(properties: dict[str, Any]) -> None:
    """Write the object that the edge's key store imports, and the default avatar. Again writes the same."""
    objects = Objects.open()
    content = {"data": [{"key": "media-key", "value": secret("MEDIA_KEY_SECRET")}]}
    objects.put(properties["Key"], json.dumps(content).encode(), "application/json")
    objects.put(DEFAULT_AVATAR.lstrip("/"), DEFAULT_AVATAR_PICTURE, "image/svg+xml", "public, max-age=86400")


handler = serve_deployment(prepare_media)
