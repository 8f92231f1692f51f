"""POST /api/ws/ticket: what a browser connects with, which cannot send a header with a WebSocket's handshake."""

from shared.base.settings import setting
from shared.contract.declare import post
from shared.contract.limits import TICKETS
from shared.contract.permissions import user
from shared.contract.resources import CONNECTIONS
from shared.domains.connections.service.tickets import TicketService
from shared.http.caller import Caller
from shared.http.framework import BaseModel
from shared.http.handshake import client_of
from shared.http.request import ApiRequest
from shared.http.serve import serve


class TicketAnswer(BaseModel):
    """A ticket, which is good once and until `expires_at`: open `url` with `?ticket=` and it."""

    ticket: str
    expires_at: str
    url: str


@post(
    "/api/ws/ticket",
    caller=user("videos:read", by_hand=True),
    needs=(CONNECTIONS.put,),
    limits=(TICKETS,),
    status=201,
    idempotent=True,
    secret_answer=True,
)
async def issue_ticket(request: ApiRequest, caller: Caller, tickets: TicketService) -> TicketAnswer:
    """Ask for a ticket that connects to the WebSocket API, for 30 seconds and once.

    The connection ends with the access token that the ticket was asked for with, or with the session.
    """
    ticket = tickets.issue(client_of(caller))
    return TicketAnswer(ticket=ticket.text, expires_at=ticket.expires_at, url=_url(request))


def _url(request: ApiRequest) -> str:
    """The edge leads to the WebSocket API under its own name."""
    return f"wss://{request.host}/ws" if request.through_edge else setting("WEBSOCKET_URL")


handler = serve(issue_ticket)
