"""POST /api/v1/api-keys/{key_id}/rotate: give an API key another text."""

from uuid import UUID

from functions.api.keys._models import RotationRequest, until_of
from shared.contract.declare import post
from shared.contract.permissions import person
from shared.contract.resources import API_KEYS, AUDIT
from shared.domains.keys.service.managing import KeyService
from shared.http.caller import Caller
from shared.http.framework import BaseModel
from shared.http.serve import serve


class RotatedKey(BaseModel):
    """The key's text from now on, told this once. The one before works until then; null when it does not any more."""

    id: str
    key: str
    previous_works_until: str | None


@post(
    "/api/v1/api-keys/{key_id}/rotate",
    caller=person(joined=True),
    idempotent=True,
    secret_answer=True,
    needs=(API_KEYS.get, API_KEYS.update, AUDIT.put),
    errors=((404, "NOT_FOUND"),),
)
async def rotate_api_key(
    key_id: UUID, caller: Caller, keys: KeyService, wish: RotationRequest | None = None
) -> RotatedKey:
    """Give a key another text. The one before works for a day more, or as long as the request says."""
    grace = (wish or RotationRequest()).grace_seconds
    made = keys.rotate(caller.user_id, str(key_id), grace)
    return RotatedKey(id=made.key.id, key=made.text, previous_works_until=until_of(made.key.previous_until))


handler = serve(rotate_api_key)
