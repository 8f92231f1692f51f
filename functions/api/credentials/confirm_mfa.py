"""POST /api/v1/auth/mfa/confirm: turn the second factor on."""

from functions.api.credentials._models import Code, Enabled
from shared.contract.declare import post
from shared.contract.limits import HOUR
from shared.contract.permissions import person
from shared.contract.resources import AUDIT, LIMITS, SEALING, USERS
from shared.domains.accounts.service.second_factor import SecondFactorService
from shared.http.caller import Caller
from shared.http.serve import serve


@post(
    "/api/v1/auth/mfa/confirm",
    caller=person(recent=HOUR, joined=True),
    errors=((401, "INVALID_CREDENTIALS"), (409, "CONFLICT"), (423, "ACCOUNT_LOCKED")),
    needs=(
        *(USERS.batch_get, USERS.update, LIMITS.batch_get, LIMITS.update, LIMITS.delete),
        *(SEALING.decrypt("mfa"), AUDIT.put),
    ),
)
async def confirm_mfa(wish: Code, caller: Caller, factors: SecondFactorService) -> Enabled:
    """Prove with a code that the app has the secret; from now on a login asks for a code. Other sessions go on."""
    factors.confirm(caller.require_user(), caller.username, wish.mfa_code, caller.address)
    return Enabled(enabled=True)


handler = serve(confirm_mfa)
