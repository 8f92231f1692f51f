"""GET /api/v1/api-keys: the caller's API keys."""

from typing import Annotated

from pydantic import Field

from functions.api.keys._models import OwnKey
from shared.contract.declare import get
from shared.contract.permissions import person
from shared.contract.resources import API_KEYS, LIMITS
from shared.domains.keys.rules import MOST_KEYS
from shared.domains.keys.service.managing import KeyService
from shared.http.caller import Caller
from shared.http.framework import BaseModel
from shared.http.serve import serve


class ApiKeys(BaseModel):
    """Keys, the latest first. Their texts were told when they were made."""

    api_keys: Annotated[list[OwnKey], Field(max_length=MOST_KEYS)]


@get("/api/v1/api-keys", caller=person(), needs=(API_KEYS.query, LIMITS.batch_get))
async def list_api_keys(caller: Caller, keys: KeyService) -> ApiKeys:
    """List the caller's API keys, those that have expired too."""
    return ApiKeys(api_keys=[OwnKey.of(listed) for listed in keys.list_keys(caller.user_id)])


handler = serve(list_api_keys)
