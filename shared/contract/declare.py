"""Declarations: what each function under functions/ is, read by the runtime and by the infrastructure alike."""

from collections.abc import Callable
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any, TypeVar

from shared.contract.limits import Limit
from shared.contract.needs import Need, Table
from shared.contract.permissions import PUBLIC, CallerRule, Identity
from shared.contract.services import Queue

F = TypeVar("F", bound=Callable[..., Any])
_ATTRIBUTE = "__declaration__"

ANY_ROUTE = "$default"
"""The path of the endpoint that answers whatever no other one does."""

SAFE_METHODS = ("GET", "HEAD", "OPTIONS")
"""They change nothing."""

API_SECONDS = 29
"""API Gateway ends a request after 29 seconds, whatever the function does."""


class Layer(StrEnum):
    """What a function ships with besides the dependencies that all have."""

    FFMPEG = "ffmpeg"
    MEDIA = "media"
    FONTS = "fonts"
    SPEECH = "speech"


class Lane(StrEnum):
    """Where a step of a workflow runs."""

    LAMBDA = "lambda"
    BATCH = "batch"


@dataclass(frozen=True)
class Compute:
    """Size of a function: memory in MiB (1769 is one whole vCPU), seconds until it is ended, layers, /tmp in MiB."""

    memory: int = 512
    seconds: int = 15
    layers: tuple[Layer, ...] = ()
    scratch: int = 512


@dataclass(frozen=True)
class Declaration:
    """What all functions have in common. `is_awaited`: somebody waits for the answer, and sees how it failed."""

    needs: tuple[Need, ...]
    compute: Compute
    is_awaited: bool = field(default=True, kw_only=True)


def routes_of(method: str, path: str, aliases: tuple[str, ...]) -> tuple[tuple[str, str], ...]:
    """(method, path) of an endpoint and of its aliases."""
    named = [alias.rpartition(" ") for alias in aliases]
    return ((method, path), *((other or method, alias) for other, _, alias in named))


@dataclass(frozen=True)
class Endpoint(Declaration):
    """One HTTP endpoint.

    aliases        other paths that the same function serves, by another method where it stands before: "PUT /path"
    errors         status -> code of the failures worth documenting besides those that follow from the declaration
    answers        status -> model of the answers besides `status`, for example 503 of a readiness probe
    media_type     what the answer is when it is not JSON, for example text/plain
    other_type     what it is for callers who ask for that in Accept, for example text/html
    idempotent     Idempotency-Key is honoured: the first answer is kept for 24 hours
    secret_answer  the answer carries a secret, so it is never kept: a repeated Idempotency-Key is 409
    shared_age     seconds that a shared cache may keep the answer to an anonymous caller; 0 is never
    general        the limits that hold for all callers count its requests too
    in_maintenance it is served to everybody while the stage is maintained: health, and what lets administrators in
    """

    method: str
    path: str
    caller: CallerRule
    limits: tuple[Limit, ...] = ()
    aliases: tuple[str, ...] = ()
    status: int = 200
    errors: tuple[tuple[int, str], ...] = ()
    answers: tuple[tuple[int, type], ...] = ()
    media_type: str = "application/json"
    other_type: str = ""
    idempotent: bool = False
    secret_answer: bool = False
    shared_age: int = 0
    general: bool = True
    in_maintenance: bool = False

    @property
    def closes(self) -> bool:
        """Whether it looks if the stage is maintained. Signed reports go on, and administration is for those within."""
        open_to = (Identity.SIGNATURE, Identity.ADMIN)
        return not self.in_maintenance and self.path != ANY_ROUTE and self.caller.identity not in open_to

    @property
    def routes(self) -> tuple[tuple[str, str], ...]:
        """(method, path) of the endpoint and of its aliases."""
        return routes_of(self.method, self.path, self.aliases)


CONNECT, DISCONNECT, ANY_MESSAGE = "$connect", "$disconnect", "$default"
"""Routes of the WebSocket API that are no types of messages."""


@dataclass(frozen=True)
class Socket(Declaration):
    """A function of the WebSocket API.

    route   whose messages it gets: those of clients whose `type` it is, or CONNECT, DISCONNECT, or ANY_MESSAGE for all
            that no other one gets
    caller  who may connect; for CONNECT alone
    """

    route: str
    caller: CallerRule = PUBLIC

    @property
    def has_message(self) -> bool:
        """Whether a message of a client invokes it."""
        return self.route not in (CONNECT, DISCONNECT)


@dataclass(frozen=True)
class Step(Declaration):
    """One step of a workflow; its folder under functions/pipeline/ names the workflow."""

    lanes: tuple[Lane, ...] = (Lane.LAMBDA,)


@dataclass(frozen=True)
class Event(Declaration):
    """A function that an EventBridge pattern invokes. `detail` may name resources as {"bucket": MEDIA}, see infra."""

    source: str
    detail_type: str
    detail: dict[str, Any] = field(default_factory=dict)
    is_awaited: bool = field(default=False, kw_only=True)


