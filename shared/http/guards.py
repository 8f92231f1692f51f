"""What stands before an endpoint: body and origin, who is calling, limits, idempotency. In this order, each once."""

from collections.abc import Callable

from shared.base.errors import ForbiddenError
from shared.base.settings import setting
from shared.contract.declare import Endpoint
from shared.http.authenticate import authenticate
from shared.http.caller import Caller
from shared.http.envelope import Answer
from shared.http.request import ApiRequest

_SAFE = {"GET", "HEAD", "OPTIONS"}


class Guards:
    """The guards of one endpoint."""

    def __init__(self, name: str, endpoint: Endpoint) -> None:
        """`name` is the endpoint's function name."""
        self._name = name
        self._endpoint = endpoint

    def around(self, request: ApiRequest, extra: dict[str, str], call: Callable[[Caller], Answer]) -> Answer:
        """Let the request through to `call`, or raise an AppError; `extra` collects headers for any answer."""
        if request.method not in _SAFE:
            _check_origin(request)
        caller = authenticate(request, self._endpoint.caller)
        request.check_json()
        return call(caller)


def _check_origin(request: ApiRequest) -> None:
    """A browser tells where a state-changing request comes from; what is not ours is refused."""
    origin = request.headers.get("origin")
    if origin and origin not in setting("CORS_ORIGINS", "").split(","):
        raise ForbiddenError(f"Requests from {origin[:100]} are not allowed")
