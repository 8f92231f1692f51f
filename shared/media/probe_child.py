"""The child process of probes: `python -m shared.media.probe_child` answers each line on its input with a line.

A question is [URL, DEMUXER, SIZE, KIND]; its answer is what a fork said of it, as one JSON string: facts or an error,
themselves JSON, or anything at all when the fork broke. FFmpeg's libraries (PyAV) are loaded once. Each fork opens one
untrusted file with them, under limits of its own, through the loopback range server and nothing else; it holds neither
the questions nor the way to the answers of others.
"""

import json
import os
import signal
import sys

from shared.media import demuxing, scene_demuxing
from shared.media.errors import MediaError
from shared.media.limited_exec import set_limits

ADDRESS_SPACE = 1280 * 1024**2
"""Well below what the function that probes has: the child ends with an error before the machine ends both."""
CPU_SECONDS = 50
ANSWER_BYTES = 1024**2
"""Facts have some hundreds; what says more is broken."""

READERS = {
    "video": demuxing.read_facts,
    "audio": scene_demuxing.read_sound_facts,
    "image": scene_demuxing.read_image_facts,
}


def main() -> None:
    """Answer until nothing is asked any more."""
    # every fork has them too, and counts its own use
    set_limits(ADDRESS_SPACE, CPU_SECONDS, 0)
    # FFmpeg's libraries are loaded under the limits
    import av  # noqa: F401

    while question := sys.stdin.readline():
        answer = json.dumps(_asked_of_fork(*json.loads(question)))
        sys.stdout.write(f"{answer}\n")
        sys.stdout.flush()


def _asked_of_fork(url: str, demuxer: str, size: int, kind: str) -> str:
    """What a fork says of a source; nothing when it dies before."""
    read_end, write_end = os.pipe()
    fork = os.fork()
    if not fork:
        os.close(read_end)
        _answer(write_end, url, demuxer, size, kind)
    os.close(write_end)
    try:
        with os.fdopen(read_end, "rb") as pipe:
            return pipe.read(ANSWER_BYTES).decode(errors="replace")
    finally:
        os.kill(fork, signal.SIGKILL)  # it has answered, but may go on
        os.waitpid(fork, 0)


def _answer(pipe: int, url: str, demuxer: str, size: int, kind: str) -> None:
    """Write the answer into a pipe, which is all that is left open, and end the process."""
    try:
        nothing = os.open(os.devnull, os.O_RDONLY)
        os.dup2(nothing, 0)
        os.dup2(pipe, 1)
        os.closerange(3, max(nothing, pipe) + 1)
        os.write(1, json.dumps(_read(url, demuxer, size, kind)).encode())
    finally:
        os._exit(0)


def _read(url: str, demuxer: str, size: int, kind: str) -> dict[str, object]:
    try:
        return {"facts": READERS[kind](url, demuxer, size).to_json()}
    except MediaError as error:
        return {"error": {"code": error.code, "message": error.message}}


if __name__ == "__main__":
    main()