@dataclass(frozen=True)
class Consumer(Declaration):
    """A function that gets records in batches: as many as there are within `window` seconds, at most `batch`.

    `filters` are patterns as of EventBridge; with some, a record that matches none of them is never seen.
    """

    batch: int = field(default=100, kw_only=True)
    window: int = field(default=1, kw_only=True)
    filters: tuple[dict[str, Any], ...] = field(default=(), kw_only=True)


@dataclass(frozen=True)
class Changes(Consumer):
    """A consumer of what changes in a table, told with both images; the changes of one item come in their order.

    A batch that fails is halved, and tried again `retries` times; then it is kept among what was lost.
    """

    table: Table
    retries: int = 5
    is_awaited: bool = field(default=False, kw_only=True)


@dataclass(frozen=True)
class Messages(Consumer):
    """The consumer of a queue, by at most `at_once` instances; what fails stays in the queue and is given out again."""

    queue: Queue
    at_once: int = 10


@dataclass(frozen=True)
class Schedule(Declaration):
    """A function that EventBridge Scheduler invokes every `minutes`."""

    minutes: int
    is_awaited: bool = field(default=False, kw_only=True)


@dataclass(frozen=True)
class Task(Declaration):
    """A function that the deployer invokes, at deployment (`at_deployment`) or by hand, or others leave work to."""

    at_deployment: bool = False


def declare(declaration: Declaration) -> Callable[[F], F]:
    """Attach a declaration to a function."""

    def mark(function: F) -> F:
        setattr(function, _ATTRIBUTE, declaration)
        return function

    return mark


def declaration_of(function: Callable[..., Any]) -> Declaration | None:
    """The declaration that was attached to a function, if any."""
    found = getattr(function, _ATTRIBUTE, None)
    return found if isinstance(found, Declaration) else None


def endpoint(
    method: str,
    path: str,
    *,
    caller: CallerRule = PUBLIC,
    needs: tuple[Need, ...] = (),
    compute: Compute | None = None,
    **more: Any,
) -> Callable[[F], F]:
    """Declare an HTTP endpoint; `more` are the other fields of Endpoint."""
    return declare(Endpoint(needs, compute or Compute(), method, path, caller, **more))


def get(path: str, **more: Any) -> Callable[[F], F]:
    """Declare a GET endpoint."""
    return endpoint("GET", path, **more)


def post(path: str, **more: Any) -> Callable[[F], F]:
    """Declare a POST endpoint."""
    return endpoint("POST", path, **more)


def patch(path: str, **more: Any) -> Callable[[F], F]:
    """Declare a PATCH endpoint."""
    return endpoint("PATCH", path, **more)


def delete(path: str, **more: Any) -> Callable[[F], F]:
    """Declare a DELETE endpoint."""
    return endpoint("DELETE", path, **more)


def on_socket(
    route: str, *, needs: tuple[Need, ...] = (), compute: Compute | None = None, **more: Any
) -> Callable[[F], F]:
    """Declare a function of the WebSocket API; `more` are the other fields of Socket."""
    return declare(Socket(needs, compute or Compute(), route, **more))


def step(*, needs: tuple[Need, ...] = (), compute: Compute | None = None, **more: Any) -> Callable[[F], F]:
    """Declare a step of a workflow."""
    return declare(Step(needs, compute or Compute(), **more))


def on_event(
    source: str, detail_type: str, *, needs: tuple[Need, ...] = (), compute: Compute | None = None, **more: Any
) -> Callable[[F], F]:
    """Declare a function that an event invokes."""
    return declare(Event(needs, compute or Compute(seconds=30), source, detail_type, **more))


def on_change(
    table: Table, *, needs: tuple[Need, ...] = (), compute: Compute | None = None, **more: Any
) -> Callable[[F], F]:
    """Declare a function that gets the changes of a table; `more` are the other fields of Changes."""
    return declare(Changes(needs, compute or Compute(seconds=30), table, **more))


def on_messages(
    queue: Queue, *, needs: tuple[Need, ...] = (), compute: Compute | None = None, **more: Any
) -> Callable[[F], F]:
    """Declare the function that gets what is left in a queue; `more` are the other fields of Messages."""
    return declare(Messages(needs, compute or Compute(seconds=30), queue, **more))


def every(minutes: int, *, needs: tuple[Need, ...] = (), compute: Compute | None = None) -> Callable[[F], F]:
    """Declare a function that runs on a schedule."""
    return declare(Schedule(needs, compute or Compute(seconds=60), minutes))


def task(*, needs: tuple[Need, ...] = (), compute: Compute | None = None, **more: Any) -> Callable[[F], F]:
    """Declare a function that the deployer invokes, or others leave work to; `more` are the other fields of Task."""
    return declare(Task(needs, compute or Compute(seconds=60), **more))
