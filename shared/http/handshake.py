"""From a declared function to the Lambda handler that lets clients of the WebSocket API connect, or refuses them."""

import time
from collections.abc import Callable
from typing import Any
from urllib.parse import urlencode

from shared.base import logs
from shared.base.context import Context, begin, known
from shared.base.errors import AppError, ForbiddenError, RateLimitedError
from shared.base.ids import is_id
from shared.base.limiter import LimiterDownError, pay
from shared.contract.declare import Socket, declaration_of
from shared.contract.limits import CONNECTING
from shared.contract.permissions import ADMINISTRATOR, CallerRule
from shared.domains.connections.model import Client
from shared.domains.connections.service.tickets import TicketService
from shared.domains.operations.service.maintenance import MaintenanceService
from shared.http.authenticate import authenticate
from shared.http.caller import Caller
from shared.http.credentials import UnreadableError, shown
from shared.http.origins import check_origin
from shared.http.request import ApiRequest

Answer = dict[str, Any]
Handler = Callable[[dict[str, Any], Any], Answer]

TICKET, HANDSHAKE = "ticket", "CONNECT"
CONNECTED = 200


def serve_handshake(function: Callable[[str, Client], None]) -> Handler:
    """The Lambda handler of what lets a client connect, called with the connection's id and who it is.

    Its status answers the handshake: a client that is refused gets no connection.
    """
    socket = declaration_of(function)
    assert isinstance(socket, Socket), f"{function.__name__} declares no route of the WebSocket API"

    def handler(event: dict[str, Any], context: Any) -> Answer:
        began = time.perf_counter()
        request, told = request_of(event), event["requestContext"]
        begin(Context(request.request_id, told["routeKey"], request.address))
        try:
            if told["eventType"] != HANDSHAKE:
                raise ForbiddenError("A message connects nobody, whatever its type")
            function(told["connectionId"], _admitted(request, _query(event), socket.caller))
            status = CONNECTED
        except AppError as error:
            status = error.status
            logs.log("INFO", "a client was refused", code=error.code, reason=error.message)
        except Exception as error:  # noqa: BLE001 - the last net: the client is told that it is not its fault
            logs.log_exception("unexpected error", error)
            status = AppError.status
        milliseconds = round((time.perf_counter() - began) * 1000)
        logs.log("INFO", function.__name__, status=status, milliseconds=milliseconds)
        return {"statusCode": status}

    return handler


def request_of(event: dict[str, Any]) -> ApiRequest:
    """A handshake as a request of the HTTP API."""
    told = event["requestContext"]
    http = {"method": "GET", "path": f"/{told['stage']}", "sourceIp": told["identity"]["sourceIp"]}
    return ApiRequest(
        {"headers": event.get("headers"), "rawQueryString": urlencode(_query(event)), "requestContext": {"http": http}}
    )


def _query(event: dict[str, Any]) -> dict[str, str]:
    return event.get("queryStringParameters") or {}


def _admitted(request: ApiRequest, query: dict[str, str], rule: CallerRule) -> Client:
    """Who connects. Raises an AppError for whoever may not."""
    if request.past_edge:
        raise ForbiddenError("Clients connect at another address")
    _charge(request.address)
    check_origin(request)
    if TICKET in query:
        return _of_ticket(request, query[TICKET])
    caller = authenticate(request, rule)
    known(actor=caller.user_id, address=caller.address)
    if caller.role != ADMINISTRATOR:
        MaintenanceService.open().refuse()
    return client_of(caller)


def client_of(caller: Caller) -> Client:
    """A caller as somebody who connects. A session that Clerk keeps is none of ours: its tokens live a minute."""
    session = caller.session_id if is_id(caller.session_id) else ""
    return Client(caller.user_id, session, caller.address, caller.expires_at)


def _of_ticket(request: ApiRequest, ticket: str) -> Client:
    if shown(request):
        raise UnreadableError("Send a token or a ticket, not both")
    MaintenanceService.open().refuse()
    client = TicketService.open().redeem(ticket, request.address)
    known(actor=client.user_id, address=client.address)
    return client


def _charge(address: str) -> None:
    """Connecting takes no more than it gives: while it cannot be counted it is free."""
    try:
        standing = pay(CONNECTING, f"address:{address}")
    except LimiterDownError:
        return
    if not standing.allowed:
        raise RateLimitedError("Too many connections: try again in a minute", CONNECTING.seconds)
