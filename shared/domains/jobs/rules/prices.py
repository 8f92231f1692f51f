"""What usage costs, in billionths of a US dollar: list prices of us-east-1, unless the stage names others."""

import json

from shared.base.settings import setting
from shared.domains.jobs.model import Usage

NANO = 1_000_000_000

PRICES = {
    "lambda_gb_second": 0.0000133334,
    "lambda_request": 0.0000002,
    "batch_vcpu_second c7g spot": 0.0145 / 3600,
    "batch_vcpu_second c7g on-demand": 0.03625 / 3600,
    "s3_write": 0.000005,
    "s3_read": 0.0000004,
    "transition": 0.000025,
    "provider transcribe_second": 0.0004,
}
"""US dollars by what is paid for. docs/costs.md says where they come from."""


def price_table() -> dict[str, float]:
    """The stage's prices: the setting PRICES (JSON) over ours. A provider's units are named `provider <name>`."""
    own: dict[str, float] = json.loads(setting("PRICES", "{}"))
    return PRICES | own


def cost_of(usage: Usage, prices: dict[str, float]) -> int:
    """What the usage costs; KeyError for what has no price, so that nothing is for free by mistake."""
    dollars = (
        usage.lambda_gb_seconds * prices["lambda_gb_second"]
        + usage.lambda_requests * prices["lambda_request"]
        + usage.s3_writes * prices["s3_write"]
        + usage.s3_reads * prices["s3_read"]
        + usage.transitions * prices["transition"]
        + sum(seconds * prices[f"batch_vcpu_second {kind}"] for kind, seconds in usage.batch_seconds.items())
        + sum(units * prices[f"provider {name}"] for name, units in usage.provider.items())
    )
    return round(dollars * NANO)


def dollars(nanos: int) -> float:
    """The amount as answers tell it."""
    return round(nanos / NANO, 9)
