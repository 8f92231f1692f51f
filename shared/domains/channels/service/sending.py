"""Sending frames to connections, many at once: who is slow or gone keeps nobody else waiting."""

import functools
import time
from collections.abc import Callable, Iterable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass

from shared.base.posting import Outcome, Poster
from shared.base.sigv4 import Signer
from shared.base.sockets import poster
from shared.domains.channels.rules.plans import Plan
from shared.domains.channels.service.joining import JoiningService
from shared.domains.channels.store.claims import ClaimStore, Word

AT_ONCE = 64
"""Requests at the same time."""

SECONDS = 1.0
"""So long a client is waited for. Who does not answer is sent the same together with what comes next."""

TOGETHER_SECONDS = 8.0
"""So long the clients of one part are tried, however many do not answer; whoever is left is tried a second later."""

PAUSES = (0.1, 0.3)
"""Seconds before a frame that was not taken is sent again."""

MOST_FAILURES = 10
"""Frames in a row that could not be sent: then the connection is ended, so that its client makes another one."""


@dataclass(frozen=True)
class SendingService:
    """Sends to the clients of the stage's WebSocket API."""

    poster: Poster
    claims: ClaimStore
    joining: JoiningService

    @classmethod
    def open(cls) -> "SendingService":
        """On the stage's API and tables."""
        return cls(poster(), ClaimStore.open(), JoiningService.open())

    def send_all(self, word: Word, plans: Iterable[Plan]) -> bool:
        """Send what is planned; whether anybody could not be sent all of it, and is to be sent again.

        Needs SOCKETS.send; CHANNELS.update where somebody is behind, and CHANNELS.delete where somebody is gone.
        """
        work = [plan for plan in plans if plan.frame or plan.is_over or plan.subscriber.seen is not None]
        one = functools.partial(self._send, word, self.poster.signer(), time.monotonic() + TOGETHER_SECONDS)
        if len(work) == 1:
            return one(work[0])
        with ThreadPoolExecutor(max(1, min(AT_ONCE, len(work)))) as threads:
            return any(list(threads.map(one, work)))

    def _send(self, word: Word, signer: Signer, deadline: float, plan: Plan) -> bool:
        """Whether the subscriber is behind afterwards."""
        connection_id = plan.subscriber.connection_id
        if plan.frame and time.monotonic() >= deadline:
            self.claims.fall_behind(word, connection_id, plan.after, failed=False)
            return True
        outcome = Outcome.SENT
        if plan.frame:
            frame = plan.frame
            outcome = _tried(lambda: self.poster.post(signer, connection_id, frame, SECONDS))
        if plan.is_over or outcome in (Outcome.GONE, Outcome.REFUSED):
            self.joining.leave(word.channel, word.shard, connection_id)
            return False
        if outcome is Outcome.SENT:
            if plan.subscriber.seen is not None:
                self.claims.catch_up(word, connection_id, plan.subscriber.seen, plan.now_seen)
            return plan.now_seen is not None
        if self.claims.fall_behind(word, connection_id, plan.after) < MOST_FAILURES:
            return True
        if self.poster.end(signer, connection_id, SECONDS) not in (Outcome.SENT, Outcome.GONE):
            return True  # API Gateway itself does not answer: nobody is lost for that
        self.joining.leave(word.channel, word.shard, connection_id)
        return False


def _tried(post: Callable[[], Outcome]) -> Outcome:
    """What became of a frame that is sent again while it is not taken."""
    outcome = post()
    for pause in PAUSES:
        if outcome is not Outcome.BUSY:
            break
        time.sleep(pause)
        outcome = post()
    return outcome
