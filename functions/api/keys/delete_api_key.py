"""DELETE /api/v1/api-keys/{key_id}: revoke an API key."""

from uuid import UUID

from shared.contract.declare import delete
from shared.contract.permissions import person
from shared.contract.resources import API_KEYS, AUDIT
from shared.domains.keys.service.managing import KeyService
from shared.http.caller import Caller
from shared.http.framework import BaseModel
from shared.http.serve import serve


class KeyDeleted(BaseModel):
    """That the key is gone."""

    message: str


@delete(
    "/api/v1/api-keys/{key_id}",
    caller=person(),
    needs=(API_KEYS.delete, API_KEYS.update, AUDIT.put),
    errors=((404, "NOT_FOUND"),),
)
async def delete_api_key(key_id: UUID, caller: Caller, keys: KeyService) -> KeyDeleted:
    """Revoke a key for good: whoever shows it is refused within a second."""
    keys.delete(caller.user_id, str(key_id))
    return KeyDeleted(message="API key deleted")


handler = serve(delete_api_key)
