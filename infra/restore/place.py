"""A stage that a command of the deployer works on with the product's own code, which finds it in the environment."""

import os
from dataclasses import dataclass
from datetime import UTC, datetime

from infra.invoking import OpenStage
from infra.parts.stage import APPLICATION
from shared.base import aws
from shared.base.settings import setting
from shared.contract.needs import Table
from shared.contract.resources import MEDIA, TABLES


class RestoreError(Exception):
    """Nothing more is done; the message says why and what to do."""


@dataclass(frozen=True)
class Wish:
    """The moment as which a stage is to be.

    at       epoch seconds, whole
    is_real  whether anything is changed; a plan only counts
    """

    at: float
    is_real: bool = False

    @property
    def moment(self) -> datetime:
        """The moment, in UTC."""
        return datetime.fromtimestamp(self.at, UTC)


def enter(stage: OpenStage) -> None:
    """Have the product's code work on a stage, as whoever gave the command."""
    os.environ.update(stage.environment, STAGE=stage.name)
    os.environ.update({table.variable: f"{APPLICATION}-{stage.name}-{table.name}" for table in TABLES})
    os.environ[MEDIA.variable] = f"{APPLICATION}-{stage.name}-{MEDIA.name}-{stage.account}"
    aws.forget()


def name_of(table: Table) -> str:
    """The real name of a table."""
    return setting(table.variable)
