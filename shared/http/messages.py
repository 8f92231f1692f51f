"""From a declared function to the Lambda handler of messages that clients send by the WebSocket API."""

import json
import time
from collections.abc import Callable
from typing import Any

from shared.base import logs, sockets
from shared.base.context import Context, begin, known
from shared.base.errors import AppError, BadRequestError, PayloadTooLargeError
from shared.contract.declare import Socket, declaration_of
from shared.domains.connections.errors import ConnectionOverError
from shared.domains.connections.model import Connection
from shared.domains.connections.rules.limits import MESSAGE_BYTES
from shared.domains.connections.service.connecting import ConnectionService
from shared.http.request import ApiRequest

Message = dict[str, Any]
Reply = Message | None
Handler = Callable[[dict[str, Any], Any], dict[str, Any]]

UNEXPECTED = "Something went wrong on our side. The request id helps us find out what."
HEARD = {"statusCode": 200}
"""What API Gateway is told, whatever became of a message: who sent it is told by a message of ours."""


def serve_messages(function: Callable[[Connection, Message], Reply]) -> Handler:
    """The Lambda handler of messages, called with the connection that one came by and what it says.

    What it answers is sent back, and so is what goes wrong: {"type": "error", "code", "message", ...}.
    """
    socket = declaration_of(function)
    assert isinstance(socket, Socket), f"{function.__name__} declares no route of the WebSocket API"

    def handler(event: dict[str, Any], _context: Any) -> dict[str, Any]:
        began, told = time.perf_counter(), event["requestContext"]
        begin(Context(told["requestId"], f"socket {function.__name__}", told["identity"]["sourceIp"]))
        code, is_over = "", False
        try:
            reply = _heard(function, told["connectionId"], event)
        except AppError as error:
            reply, code = _error(error, told["requestId"]), error.code
            is_over = isinstance(error, ConnectionOverError) or getattr(error, "is_last", False)
        except Exception as error:  # noqa: BLE001 - the last net: whatever it was, the client is told
            logs.log_exception("unexpected error", error)
            reply, code = _error(AppError(UNEXPECTED), told["requestId"]), AppError.code
        _answer(told["connectionId"], reply, is_over=is_over)
        milliseconds = round((time.perf_counter() - began) * 1000)
        logs.log("INFO", function.__name__, code=code, milliseconds=milliseconds)
        return HEARD

    return handler


def _heard(function: Callable[[Connection, Message], Reply], connection_id: str, event: dict[str, Any]) -> Reply:
    connection = ConnectionService.open().hear(connection_id)
    known(actor=connection.user_id)
    return function(connection, _read(event))


def _read(event: dict[str, Any]) -> Message:
    request = ApiRequest(event)
    if len(request.body) > MESSAGE_BYTES:
        raise PayloadTooLargeError(f"A message is at most {MESSAGE_BYTES} bytes long")
    request.check_json()
    try:
        message = json.loads(request.body)
    except ValueError:
        raise BadRequestError("A message is a JSON object with a type") from None
    if not isinstance(message, dict):
        raise BadRequestError("A message is a JSON object with a type")
    return message


def _error(error: AppError, request_id: str) -> Message:
    """The members of the envelope, as far as they say something."""
    told = {
        "code": error.code,
        "message": error.message,
        "field_errors": error.field_errors,
        "retry_after": getattr(error, "retry_after", None),
        "request_id": request_id,
    }
    return {"type": "error", **{name: value for name, value in told.items() if value}}


def _answer(connection_id: str, reply: Reply, *, is_over: bool) -> None:
    """Tell the client, if it is still there. What cannot be told is logged: nobody waits for it here."""
    try:
        if reply is not None:
            sockets.send(connection_id, reply)
        if is_over:
            sockets.close(connection_id)
    except Exception as error:  # noqa: BLE001 - the message itself has been dealt with
        logs.log_exception("a client cannot be answered", error)
