"""POST /api/v1/api-keys: make an API key."""

from functions.api.keys._models import Key, KeyRequest
from shared.contract.declare import post
from shared.contract.permissions import person
from shared.contract.resources import API_KEYS, AUDIT
from shared.domains.keys.model import MadeKey
from shared.domains.keys.service.managing import KeyService
from shared.http.caller import Caller
from shared.http.serve import serve


class NewKey(Key):
    """A key with its text, which is told this once."""

    key: str

    @classmethod
    def of(cls, made: MadeKey) -> "NewKey":
        """The key of the domain, in the words of the API."""
        return cls.model_validate({**cls.fields(made.key), "key": made.text})


@post(
    "/api/v1/api-keys",
    caller=person(),
    status=201,
    idempotent=True,
    secret_answer=True,
    needs=(API_KEYS.put, API_KEYS.update, AUDIT.put),
    errors=((429, "QUOTA_EXCEEDED"),),
)
async def create_api_key(wish: KeyRequest, caller: Caller, keys: KeyService) -> NewKey:
    """Make an API key with some of the caller's permissions as scopes. It never may more than its owner may."""
    return NewKey.of(keys.create(caller.user_id, caller.permissions, wish.wish()))


handler = serve(create_api_key)
