"""PATCH /api/v1/users/me: change what the caller is called, or what their work may cost."""

from typing import Annotated, Any

from pydantic import Field

from functions.api.accounts._models import Request
from shared.contract.declare import patch
from shared.contract.permissions import person
from shared.contract.resources import JOBS, USERS
from shared.domains.accounts.rules import names, profiles
from shared.domains.accounts.service.profiles import ProfileService
from shared.domains.jobs.service.quotas import QuotaService
from shared.http.caller import Caller
from shared.http.framework import BaseModel
from shared.http.serve import serve


class AccountRequest(Request):
    """What is not named stays as it is. A `monthly_budget` of null takes the bound away."""

    full_name: Annotated[
        str | None, Field(json_schema_extra={"minLength": 1, "maxLength": names.DISPLAY_NAME_LENGTH})
    ] = None
    username: Annotated[str | None, Field(json_schema_extra={"pattern": names.USERNAME_PATTERN})] = None
    monthly_budget: Annotated[float | None, Field(ge=0, le=profiles.HIGHEST_BUDGET, allow_inf_nan=False)] = None


class Edited(BaseModel):
    """Whose account was changed, and when it was last."""

    id: str
    updated_at: str


@patch(
    "/api/v1/users/me",
    caller=person(joined=True),
    errors=((409, "CONFLICT"),),
    needs=(USERS.get, USERS.update, USERS.put, USERS.delete, JOBS.update),
)
async def edit_own_account(
    wish: AccountRequest, caller: Caller, profiles: ProfileService, quotas: QuotaService
) -> Edited:
    """Change the caller's account, all that is named or nothing. 409 when the username is somebody's.

    A new budget holds for what is ordered from now on.
    """
    user_id = caller.require_user()
    said: dict[str, Any] = {}
    if "monthly_budget" in wish.model_fields_set:
        said["monthly_budget"] = wish.monthly_budget
        said["together"] = (quotas.budget(user_id, wish.monthly_budget),)
    edited = profiles.rename(user_id, wish.username, wish.full_name, **said)
    return Edited(id=edited.id, updated_at=edited.updated_at or edited.created_at)


handler = serve(edit_own_account)
