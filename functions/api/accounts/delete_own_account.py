"""DELETE /api/v1/users/me: delete the caller's account, and all that is theirs."""

from typing import Annotated

from pydantic import Field

from functions.api.accounts._models import Request, device_of
from shared.contract.declare import Compute, delete
from shared.contract.limits import HOUR
from shared.contract.needs import unseen
from shared.contract.permissions import user
from shared.contract.resources import (
    ADMIT_CLERK_USER,
    AUDIT,
    DATA_REQUESTS,
    LIMITS,
    PASSWORD_PEPPER,
    SEALING,
    SESSIONS,
    USERS,
)
from shared.domains.accounts.rules import names, passwords, second_factor
from shared.domains.privacy.model import Farewell, Leaver
from shared.domains.privacy.service.closing import ClosingService
from shared.http.caller import Caller
from shared.http.framework import BaseModel
from shared.http.request import ApiRequest
from shared.http.serve import serve


class DeletionRequest(Request):
    """`confirmation` is the caller's username. Who has a password sends it, who has a second factor a code as well."""

    confirmation: Annotated[str, Field(min_length=1, max_length=names.EMAIL_LENGTH)]
    password: Annotated[str, Field(max_length=passwords.LONGEST_PASSWORD, json_schema_extra={"format": "password"})] = (
        ""
    )
    mfa_code: Annotated[str, Field(max_length=second_factor.CODE_LENGTH)] = ""


class AccountClosed(BaseModel):
    """That it is done."""

    message: str


@delete(
    "/api/v1/users/me",
    caller=user(live=False, recent=HOUR),
    errors=((401, "INVALID_CREDENTIALS"), (409, "CONFLICT"), (423, "ACCOUNT_LOCKED")),
    compute=Compute(memory=1769),
    needs=(
        unseen(USERS.get, "only of who comes with Clerk, whose tokens name no address"),
        unseen(ADMIT_CLERK_USER.invoke, "only of who comes with Clerk, and for the first time"),
        *(USERS.batch_get, USERS.put, USERS.delete, LIMITS.batch_get, LIMITS.update, LIMITS.delete),
        *(SESSIONS.query, SESSIONS.update, DATA_REQUESTS.put, AUDIT.put),
        *(PASSWORD_PEPPER.read, SEALING.decrypt("mfa")),
    ),
)
async def delete_own_account(
    wish: DeletionRequest, caller: Caller, request: ApiRequest, accounts: ClosingService
) -> AccountClosed:
    """Close the caller's account at once, and erase all that is theirs, which takes about an hour and a half.

    Nobody gets in any more, by no token, key or provider. Videos, renders, pictures, keys and settings are erased, in
    all versions. The audit trail stays and gets a receipt; nobody else gets the username or the address before that.
    Who has no password proves themselves by a login of the last hour.
    """
    leaver = Leaver(caller.require_user(), caller.email, caller.session_id)
    accounts.close(leaver, device_of(request), Farewell(wish.confirmation, wish.password, wish.mfa_code))
    return AccountClosed(message="Your account is closed, and what was yours is being erased")


handler = serve(delete_own_account)
