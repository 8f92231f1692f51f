"""FastAPI, imported without building the schemas of its OpenAPI models, which a handler never uses.

They cost a quarter of the import. Pydantic's own `defer_build` leaves a model's schema to its first use; it is set
while FastAPI is imported and taken back after.
"""

from pydantic import BaseModel

_config = BaseModel.model_config
_config["defer_build"] = True
try:
    from fastapi import Depends, FastAPI, Request, Response
    from fastapi.exceptions import RequestValidationError
    from mangum import Mangum
    from starlette.exceptions import HTTPException
    from starlette.routing import Route
finally:
    _config.pop("defer_build")


def text_response(media_type: str) -> type[Response]:
    """The class of answers that are text of a media type, not JSON."""
    return type("TextResponse", (Response,), {"media_type": media_type})


__all__ = [
    "BaseModel",
    "Depends",
    "FastAPI",
    "HTTPException",
    "Mangum",
    "Request",
    "RequestValidationError",
    "Response",
    "Route",
    "text_response",
]
