"""Endpoints made for these tests, one for each thing that a declaration can ask for."""

import time
from collections import Counter

from pydantic import ConfigDict

from shared.base.errors import ConflictError, InvalidInputError, NotFoundError
from shared.contract.declare import get, post
from shared.contract.limits import HOUR, MINUTE, per_address, per_user
from shared.contract.permissions import CallerRule, Identity, optional, service, user
from shared.http.caller import Caller
from shared.http.framework import BaseModel, Response
from shared.http.serve import serve

made: Counter[str] = Counter()
"""How often each thing was made."""


class Thing(BaseModel):
    """A thing, sent or answered."""

    model_config = ConfigDict(extra="forbid")

    name: str
    size: float = 0
    parts: tuple[int, ...] = ()


@post("/api/things", caller=user(), status=201, idempotent=True, limits=(per_user("things", 50, HOUR),))
async def make_thing(thing: Thing, caller: Caller, response: Response) -> Thing:
    """Make a thing; its name says how that goes."""
    made[thing.name] += 1
    if thing.name == "slow":
        time.sleep(0.3)
    if thing.name == "broken":
        raise RuntimeError("a defect")
    if thing.name == "invalid":
        raise InvalidInputError.of("name", "no such name")
    if thing.name == "taken":
        raise ConflictError("There is such a thing")
    response.headers["location"] = f"/api/things/{made[thing.name]}"
    return thing


@post("/api/v1/things", caller=user())
async def make_studio_thing(thing: Thing) -> Thing:
    """Make a thing in the Studio edition."""
    return thing


@post("/api/secrets", caller=user(), status=201, idempotent=True, secret_answer=True)
async def make_secret(thing: Thing) -> Thing:
    """Make a secret thing."""
    made[thing.name] += 1
    return thing


@post("/api/enter", limits=(per_address("auth", 10, MINUTE),))
async def enter(thing: Thing) -> Thing:
    """Send a thing without being known."""
    return thing


@post("/api/enter/again", limits=(per_address("auth", 10, MINUTE),))
async def enter_again(thing: Thing) -> Thing:
    """Share the limit of enter."""
    return thing


@get("/api/things/{thing_id}", caller=optional(), shared_age=60)
async def get_thing(thing_id: str, caller: Caller, size: int = 1) -> Thing:
    """Read a thing that anybody may see."""
    if thing_id == "none":
        raise NotFoundError("There is no such thing")
    return Thing(name=f"{thing_id} for {caller.user_id or 'anybody'}" * size)


@get("/api/v1/admin/things", caller=CallerRule(Identity.ADMIN))
async def list_things() -> Thing:
    """Read what only administrators may."""
    return Thing(name="all")


@get("/internal/things", caller=service("internal:things"), general=False)
async def count_things() -> Thing:
    """Read what only services may."""
    return Thing(name="internal")


make_thing_handler, make_studio_thing_handler = serve(make_thing), serve(make_studio_thing)
make_secret_handler, enter_handler, enter_again_handler = serve(make_secret), serve(enter), serve(enter_again)
get_thing_handler, list_things_handler, count_things_handler = serve(get_thing), serve(list_things), serve(count_things)
