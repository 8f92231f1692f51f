"""Imports the modules that it is told, in a process with an empty environment; prints JSON: module -> what went wrong.

Whoever reads a setting, makes a client, opens a connection or starts a program while it is imported is found out.
"""

import importlib
import json
import socket
import subprocess
import sys
from typing import Any, NoReturn

from shared.base import aws, settings


class TooEarlyError(BaseException):
    """Something was done at import that belongs into the first request."""


def refuse(what: str) -> Any:
    def refused(*arguments: object, **_: object) -> NoReturn:
        raise TooEarlyError(f"{what}{arguments[:1]}")

    return refused


def main() -> None:
    settings.setting = refuse("a setting is read: ")
    aws.client = refuse("a client is made: ")
    socket.socket.connect = refuse("a connection is opened: ")  # type: ignore[method-assign]
    socket.getaddrinfo = refuse("a name is looked up: ")
    subprocess.Popen.__init__ = refuse("a program is started: ")  # type: ignore[method-assign]
    faults: dict[str, str] = {}
    for name in sys.argv[1:]:
        try:
            if not callable(importlib.import_module(name).handler):
                faults[name] = "its handler cannot be called"
        except BaseException as error:  # noqa: BLE001 - whatever it is, it is a fault of that module
            faults[name] = f"{type(error).__name__}: {error}"
    print(json.dumps(faults))


if __name__ == "__main__":
    main()
