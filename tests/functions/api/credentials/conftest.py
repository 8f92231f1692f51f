"""The stage for these tests, its mail, and somebody who is registered in it."""

from tests.aws import stage
from tests.clock import turned_clock
from tests.functions.api.accounts.conftest import quick_hashes, register
from tests.mailbox import Mailbox, mailbox

__all__ = ["Mailbox", "mailbox", "quick_hashes", "register", "stage", "turned_clock"]
