"""Addresses of AWS -> addresses of this machine."""

from __future__ import annotations

import re

_EXECUTE_API = re.compile(
    r"(https?|wss?)://([a-z0-9]+)\.execute-api\.(?:[a-z0-9-]+\.amazonaws\.com|localhost(?::\d+)?)(/[^/?\s,]*)?"
)
_CLOUDFRONT = re.compile(r"https://[a-z0-9-]+\.cloudfront\.net")


def local_urls(value: str, endpoint: str, media_url: str) -> str:
    """Addresses of AWS -> addresses of this machine.

    `https://ID.execute-api.REGION.amazonaws.com/STAGE` -> `{endpoint}/_aws/execute-api/ID/STAGE` (`wss:` -> `ws:`), and
    `https://D.cloudfront.net` -> `media_url`.
    """

    def execute_api(found: re.Match[str]) -> str:
        scheme = "ws" if found[1].startswith("ws") else "http"
        return f"{scheme}:{endpoint.partition(':')[2]}/_aws/execute-api/{found[2]}{found[3] or '/$default'}"

    return _CLOUDFRONT.sub(media_url, _EXECUTE_API.sub(execute_api, value))
