"""Erasing what was somebody's, outside of the request that asked for it."""

from dataclasses import dataclass

from shared.base import audit, logs
from shared.base.audit import Action
from shared.base.running import each, seconds_left
from shared.domains.accounts.store.closing import releasing
from shared.domains.privacy.model import Erasure
from shared.domains.privacy.service.steps import Step, Steps
from shared.domains.privacy.store.erasures import ErasureStore

AT_ONCE = 100
RESERVE_SECONDS = 60
"""Left of an invocation when the last go begins: it takes some seconds."""


@dataclass(frozen=True)
class ErasingService:
    """One round over all accounts that are closed."""

    erasures: ErasureStore
    steps: tuple[Step, ...]

    @classmethod
    def open(cls) -> "ErasingService":
        """On the stage's own resources."""
        return cls(ErasureStore.open(), Steps.open().all())

    def run(self) -> None:
        """Go on with every erasure as far as it goes; one that fails keeps no other waiting."""
        each(self.erasures.open_work(AT_ONCE), self.go_on)

    def go_on(self, user_id: str) -> None:
        """Erase until nothing is left, something has to be waited for, or time is up: the next round goes on."""
        while seconds_left() > RESERVE_SECONDS:
            erasure = self.erasures.get(user_id)
            if erasure is None or not self._advance(erasure):
                return

    def _advance(self, erasure: Erasure) -> bool:
        """One go of the present step, or the end; whether to go on."""
        if erasure.step >= len(self.steps):
            self._end(erasure)
            return False
        did = self.steps[erasure.step](erasure)
        return self.erasures.go_on(erasure, did) and not did.waits

    def _end(self, erasure: Erasure) -> None:
        """Give the names free, and leave a receipt: the trail says how many of each kind were erased."""
        receipt = {kind: str(count) for kind, count in sorted(erasure.found.items())}
        told = audit.entry(Action.ACCOUNT_ERASED, erasure.user_id, **receipt)
        names = releasing(erasure.user_id, erasure.username, erasure.email) if erasure.username else []
        if self.erasures.end(erasure, *names, told):
            logs.log("INFO", "account erased", user_id=erasure.user_id, **receipt)
