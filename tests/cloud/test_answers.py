"""The largest answers that the product gives, against what Lambda and DynamoDB take."""

import gzip
import hashlib
import json
from typing import Any

import botocore.session
import pytest
from botocore.config import Config

from shared.base.idempotency import MAX_ITEM
from shared.domains.videos.rules.uploads import VIDEO_BYTES, plan_parts

ANSWER = 6 * 1024 * 1024
SESSION_TOKEN = "t+/=" * 500
"""Of a role; AWS promises no length, and recommends room for 4096."""


@pytest.fixture
def address() -> str:
    """Where a part goes, as long as it gets."""
    session = botocore.session.get_session()
    session.set_credentials("ASIA" + "X" * 16, "s" * 40, SESSION_TOKEN)
    client: Any = session.create_client("s3", region_name="ap-southeast-2", config=Config(signature_version="s3v4"))
    told = {
        "Bucket": "showreel-staging-media-123456789012",
        "Key": f"uploads/{'0' * 36}/source",
        "UploadId": "u" * 200,
        "PartNumber": 10_000,
        "ContentLength": 16 * 1024 * 1024,
    }
    return str(client.generate_presigned_url("upload_part", told, ExpiresIn=3600))


def test_addresses_of_all_parts_fit_into_one_answer(address: str) -> None:
    parts = plan_parts(VIDEO_BYTES)
    assert len(parts) == 128
    assert len(address) * len(parts) * 1.1 <= ANSWER / 4


def test_they_are_kept_for_a_repeated_request(address: str) -> None:
    """Compressed, since addresses differ in a number and a signature alone."""
    signed = [f"{address}&{hashlib.sha256(str(n).encode()).hexdigest()}" for n in range(128)]
    assert len(gzip.compress(json.dumps(signed).encode())) <= MAX_ITEM / 4
