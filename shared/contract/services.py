"""What functions ask of services that keep nothing for them but work and secrets: queues, sockets, keys and more."""

from dataclasses import dataclass

from shared.contract.needs import Need, Resource


@dataclass(frozen=True)
class Queue(Resource):
    """What is left to be done: a standard queue of SQS, whose messages come at least once and in any order.

    tries  how often a message is given out before it counts as lost
    """

    tries: int = 5

    @property
    def send(self) -> Need:
        """Leave a message, or up to ten at once."""
        return Need(self, "sqs:SendMessage")

    @property
    def receive(self) -> tuple[Need, ...]:
        """Take messages, as Lambda does for the function that declares it."""
        return tuple(
            Need(self, f"sqs:{action}") for action in ("DeleteMessage", "GetQueueAttributes", "ReceiveMessage")
        )


@dataclass(frozen=True)
class Sockets(Resource):
    """The connections of the WebSocket API. AWS makes its id up, so a function is told the address by its stack."""

    @property
    def variable(self) -> str:
        """Its value is an address, and no name."""
        return f"{self.kind}_URL".upper()

    @property
    def send(self) -> Need:
        """Send to a connection."""
        return Need(self, "execute-api:ManageConnections", "POST")

    @property
    def close(self) -> Need:
        """End a connection."""
        return Need(self, "execute-api:ManageConnections", "DELETE")


@dataclass(frozen=True)
class Transcription(Resource):
    """Transcription jobs of ours: all those whose names begin with the resource's own."""

    @property
    def start(self) -> Need:
        """Start a job that writes into the media bucket below `work/`, which the grant's conditions say."""
        return Need(self, "transcribe:StartTranscriptionJob", wildcard="AWS names no resource for it")

    @property
    def get(self) -> Need:
        """See how far a job is."""
        return Need(self, "transcribe:GetTranscriptionJob")


@dataclass(frozen=True)
class Key(Resource):
    """A key that never leaves KMS. Data keys that it makes for one purpose are of no use to whoever has another."""

    def generate(self, purpose: str) -> Need:
        """Make data keys."""
        return Need(self, "kms:GenerateDataKey", purpose)

    def decrypt(self, purpose: str) -> Need:
        """Get data keys back."""
        return Need(self, "kms:Decrypt", purpose)


@dataclass(frozen=True)
class Identity(Resource):
    """Who sends the stage's mail: an address or a domain that SES has verified. A stage may have none."""

    @property
    def send(self) -> Need:
        """Send a mail."""
        return Need(self, "ses:SendEmail")


@dataclass(frozen=True)
class Account(Resource):
    """What belongs to the account as a whole, where AWS takes no narrower resource than "*"."""

    @property
    def read_metrics(self) -> Need:
        """Read metrics of CloudWatch."""
        return Need(self, "cloudwatch:GetMetricData", wildcard="CloudWatch metrics have no ARN of their own")

    @property
    def list_metrics(self) -> Need:
        """Find out which metrics there are."""
        return Need(self, "cloudwatch:ListMetrics", wildcard="CloudWatch metrics have no ARN of their own")


@dataclass(frozen=True)
class Distribution(Resource):
    """A CloudFront distribution. AWS makes its id up, so a function is told it by the stack that makes both."""

    @property
    def invalidate(self) -> Need:
        """Make the edge forget paths."""
        return Need(self, "cloudfront:CreateInvalidation")
