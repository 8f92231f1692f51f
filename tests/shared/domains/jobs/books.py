"""Somebody's budget and months, as tests of both set and see them."""

from shared.base import aws
from shared.base.transactions import write_together
from shared.contract.resources import JOBS
from shared.domains.jobs.model import Job, Kind, Month, Usage
from shared.domains.jobs.rules.keys import month_key
from shared.domains.jobs.rules.prices import dollars
from shared.domains.jobs.service.ordering import Order, OrderService
from shared.domains.jobs.service.quotas import QuotaService
from shared.domains.jobs.store.rows import to_month
from tests.aws import real_name
from tests.shared.domains.jobs.conftest import OWNER, RESERVED

USAGE = Usage(lambda_gb_seconds=10)


def allow(nanos: int | None) -> None:
    """Set the owner's budget, as a process does that no other one hears of."""
    refusal = write_together(QuotaService.open().budget(OWNER.id, None if nanos is None else dollars(nanos)))
    assert refusal is None


def month(day: str) -> Month:
    key = {name: {"S": value} for name, value in month_key(OWNER.id, day).items()}
    return to_month(aws.client("dynamodb").get_item(TableName=real_name(JOBS), Key=key).get("Item", {}), day)


def order(tier: str = "enterprise", reserved: int = RESERVED) -> Job:
    return OrderService.open().order(OWNER, Order(Kind.SCENES, "My film", [], reserved), tier)
