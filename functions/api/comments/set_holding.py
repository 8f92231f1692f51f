"""PUT /api/comments/settings: have comments wait until the caller has looked at them."""

from pydantic import ConfigDict, Field

from functions.api.comments._models import HoldingAnswer
from shared.contract.declare import endpoint
from shared.contract.permissions import user
from shared.contract.resources import COMMENTS
from shared.domains.comments.rules.holding import HeldWords, Holding
from shared.domains.comments.service.holding import HoldingService
from shared.http.caller import Caller
from shared.http.framework import BaseModel
from shared.http.serve import serve


class HoldingRequest(BaseModel):
    """Words and phrases with which comments are held, or `hold_all` of them. What is left out is none."""

    model_config = ConfigDict(extra="forbid")

    held_words: HeldWords = Field(default_factory=list)
    hold_all: bool = False


@endpoint("PUT", "/api/comments/settings", caller=user("comments:write"), needs=(COMMENTS.put,))
async def set_holding(wish: HoldingRequest, caller: Caller, holding: HoldingService) -> HoldingAnswer:
    """Have comments of others on the caller's videos held, from a minute later on at the latest.

    A word counts as a whole, without case and accents; a phrase where its words follow one another. What has been said
    before stays.
    """
    words = tuple(dict.fromkeys(wish.held_words))
    return HoldingAnswer.of(holding.change(caller.require_user(), Holding(words, wish.hold_all)))


handler = serve(set_holding)
