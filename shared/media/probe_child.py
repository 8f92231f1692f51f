"""The child process of probes: `python -m shared.media.probe_child URL DEMUXER SIZE KIND`.

It prints facts, or an error, as JSON. It opens an untrusted file with FFmpeg's libraries (PyAV), under limits of its
own, through the loopback range server and nothing else.
"""

import json
import sys

from shared.media.errors import MediaError
from shared.media.limited_exec import set_limits

ADDRESS_SPACE = 1280 * 1024**2
"""Well below what the function that probes has: the child ends with an error before the machine ends both."""
CPU_SECONDS = 50


def main(url: str, demuxer: str, size: int, kind: str) -> None:
    """Print the answer on standard output."""
    set_limits(ADDRESS_SPACE, CPU_SECONDS, 0)
    # FFmpeg's libraries are loaded under the limits
    from shared.media import demuxing, scene_demuxing

    readers = {
        "video": demuxing.read_facts,
        "audio": scene_demuxing.read_sound_facts,
        "image": scene_demuxing.read_image_facts,
    }
    try:
        answer = {"facts": readers[kind](url, demuxer, size).to_json()}
    except MediaError as error:
        answer = {"error": {"code": error.code, "message": error.message}}
    sys.stdout.write(json.dumps(answer))


if __name__ == "__main__":
    main(sys.argv[1], sys.argv[2], int(sys.argv[3]), sys.argv[4])
