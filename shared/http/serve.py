"""From a declared endpoint to a Lambda handler: guards first, then FastAPI, then what every answer carries."""

import asyncio
import functools
import inspect
import time
from collections.abc import Callable
from typing import Annotated, Any

from shared.base import logs
from shared.base.context import Context, begin
from shared.base.errors import AppError, BadRequestError, InvalidInputError, MethodNotAllowedError, NotFoundError
from shared.contract.declare import ANY_ROUTE, Endpoint, declaration_of
from shared.http.caller import Caller
from shared.http.envelope import Answer, error_answer, finish
from shared.http.framework import (
    Depends,
    FastAPI,
    HTTPException,
    Mangum,
    Request,
    RequestValidationError,
    Response,
    Route,
    text_response,
)
from shared.http.guards import Guards
from shared.http.measure import measure
from shared.http.request import ApiRequest
from shared.http.visit import Visit

Handler = Callable[[dict[str, Any], Any], Answer]

JSON = "application/json"
MAX_PROBLEMS = 50
"""Problems of one body that are told; a caller mends the first ones first."""

_VALID = "valid_request"
UNEXPECTED = "Something went wrong on our side. The request id helps us find out what."


def serve(function: Callable[..., Any]) -> Handler:
    """The Lambda handler of an endpoint. Makes no client and reads no setting before the first request."""
    endpoint = declaration_of(function)
    assert isinstance(endpoint, Endpoint), f"{function.__name__} declares no endpoint"
    application = Mangum(build_application([(function, endpoint)]), lifespan="off")
    guards = Guards(function.__name__, endpoint)
    logs.quieten("mangum")

    def handler(event: dict[str, Any], context: Any) -> Answer:
        _event_loop()
        began = time.perf_counter()
        request, visit = ApiRequest(event), Visit()
        begin(Context(request.request_id, f"{request.method} {request.logged_path}"))
        try:
            answer = guards.around(request, context, visit, functools.partial(_call, application, request, context))
        except AppError as error:
            answer = error_answer(error, request)
        except Exception as error:  # noqa: BLE001 - the last net: whatever it was, the caller gets the envelope
            logs.log_exception("unexpected error", error)
            answer = error_answer(AppError(UNEXPECTED), request)
        done = finish(answer, request, shared_age=endpoint.shared_age, extra=visit.headers)
        measure(function.__name__, request, visit, done["statusCode"], time.perf_counter() - began)
        return done

    handler.endpoint = function  # type: ignore[attr-defined]
    return handler


def _event_loop() -> None:
    """Mangum asks for the thread's event loop, which Python no longer makes by itself."""
    try:
        asyncio.get_event_loop_policy().get_event_loop()
    except RuntimeError:
        asyncio.set_event_loop(asyncio.new_event_loop())


def _call(
    application: Mangum, request: ApiRequest, context: Any, caller: Caller, on_valid: Callable[[], None]
) -> Answer:
    told = {"caller": caller, "request": request, "on_valid": on_valid}
    answer: Answer = application({**request.event, **told}, context)
    return answer


def build_application(endpoints: list[tuple[Callable[..., Any], Endpoint]], **document: Any) -> FastAPI:
    """One FastAPI application for endpoints: one in a handler, all of them to make the OpenAPI document."""
    documented: dict[str, Any] = {"openapi_url": None, "docs_url": None, "redoc_url": None, **document}
    application = FastAPI(**documented, redirect_slashes=False)
    for function, endpoint in endpoints:
        for number, (method, path) in enumerate(endpoint.routes):
            _add_route(application, function, endpoint, method, path, number)
    application.add_exception_handler(AppError, _on_app_error)
    application.add_exception_handler(RequestValidationError, _on_invalid)
    application.add_exception_handler(HTTPException, _on_http)
    application.add_exception_handler(Exception, _on_unexpected)
    return application


