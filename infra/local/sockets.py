"""The WebSocket API: how handshakes are refused, and what clients see of what functions answer."""

from __future__ import annotations

import contextvars
import functools
import json
from typing import Any

from infra.local.differences import correction
from infra.local.emulator import apigateway, new_id

_OK = range(200, 300)
_refusal: contextvars.ContextVar[list[int]] = contextvars.ContextVar("refusal")


@correction(
    title="WebSocket handshakes that a function refuses",
    aws="The answer has the function's status.",
    emulator="It is always 403.",
    names=("services.apigateway: handle_websocket _invoke_ws_lambda",),
)
def answer_refused_handshakes() -> None:
    serve, invoke = apigateway.handle_websocket, apigateway._invoke_ws_lambda

    @functools.wraps(serve)
    async def handle(scope: dict[str, Any], receive: Any, send: Any, *args: Any, **kwargs: Any) -> None:
        refused: list[int] = []
        _refusal.set(refused)

        async def answer(message: dict[str, Any]) -> None:
            if message["type"] != "websocket.close" or not refused:
                await send(message)
                return
            status = refused.pop()
            head: dict[str, Any] = {"type": "websocket.http.response.start", "status": status, "headers": []}
            await send(head)
            await send({"type": "websocket.http.response.body", "body": b""})

        await serve(scope, receive, answer, *args, **kwargs)

    @functools.wraps(invoke)
    async def noted(*args: Any, **kwargs: Any) -> Any:
        answered = await invoke(*args, **kwargs)
        status = int((answered or {}).get("statusCode", 200))
        if "CONNECT" in args and status not in _OK:
            _refusal.get().append(status)
        return answered

    apigateway.handle_websocket, apigateway._invoke_ws_lambda = handle, noted


@correction(
    title="Answers of functions to WebSocket messages",
    aws="What a function returns is sent to nobody unless its route says so; clients learn that one failed, not why.",
    emulator="Any `body` is sent, and of a failure its text.",
    names=("services.apigateway: _invoke_ws_lambda",),
)
def keep_answers() -> None:
    stock = apigateway._invoke_ws_lambda

    @functools.wraps(stock)
    async def invoke(*args: Any, **kwargs: Any) -> Any:
        answered, (route, connection, event) = await stock(*args, **kwargs), (args[3], args[5], args[6])
        if not isinstance(answered, dict) or route.get("routeResponseSelectionExpression"):
            return answered
        kept = {name: value for name, value in answered.items() if name != "body"}
        if event == "MESSAGE" and int(kept.get("statusCode", 500)) == 500:
            told = {"message": "Internal server error", "connectionId": connection, "requestId": new_id()}
            return kept | {"body": json.dumps(told)}
        return kept

    apigateway._invoke_ws_lambda = invoke
