"""FastAPI, imported at about two thirds of what it costs by itself, which is a good part of a cold start.

Three things are left out. The schemas of its OpenAPI models, which a handler never uses: pydantic's own `defer_build`
leaves a model's schema to its first use. Pydantic's first edition, which FastAPI loads only to refuse its models, and
takes for missing when it cannot be imported. And Python's search for garbage, of which imports make next to none.
"""

import gc
import sys
from typing import Any

from pydantic import BaseModel

_modules: dict[str, Any] = sys.modules
_modules.setdefault("pydantic.v1", None)

_config = BaseModel.model_config
_collects = gc.isenabled()
_config["defer_build"] = True
gc.disable()
try:
    from fastapi import Body, Depends, FastAPI, Query, Request, Response
    from fastapi.exceptions import RequestValidationError
    from mangum import Mangum
    from starlette.exceptions import HTTPException
    from starlette.routing import Route
finally:
    _config.pop("defer_build")
    if _collects:
        gc.enable()


def text_response(media_type: str) -> type[Response]:
    """The class of answers that are text of a media type, not JSON."""
    return type("TextResponse", (Response,), {"media_type": media_type})


def json_response(model: BaseModel, status: int) -> Response:
    """A model as JSON, for endpoints that answer in several ways."""
    return Response(model.model_dump_json(), status, media_type="application/json")


__all__ = [
    "BaseModel",
    "Body",
    "Depends",
    "FastAPI",
    "HTTPException",
    "Mangum",
    "Query",
    "Request",
    "RequestValidationError",
    "Response",
    "Route",
    "json_response",
    "text_response",
]