def _add_route(
    application: FastAPI, function: Callable[..., Any], endpoint: Endpoint, method: str, path: str, number: int
) -> None:
    any_route = path == ANY_ROUTE
    options: dict[str, Any] = {}
    if endpoint.media_type != JSON:
        options = {"response_class": text_response(endpoint.media_type), "response_model": None}
    application.add_api_route(
        "/{unknown:path}" if any_route else path,
        with_injection(function),
        methods=["GET"] if any_route else [method],
        status_code=endpoint.status,
        operation_id=function.__name__ + ("_alias" * bool(number)) + (str(number) if number > 1 else ""),
        include_in_schema=not any_route,
        responses=_responses(endpoint),
        **options,
    )
    if any_route:
        added = application.router.routes[-1]
        assert isinstance(added, Route)
        added.methods = set()  # which Starlette takes for all of them


def _responses(endpoint: Endpoint) -> dict[int | str, dict[str, Any]]:
    """What the document says of answers besides what the function's own type says."""
    found: dict[int | str, dict[str, Any]] = {status: {"model": model} for status, model in endpoint.answers}
    if endpoint.other_type:
        found.setdefault(endpoint.status, {})["content"] = {endpoint.other_type: {}}
    return found


def with_injection(function: Callable[..., Any]) -> Callable[..., Any]:
    """The function with its `Caller` and its services turned into FastAPI dependencies.

    A service is any parameter whose type has a classmethod `open()`. Dependencies are coroutines, since FastAPI would
    call a plain function in a thread. FastAPI calls the whole once all that was sent has proven valid.
    """
    signature = inspect.signature(function, eval_str=True)
    parameters = [
        parameter.replace(annotation=_injected(parameter.annotation)) for parameter in signature.parameters.values()
    ]

    async def endpoint(**arguments: Any) -> Any:
        arguments.pop(_VALID).scope["aws.event"]["on_valid"]()
        return await function(**arguments)

    parameters.append(inspect.Parameter(_VALID, inspect.Parameter.KEYWORD_ONLY, annotation=Request))
    endpoint.__signature__ = signature.replace(parameters=parameters)  # type: ignore[attr-defined]
    endpoint.__name__, endpoint.__doc__ = function.__name__, function.__doc__
    return endpoint


def _injected(annotation: Any) -> Any:
    if annotation is Caller:
        return Annotated[Caller, Depends(_caller)]
    if annotation is ApiRequest:
        return Annotated[ApiRequest, Depends(_api_request)]
    opener = getattr(annotation, "open", None)
    if not inspect.isclass(annotation) or opener is None:
        return annotation

    async def provide() -> Any:
        return opener()

    return Annotated[annotation, Depends(provide)]


async def _caller(request: Request) -> Caller:
    found: Caller = request.scope["aws.event"]["caller"]
    return found


async def _api_request(request: Request) -> ApiRequest:
    found: ApiRequest = request.scope["aws.event"]["request"]
    return found


def _render(request: Request, error: AppError) -> Response:
    answer = error_answer(error, request.scope["aws.event"]["request"])
    return Response(answer["body"], answer["statusCode"], answer["headers"])


async def _on_app_error(request: Request, error: Exception) -> Response:
    assert isinstance(error, AppError)
    return _render(request, error)


async def _on_invalid(request: Request, error: Exception) -> Response:
    assert isinstance(error, RequestValidationError)
    fields: dict[str, list[str]] = {}
    details = []
    for problem in error.errors()[:MAX_PROBLEMS]:
        if problem["type"] == "json_invalid":
            return _render(request, BadRequestError("The body is not valid JSON"))
        field = ".".join(str(part)[:100] for part in problem["loc"][1:]) or str(problem["loc"][0])
        fields.setdefault(field, []).append(problem["msg"])
        code = "MISSING_FIELD" if problem["type"] == "missing" else "INVALID_FORMAT"
        details.append({"field": field, "code": code, "message": problem["msg"]})
    return _render(request, InvalidInputError("Validation failed", details=details, field_errors=fields))


async def _on_http(request: Request, error: Exception) -> Response:
    assert isinstance(error, HTTPException)
    if error.status_code == 405:
        return _render(request, MethodNotAllowedError("This path does not take this method"))
    if error.status_code == 404:
        return _render(request, NotFoundError("There is nothing here"))
    return _render(request, BadRequestError("The request cannot be read"))


async def _on_unexpected(request: Request, error: Exception) -> Response:
    logs.log_exception("unexpected error", error, path=request.scope["aws.event"]["request"].logged_path)
    return _render(request, AppError(UNEXPECTED))
