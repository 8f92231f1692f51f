"""POST /api/v1/auth/oauth/{provider}: begin a session for who comes back from a provider."""

from functions.api.accounts._models import device_of
from functions.api.sessions._models import EnteredByProvider, ProviderReturn
from shared.contract.declare import Compute, post
from shared.contract.limits import HOUR, MINUTE, per_address
from shared.contract.permissions import optional
from shared.contract.resources import (
    AUDIT,
    LIMITS,
    OAUTH_CLIENTS,
    SEALING,
    SESSIONS,
    SIGNING_KEYS,
    USERS,
)
from shared.domains.accounts.service.oauth import OAuthService
from shared.http.caller import Caller
from shared.http.request import ApiRequest
from shared.http.serve import serve


@post(
    "/api/v1/auth/oauth/{provider}",
    in_maintenance=True,
    caller=optional(fresh=True, recent=HOUR, by_hand=True),
    limits=(per_address("oauth", 20, MINUTE),),
    errors=((401, "INVALID_CREDENTIALS"), (404, "NOT_FOUND"), (409, "CONFLICT"), (423, "ACCOUNT_LOCKED")),
    compute=Compute(seconds=25),
    needs=(
        *(USERS.batch_get, USERS.get, USERS.put, USERS.update, SESSIONS.put, LIMITS.batch_get, LIMITS.update),
        *(LIMITS.delete, OAUTH_CLIENTS.read, SIGNING_KEYS.read, SEALING.generate("oauth"), SEALING.decrypt("mfa")),
        AUDIT.put,
    ),
)
async def finish_provider_login(
    provider: str, wish: ProviderReturn, request: ApiRequest, caller: Caller, providers: OAuthService
) -> EnteredByProvider:
    """Trade what the provider sent back for a session; who is new gets an account without a password.

    An account with the same address is linked when the provider and we both have seen it verified, and is 409
    otherwise: log in to it, and begin again while logged in. Who has a second factor sends `mfa_code` too; without it
    the answer is 401 with the detail MFA_REQUIRED, and since a provider's code is good once, the login begins again.
    A device that is new to the account is told to its address by mail, once that is confirmed.
    """
    entered = providers.enter(provider, wish.code, wish.state, caller.user_id, device_of(request), wish.mfa_code)
    return EnteredByProvider.by(entered)


handler = serve(finish_provider_login)
