"""Asks what we depend on whether it answers: the bucket, and the function that has FFmpeg."""

import json

from shared.base.aws import client
from shared.base.settings import setting
from shared.domains.operations.model import STORAGE_PREFIX, Finding, State
from shared.domains.operations.store.answers import answering

READ_SECONDS = 5


class Probes:
    """Every method raises NoAnswerError when it gets no answer."""

    def look_at_storage(self) -> None:
        """List one key of the media bucket."""
        bucket = setting("MEDIA_BUCKET")
        with answering():
            client("s3", READ_SECONDS).list_objects_v2(Bucket=bucket, Prefix=STORAGE_PREFIX, MaxKeys=1)

    def look_at_tools(self) -> Finding:
        """Have the media function run FFmpeg; it also remembers what it found."""
        name = setting("CHECK_MEDIA_TOOLS_FUNCTION")
        with answering():
            answer = client("lambda", READ_SECONDS).invoke(FunctionName=name, Payload=b"{}")
            found = json.loads(answer["Payload"].read())
        if "FunctionError" in answer:
            return Finding(State.UNHEALTHY, str(found.get("errorMessage", "the media function failed"))[:200])
        return Finding(State(found["state"]), found["detail"], found["checked_at"])
