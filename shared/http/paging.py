"""What every list says about itself."""

from typing import Protocol

from pydantic import BaseModel


class Pagination(BaseModel):
    """Where a list stands. `total_is_capped`: there are at least so many. `next_cursor` is null at the end."""

    current_page: int
    total_pages: int
    total_items: int
    total_is_capped: bool = False
    has_next: bool
    has_prev: bool
    next_cursor: str | None


def pagination(
    *, page: int, limit: int, total: int, next_cursor: str | None, has_prev: bool, is_capped: bool = False
) -> Pagination:
    """The pagination of a page of at most `limit` items, of `total` in all."""
    return Pagination(
        current_page=page,
        total_pages=-(-total // limit),
        total_items=total,
        total_is_capped=is_capped,
        has_next=next_cursor is not None,
        has_prev=has_prev,
        next_cursor=next_cursor,
    )


class Page(Protocol):
    """What a service found for a page, of `total` in all."""

    @property
    def total(self) -> int:
        """In all."""

    @property
    def next_cursor(self) -> str | None:
        """None at the end."""

    @property
    def has_prev(self) -> bool:
        """Whether there is something before it."""


def pagination_of(found: Page, page: int, limit: int) -> Pagination:
    """The pagination of a page that a service found; `page` and `limit` as they were asked for."""
    return pagination(page=page, limit=limit, total=found.total, next_cursor=found.next_cursor, has_prev=found.has_prev)
