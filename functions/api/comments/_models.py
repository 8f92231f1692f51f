"""What the endpoints of comments say and hear."""

from typing import Annotated

from pydantic import ConfigDict, Field

from shared.domains.comments.rules.answers import CommentAnswer
from shared.domains.comments.rules.fields import Content
from shared.domains.comments.rules.holding import HeldWords, Holding
from shared.domains.comments.service.reading import MOST, CommentPage
from shared.http.framework import BaseModel
from shared.http.paging import Pagination, pagination_of


class CommentEdit(BaseModel):
    """The words of a comment: text, which nobody reads as HTML."""

    model_config = ConfigDict(extra="forbid")

    content: Content


class Comments(BaseModel):
    """Comments, in the order that was asked for."""

    comments: Annotated[list[CommentAnswer], Field(max_length=MOST)]
    pagination: Pagination

    @classmethod
    def of(cls, found: CommentPage, page: int, limit: int) -> "Comments":
        """A page in the words of the API; `page` and `limit` as they were asked for."""
        return cls(comments=found.comments, pagination=pagination_of(found, page, limit))


class RemovedComment(BaseModel):
    """That it is done."""

    success: bool
    message: str


class HoldingAnswer(BaseModel):
    """What somebody wants held of what others say on their videos: comments with these words, or all."""

    held_words: HeldWords
    hold_all: bool

    @classmethod
    def of(cls, found: Holding) -> "HoldingAnswer":
        """The same in the words of the API."""
        return cls(held_words=list(found.words), hold_all=found.everything)
