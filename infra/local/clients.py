"""boto3 clients of the local stack, as its root."""

from __future__ import annotations

from functools import cache
from typing import Any

import boto3
from botocore.config import Config

from infra.local.settings import ACCOUNT, REGION, ROOT_CREDENTIALS


class Clients:
    """`clients("s3")`: one client per service, safe to share between threads."""

    region, account = REGION, ACCOUNT

    def __init__(self, endpoint: str) -> None:
        self.endpoint = endpoint
        self._make = cache(self._new)

    def __call__(self, service: str) -> Any:
        return self._make(service)

    def _new(self, service: str) -> Any:
        config = Config(
            retries={"max_attempts": 1},
            max_pool_connections=32,
            connect_timeout=5,
            read_timeout=60,
            signature_version="s3v4" if service == "s3" else None,
        )
        session: Any = boto3.session.Session(region_name=self.region, **ROOT_CREDENTIALS)
        return session.client(service, endpoint_url=self.endpoint, config=config)
