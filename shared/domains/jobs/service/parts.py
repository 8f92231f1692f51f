"""One worker's part of a render: what it makes, and how far it is. Threads of the worker tell it at the same time."""

import threading
import time
from typing import Any

from shared.base.running import StepError
from shared.domains.jobs.model import Job
from shared.domains.jobs.rules.status import CANCELLED
from shared.domains.jobs.service.working import WorkService

REPORT_SECONDS = 2.0
RENDERING = "Rendering"


class Part:
    """A part that takes a known share of the progress of all."""

    def __init__(self, work: WorkService, job: Job, worker: int, percent: float, workers: int) -> None:
        """`percent` of the whole are this part's; the more `workers` there are, the less often each reports."""
        self._work, self._job, self._worker = work, job, worker
        self._thousandths = percent * 1000
        self._seconds = REPORT_SECONDS * (1 + workers / 16)
        self._costs: dict[Any, float] = {}
        self._done: dict[Any, float] = {}
        self._lock = threading.Lock()
        self._stands = 0
        self._reported = 0.0
        self._is_over = False

    def expect(self, costs: dict[Any, float]) -> None:
        """What is to be made, and what each piece costs."""
        self._costs = costs

    def tell(self, piece: Any, share: float) -> None:
        """So much of a piece is done. StepError when nobody waits for it any more, or another thread has failed."""
        with self._lock:
            if self._is_over:
                raise StepError(*CANCELLED)
            self._done[piece] = max(share, self._done.get(piece, 0.0))
            if time.monotonic() - self._reported >= self._seconds:
                self._report()

    def finish(self) -> None:
        """All of it is done."""
        with self._lock:
            self._done = dict.fromkeys(self._costs, 1.0)
            self._report()

    def stop(self) -> None:
        """Have the other threads end at their next word."""
        self._is_over = True

    def _report(self) -> None:
        self._reported = time.monotonic()
        whole = sum(self._costs.values())
        done = sum(self._costs[piece] * share for piece, share in self._done.items())
        reached = int(self._thousandths * (done / whole if whole else 1.0))
        stands = self._work.advance(self._job, self._worker, self._stands, max(reached, self._stands), RENDERING)
        if stands is None:
            raise StepError(*CANCELLED)
        self._stands = stands
