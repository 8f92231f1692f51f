"""What an uploader reads is a sentence; what a program said stays in logs."""

from pathlib import Path

import pytest

from shared.media.command import Command, Input
from shared.media.errors import SENTENCES, MediaError, MediaErrorCode
from shared.media.runner import SOURCE_FAULTS, Limits, run

REASONS = {**dict(SOURCE_FAULTS), "Error while filtering: Out of memory": MediaErrorCode.ENCODER_FAILED}


@pytest.mark.parametrize("code", MediaErrorCode)
def test_every_code_has_a_sentence(code: MediaErrorCode) -> None:
    error = MediaError(code)
    assert error.message == SENTENCES[code]
    assert error.message.endswith(".")
    assert str(error) == f"{code}: {error.message}"


@pytest.mark.parametrize("reason", REASONS)
def test_the_program_s_own_words_are_not_in_the_message(tmp_path: Path, reason: str) -> None:
    program = tmp_path / "program"
    program.write_text(f"#!/bin/sh\necho '[dec @ 0x55aa] {reason} http://127.0.0.1:4/x' >&2\nexit 69\n")
    program.chmod(0o755)
    with pytest.raises(MediaError) as caught:
        run(Command(Input("x", "mov", "pipe", 1), ()), str(program), Limits(wall_seconds=20, cpu_seconds=20), [])
    error = caught.value
    assert error.code == REASONS[reason]
    assert error.message.endswith(".")
    assert "@ 0x" not in str(error)
    assert "127.0.0.1" not in str(error)
    assert reason in error.detail
