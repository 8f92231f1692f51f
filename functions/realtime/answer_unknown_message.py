"""A client sends what is no message that we know."""

from shared.base.errors import BadRequestError
from shared.contract.declare import ANY_MESSAGE, on_socket
from shared.domains.connections.model import Connection
from shared.http.messages import Message, serve_messages


@on_socket(ANY_MESSAGE)
def answer_unknown_message(_connection: Connection, _message: Message) -> Message:
    """Say so."""
    raise BadRequestError("No message of ours has such a type")


handler = serve_messages(answer_unknown_message)
