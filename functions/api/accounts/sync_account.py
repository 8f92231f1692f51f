"""POST /api/auth/sync: take over what Clerk says of the caller."""

from functions.api.accounts._models import OwnUser
from shared.contract.declare import post
from shared.contract.permissions import person
from shared.contract.resources import COUNTS, USERS
from shared.domains.accounts.service.syncing import SyncService
from shared.http.caller import Caller
from shared.http.credentials import shown
from shared.http.framework import BaseModel
from shared.http.request import ApiRequest
from shared.http.serve import serve


class Synced(BaseModel):
    """The account as it is now."""

    user: OwnUser


@post("/api/auth/sync", caller=person(), needs=(USERS.batch_get, USERS.update, COUNTS.batch_get))
async def sync_account(caller: Caller, request: ApiRequest, accounts: SyncService) -> Synced:
    """Take over name and picture from the caller's Clerk session token; another token changes nothing."""
    return Synced(user=OwnUser.of(accounts.sync(caller.user_id, shown(request))))


handler = serve(sync_account)
