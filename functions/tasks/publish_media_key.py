"""At deployment: hand the key of media addresses to the edge."""

import json
from typing import Any

from shared.base.aws import secret
from shared.base.objects import Objects
from shared.base.running import serve_deployment
from shared.contract.declare import task
from shared.contract.resources import MEDIA, MEDIA_KEY


@task(needs=(MEDIA_KEY.read, MEDIA.put("config/")), at_deployment=True)
def publish_media_key(properties: dict[str, Any]) -> None:
    """Write the object that the edge's key store imports. Running it again writes the same object."""
    content = {"data": [{"key": "media-key", "value": secret("MEDIA_KEY_SECRET")}]}
    Objects.open().put(properties["Key"], json.dumps(content).encode(), "application/json")


handler = serve_deployment(publish_media_key)
