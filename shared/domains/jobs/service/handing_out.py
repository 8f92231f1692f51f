"""The step of the workflow `render` that leaves a job to Remotion Lambda."""

import secrets
from typing import Any

from shared.base import clock
from shared.base.objects import URL_SECONDS
from shared.base.running import StepError
from shared.domains.jobs.rules.keys import hand_out_key
from shared.domains.jobs.rules.status import CANCELLED
from shared.domains.jobs.service.ordering import unpack
from shared.domains.jobs.service.rendering import RenderingService
from shared.domains.jobs.service.sources import Located

PROOF_BYTES = 32


class HandingOutService(RenderingService):
    """Handing out."""

    def hand_out(self, task_token: str) -> None:
        """Keep the task's token with the job, then write down what the renderer has to know.

        Whoever starts it is told by the bucket's event of that object. A second run of the step gives the same proof
        along, since a render may have begun with it.
        """
        with self._charged("hand_out"):
            proof = self._job.hand_out or secrets.token_urlsafe(PROOF_BYTES)
            if not self._work.hand_out(self.job, task_token, proof):
                raise StepError(*CANCELLED)
            self._objects.put_json(hand_out_key(self._job.video_id), self._told(proof))

    def _told(self, proof: str) -> dict[str, Any]:
        """The configuration as it was sent, an address for each source, and what a report must carry."""
        sources = {src: Located(**told["bytes"]) for src, told in self._sources().items()}
        return {
            "job_id": self._job.id,
            "configuration": unpack(self._work.request(self._job.id)),
            "sources": {src: self._address(located) for src, located in sources.items()},
            "expires_at": clock.timestamp(clock.now() + URL_SECONDS),
            "custom_data": {"job_id": self._job.id, "hand_out": proof},
        }

    def _address(self, located: Located) -> str:
        version: dict[str, Any] = {"VersionId": located.version} if located.version else {}
        return self._objects.presigned("get_object", located.key, **version)
