"""What must hold of a request, and is checked in the first transaction that it makes, which saves a read."""

from collections.abc import Callable
from contextvars import ContextVar
from dataclasses import dataclass
from typing import Any

from shared.base.errors import AppError


@dataclass
class Proviso:
    """Something that must hold.

    check    the same as a ConditionCheck, as TransactWriteItems takes it, of an item that the request does not write
    holds    reads whether it does
    refused  what is raised where it does not
    is_met   it held at some moment since the request began
    """

    check: dict[str, Any]
    holds: Callable[[], bool]
    refused: Callable[[], AppError]
    is_met: bool = False


_of_request: ContextVar[Proviso | None] = ContextVar("proviso", default=None)


def require(proviso: Proviso | None) -> None:
    """No transaction is made from here on unless this holds; None asks for nothing. Writes by themselves ask nobody."""
    _of_request.set(proviso)


def due() -> Proviso | None:
    """What has not been checked yet."""
    proviso = _of_request.get()
    return None if proviso is None or proviso.is_met else proviso


def settle() -> None:
    """Check by a read what no transaction has checked. Raises what the proviso says."""
    proviso = due()
    if proviso is None:
        return
    if not proviso.holds():
        raise proviso.refused()
    proviso.is_met = True
