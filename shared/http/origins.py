"""Where a browser's request comes from: it tells the page's origin, and no page can change that."""

from shared.base.errors import ForbiddenError
from shared.base.settings import setting
from shared.http.request import ApiRequest


def check_origin(request: ApiRequest) -> None:
    """Refuse a page that is neither the API's own nor of CORS_ORIGINS. Who is no browser tells no origin."""
    origin = request.headers.get("origin")
    if origin is not None and not _is_own(origin, request) and origin not in setting("CORS_ORIGINS", "").split(","):
        raise ForbiddenError(f"Requests from {origin[:100]} are not allowed")


def _is_own(origin: str, request: ApiRequest) -> bool:
    """Whether a page of the API itself asks."""
    host = request.host
    return bool(host) and origin in (f"https://{host}", f"http://{host}")
