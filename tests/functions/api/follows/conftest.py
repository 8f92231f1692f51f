"""The stage, and people who follow each other."""

from collections.abc import Callable
from typing import Any

import pytest

from functions.api.follows import follow_user, get_user, list_followers, list_following, unfollow_user
from shared.domains.accounts.service.profiles import ProfileService
from tests.api import Answer, call
from tests.aws import Stage, stage
from tests.callers import Account, account
from tests.clock import turned_clock

__all__ = ["Person", "ada", "bob", "eve", "get", "people", "stage", "turned_clock"]


class Person:
    """Somebody who is registered."""

    def __init__(self, of: Account, stage: Stage) -> None:
        self.id, self.token, self.stage = of.user_id, of.token, stage

    def follow(self, other: "Person") -> Answer:
        path = f"/api/users/{other.id}/follow"
        return call(follow_user.handler, "POST", path, token=self.token, parameters={"user_id": other.id})

    def unfollow(self, other: "Person") -> Answer:
        path = f"/api/users/{other.id}/follow"
        return call(unfollow_user.handler, "DELETE", path, token=self.token, parameters={"user_id": other.id})

    def set(self, **privacy: Any) -> None:
        with self.stage.unrecorded():
            ProfileService.open().edit(self.id, settings={"privacy": privacy})


HANDLERS = {"": get_user, "/followers": list_followers, "/following": list_following}


def get(person: Person, what: str = "", reader: Person | None = None, query: str = "") -> Answer:
    """What somebody, or an anonymous caller, is told of a person: the profile, or a list."""
    token, parameters = reader.token if reader else "", {"user_id": person.id}
    return call(
        HANDLERS[what].handler, "GET", f"/api/users/{person.id}{what}", token=token, query=query, parameters=parameters
    )


@pytest.fixture
def people(stage: Stage) -> Callable[[int], list[Person]]:
    """Makes so many people."""
    return lambda count: [Person(account(stage), stage) for _ in range(count)]


@pytest.fixture
def ada(stage: Stage) -> Person:
    """Somebody."""
    return Person(account(stage), stage)


@pytest.fixture
def bob(stage: Stage) -> Person:
    """Somebody else."""
    return Person(account(stage), stage)


@pytest.fixture
def eve(stage: Stage) -> Person:
    """A stranger."""
    return Person(account(stage), stage)
