"""What stands before an endpoint: body and origin, who is calling, limits, idempotency. In this order, each once."""

from collections.abc import Callable
from typing import Any

from shared.base.errors import ForbiddenError
from shared.base.settings import setting
from shared.contract.declare import Endpoint
from shared.http.authenticate import authenticate
from shared.http.caller import Caller
from shared.http.envelope import Answer
from shared.http.limiting import charge
from shared.http.replay import once
from shared.http.request import ApiRequest
from shared.http.visit import Visit

_SAFE = {"GET", "HEAD", "OPTIONS"}


class Guards:
    """The guards of one endpoint."""

    def __init__(self, name: str, endpoint: Endpoint) -> None:
        """`name` is the endpoint's function name."""
        self._name = name
        self._endpoint = endpoint

    def around(self, request: ApiRequest, context: Any, visit: Visit, call: Callable[[Caller], Answer]) -> Answer:
        """Let the request through to `call`, or raise an AppError; `visit` collects what is learned on the way."""
        request.check_json()
        if request.method not in _SAFE:
            _check_origin(request)
        visit.caller = authenticate(request, self._endpoint.caller)
        charge(self._endpoint, visit)
        caller, seconds = visit.caller, self._seconds_left(context)
        return once(self._name, self._endpoint, request, caller, seconds, lambda: call(caller))

    def _seconds_left(self, context: Any) -> float:
        left = getattr(context, "get_remaining_time_in_millis", None)
        return left() / 1000 if left else self._endpoint.compute.seconds


def _check_origin(request: ApiRequest) -> None:
    """A browser tells where a state-changing request comes from; what is not ours is refused."""
    origin = request.headers.get("origin")
    if origin is not None and origin not in setting("CORS_ORIGINS", "").split(","):
        raise ForbiddenError(f"Requests from {origin[:100]} are not allowed")
