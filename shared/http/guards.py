"""What stands before an endpoint: edge, body and origin, who is calling, limits, idempotency. In this order, each once.

What limits an endpoint's user comes last, when the request is a valid one that really runs.
"""

from collections.abc import Callable
from typing import Any

from shared.base import provisos
from shared.base.context import known
from shared.base.errors import ForbiddenError, UnauthorizedError
from shared.contract.declare import ANY_ROUTE, SAFE_METHODS, Endpoint
from shared.contract.permissions import ADMINISTRATOR, Identity
from shared.domains.operations.service.maintenance import MaintenanceService
from shared.http import csrf
from shared.http.authenticate import authenticate
from shared.http.caller import Caller
from shared.http.credentials import NothingShownError
from shared.http.envelope import Answer
from shared.http.limiting import charge, charge_run, charge_stranger
from shared.http.origins import check_origin
from shared.http.replay import once
from shared.http.request import ApiRequest
from shared.http.visit import Visit

Call = Callable[[Caller, Callable[[], None]], Answer]
"""What does the request of a caller: it calls its second argument once it knows that the request is valid."""


class Guards:
    """The guards of one endpoint."""

    def __init__(self, name: str, endpoint: Endpoint) -> None:
        """`name` is the endpoint's function name."""
        self._name = name
        self._endpoint = endpoint

    def around(self, request: ApiRequest, context: Any, visit: Visit, call: Call) -> Answer:
        """Let the request through to `call`, or raise an AppError; `visit` collects what is learned on the way."""
        try:
            return self._around(request, context, visit, call)
        finally:
            provisos.require(None)

    def _around(self, request: ApiRequest, context: Any, visit: Visit, call: Call) -> Answer:
        if request.past_edge:
            raise ForbiddenError("This API answers at another address")
        if self._endpoint.path != ANY_ROUTE:  # where nothing is served, nothing is wrong with what was sent
            request.check_json()
            if request.method not in SAFE_METHODS:
                check_origin(request)
        visit.caller = self._authenticate(request, visit)
        _tell(visit.caller)
        self._look_if_open(visit.caller)
        charge(self._endpoint, visit)
        caller, seconds = visit.caller, self._seconds_left(context)

        def run() -> Answer:
            return call(caller, lambda: charge_run(self._endpoint, visit))

        answer = self._told(request, caller, lambda: once(self._name, self._endpoint, request, caller, seconds, run))
        provisos.settle()
        if caller.key_id:
            _settle_uses()
        if self._endpoint.caller.identity is Identity.SIGNATURE and answer["statusCode"] == UnauthorizedError.status:
            charge_stranger(self._endpoint, visit, request.address)
        return answer

    def _authenticate(self, request: ApiRequest, visit: Visit) -> Caller:
        try:
            caller = authenticate(request, self._endpoint.caller)
            if self._endpoint.path != ANY_ROUTE:
                csrf.check(request, self._endpoint.caller.identity, caller)
        except NothingShownError:
            self._look_if_open(Caller())
            charge_stranger(self._endpoint, visit, request.address)
            raise
        except (UnauthorizedError, ForbiddenError):
            charge_stranger(self._endpoint, visit, request.address)
            raise
        return caller

    def _look_if_open(self, caller: Caller) -> None:
        """MaintenanceError while the stage is closed to this caller; it costs them nothing of their limits."""
        if self._endpoint.closes and caller.role != ADMINISTRATOR and not caller.impersonator:
            MaintenanceService.open().refuse()

    @staticmethod
    def _told(request: ApiRequest, caller: Caller, run: Callable[[], Answer]) -> Answer:
        """The answer of `run`, which the audit trail tells of when an administrator acts as somebody."""
        if not caller.impersonator:
            return run()
        from shared.http.impersonating import told

        return told(caller.user_id, request.studio, run)

    def _seconds_left(self, context: Any) -> float:
        left = getattr(context, "get_remaining_time_in_millis", None)
        return left() / 1000 if left else self._endpoint.compute.seconds


def _tell(caller: Caller) -> None:
    """From here on, log lines and audit entries say who it is."""
    who = caller.impersonator or caller.user_id or caller.service
    as_whom = caller.user_id if caller.impersonator else ""
    known(actor=who, acting_as=as_whom, key_id=caller.key_id, address=caller.address)


def _settle_uses() -> None:
    from shared.domains.keys.service.showing import settle

    settle()
