"""The emulator's modules that the local stack leans on and changes. Untyped on purpose: they are not ours to type."""

from __future__ import annotations

from typing import Any

from ministack import app as _app
from ministack.core import iam_actions as _iam_actions
from ministack.core import iam_evaluator as _iam_evaluator
from ministack.core import lambda_runtime as _lambda_runtime
from ministack.core import responses as _responses
from ministack.services import apigateway as _apigateway
from ministack.services import batch as _batch
from ministack.services import eventbridge as _eventbridge
from ministack.services import iam as _iam
from ministack.services import lambda_svc as _lambda_svc
from ministack.services import s3 as _s3
from ministack.services import scheduler as _scheduler
from ministack.services import secretsmanager as _secretsmanager
from ministack.services import ses as _ses
from ministack.services import stepfunctions as _stepfunctions
from ministack.services import sts as _sts
from ministack.services.cloudformation import provisioners as _provisioners

app: Any = _app
iam_actions: Any = _iam_actions
iam_evaluator: Any = _iam_evaluator
lambda_runtime: Any = _lambda_runtime
responses: Any = _responses
apigateway: Any = _apigateway
batch: Any = _batch
eventbridge: Any = _eventbridge
iam: Any = _iam
lambda_svc: Any = _lambda_svc
s3: Any = _s3
scheduler: Any = _scheduler
secretsmanager: Any = _secretsmanager
ses: Any = _ses
stepfunctions: Any = _stepfunctions
sts: Any = _sts
provisioners: Any = _provisioners


def account() -> str:
    """The account of the request or job that this thread serves."""
    return str(responses.get_account_id())


def region() -> str:
    """Its region."""
    return str(responses.get_region())


def new_id() -> str:
    return str(responses.new_uuid())
