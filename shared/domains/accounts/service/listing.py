"""Users in pages, for administrators."""

from dataclasses import dataclass

from shared.base.errors import InvalidPageError
from shared.base.pages import DEEPEST, seal, skipped, unseal
from shared.domains.accounts.model import ListedUser
from shared.domains.accounts.rules.listing import UserFilter
from shared.domains.accounts.store.listing import UserListStore

_ROUTE = "users"
MOST_READS = 2
"""Calls that look for users who pass a filter; some megabytes of them are read, and a cursor goes on from there."""


@dataclass(frozen=True)
class UserPage:
    """A page of users, the latest first. There are `total` whom the filter lets through, or more when it `is_capped`.

    has_prev  there are users before it
    """

    users: list[ListedUser]
    total: int
    is_capped: bool
    next_cursor: str | None = None
    has_prev: bool = False


@dataclass(frozen=True)
class _Found:
    """Users who pass a filter; `looked_to` is the last one who was looked at, "" at the end of the list."""

    users: list[ListedUser]
    looked_to: str


@dataclass(frozen=True)
class _Position:
    """Where a page begins: after so many users, or after one of them; and what the page before has counted."""

    skip: int = 0
    after: str = ""
    count: tuple[int, bool] | None = None


class UserListService:
    """The list of all users."""

    def __init__(self, store: UserListStore) -> None:
        """Use `open()`."""
        self._store = store

    @classmethod
    def open(cls) -> "UserListService":
        """The users of the stage."""
        return cls(UserListStore())

    def page(self, reader: str, wish: UserFilter, *, limit: int, page: int = 1, cursor: str = "") -> UserPage:
        """A page of users: a call, with a filter two at most. InvalidCursorError, InvalidPageError.

        reader  whose list it is: a cursor is good for them alone
        page    is not looked at when there is a cursor
        With a filter that few pass, a page may have fewer users than `limit` and a cursor all the same.
        """
        scope = (_ROUTE, reader, wish.role, wish.tier, wish.q)
        at = _position(unseal(cursor, *scope)) if cursor else _Position(skipped(page, limit))
        found = self._look(wish, at.after, at.skip + limit + 1 if at.count else DEEPEST + 1)
        count = at.count or (min(len(found.users), DEEPEST), bool(found.looked_to) or len(found.users) > DEEPEST)
        shown = found.users[at.skip : at.skip + limit]
        if found.looked_to and not shown and at.skip:
            raise InvalidPageError("This page lies too deep: go on with cursor")
        more = len(found.users) > at.skip + limit
        last = shown[-1].user_id if more else found.looked_to
        return UserPage(
            users=shown,
            total=count[0],
            is_capped=count[1],
            next_cursor=seal(f"{last} {count[0]} {count[1]:d}", *scope) if last else None,
            has_prev=bool(cursor) or at.skip > 0,
        )

    def _look(self, wish: UserFilter, after: str, wanted: int) -> _Found:
        """The latest `wanted` users who pass, or fewer when they are not found in some reads."""
        users: list[ListedUser] = []
        for _ in range(MOST_READS):
            read = self._store.read(after, wanted - len(users) if wish.is_empty else 0)
            users += [user for user in read.users if wish.lets_through(user)]
            after = read.users[-1].user_id if read.goes_on else ""
            if not after or len(users) >= wanted:
                break
        return _Found(users, after)


def _position(held: str) -> _Position:
    after, total, is_capped = held.split(" ")
    return _Position(after=after, count=(int(total), is_capped == "1"))
