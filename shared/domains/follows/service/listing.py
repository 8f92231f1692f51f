"""Lists of those who follow somebody, and of those whom somebody follows."""

from dataclasses import dataclass

from shared.base.pages import seal, skipped, unseal
from shared.domains.follows.errors import UserNotFoundError
from shared.domains.follows.model import Edge, FollowPage, Listed, Side
from shared.domains.follows.rules.seeing import is_listed, is_public, sees_list
from shared.domains.follows.store.edges import EdgeStore
from shared.domains.follows.store.lists import ListSeen, look


@dataclass(frozen=True)
class FollowListService:
    """Lists of people."""

    edges: EdgeStore

    @classmethod
    def open(cls) -> "FollowListService":
        """On the stage's tables."""
        return cls(EdgeStore())

    def page(self, side: Side, user_id: str, reader: str, *, limit: int, page: int = 1, cursor: str = "") -> FollowPage:
        """A page of a list: two calls, or a third one for people with many followers.

        reader  "" for an anonymous one; a cursor is good for them alone
        page    is not looked at when there is a cursor
        Raises UserNotFoundError where the reader may not see the list, InvalidCursorError, InvalidPageError. Who is not
        to be seen, and who is gone, is left out: then a page has fewer people than `limit`, and a cursor all the same.
        """
        scope = (side, user_id, reader)
        after = _edge(unseal(cursor, *scope)) if cursor else None
        skip = 0 if cursor else skipped(page, limit)
        found = self.edges.page(side, user_id, skip + limit + 1, after)
        shown = found[skip : skip + limit]
        seen = look(reader, user_id, shown)
        if seen.owner is None or not sees_list(seen.owner, side, reader, follows=seen.follows):
            raise UserNotFoundError
        more = len(found) > skip + limit
        return FollowPage(
            people=_people(side, user_id, reader, shown, seen),
            total=seen.numbers.followers if side is Side.FOLLOWERS else seen.numbers.following,
            next_cursor=seal(f"{shown[-1].followed_at} {shown[-1].user_id}", *scope) if more else None,
            has_prev=bool(cursor) or skip > 0,
        )


def _people(side: Side, owner: str, reader: str, edges: list[Edge], seen: ListSeen) -> list[Listed]:
    told = []
    for edge in edges:
        person = seen.people.get(edge.user_id)
        if person is not None and is_listed(person, side, owner, reader):
            is_seen = is_public(person) or reader == person.id
            told.append(Listed(person, seen.followers[person.id] if is_seen else None, edge.followed_at))
    return told


def _edge(held: str) -> Edge:
    followed_at, user_id = held.split(" ")
    return Edge(user_id, followed_at)
