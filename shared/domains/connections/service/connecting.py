"""Connections begin, send messages, and end."""

from shared.base import clock
from shared.domains.accounts.errors import SessionEndedError
from shared.domains.accounts.service.sessions import SessionService
from shared.domains.channels.service.joining import JoiningService
from shared.domains.connections.errors import ConnectionOverError, TooManyConnectionsError
from shared.domains.connections.model import Client, Connection
from shared.domains.connections.rules.limits import most_open
from shared.domains.connections.store import connections


class ConnectionService:
    """The connections of a stage."""

    @classmethod
    def open(cls) -> "ConnectionService":
        """On the stage's table."""
        return cls()

    def begin(self, connection_id: str, who: Client) -> None:
        """Let somebody connect: two calls.

        TooManyConnectionsError when as many are open as may be; SessionEndedError when their session has ended. That is
        read once the connection is kept: a session that ends later finds it.
        """
        most = most_open(who.user_id)
        if not connections.add(connection_id, who, most):
            connections.make_room(who.holder)
            if not connections.add(connection_id, who, most):
                raise TooManyConnectionsError(most)
        if who.session_id and not SessionService.open().live_since(who.user_id, who.session_id, fresh=True):
            self.end(connection_id)  # it has no channels yet
            raise SessionEndedError

    def hear(self, connection_id: str) -> Connection:
        """Whose message it is that came by a connection: one call, two of one that sends very much.

        TooManyMessagesError; ConnectionOverError when its token has ended, or nothing is known of it.
        """
        connection = connections.pay(connection_id)
        if connection is None or connection.ends_at <= clock.now():
            raise ConnectionOverError
        return connection

    def end(self, connection_id: str) -> None:
        """Forget a connection that is over, which leaves its channels. A repeat is fine."""
        connection = connections.get(connection_id)
        if connection is None:
            return
        joining = JoiningService.open()
        for channel, shard in connection.channels.items():
            joining.leave(channel, shard, connection_id)
        connections.remove(connection)
