"""Imports the modules that it is told, in a process with an empty environment; prints JSON: module -> what went wrong.

Whoever reads a setting, makes a client, opens a connection or starts a program while it is imported is found out.
"""

import importlib
import json
import os
import socket
import subprocess
import sys
from pathlib import Path
from types import FrameType
from typing import Any, NoReturn

OURS = tuple(f"{Path(__file__).parents[2] / folder}{os.sep}" for folder in ("functions", "shared"))
BETWEEN = (os.__file__, "<frozen os>", __file__)
READS = ("__getitem__", "__contains__", "__iter__", "get", "keys", "values", "items", "copy", "setdefault", "pop")


class TooEarlyError(BaseException):
    """Something was done at import that belongs into the first request."""


def refuse(what: str) -> Any:
    def refused(*arguments: object, **_: object) -> NoReturn:
        raise TooEarlyError(f"{what}{arguments[:1]}")

    return refused


def watched(read: str) -> Any:
    """A method of dictionaries that our own code must not call at import; packages that ours imports may."""

    def method(self: dict[str, str], *arguments: Any) -> Any:
        watch(sys._getframe(1))
        return getattr(dict, read)(self, *arguments)

    return method


def watch(frame: FrameType | None) -> None:
    """Refuse a read of the environment whose nearest frame outside of this file and of os.py is ours."""
    while frame and frame.f_code.co_filename in BETWEEN:
        frame = frame.f_back
    if frame and frame.f_code.co_filename.startswith(OURS):
        raise TooEarlyError(f"the environment is read: {frame.f_code.co_filename}:{frame.f_lineno}")


def main() -> None:
    os.environ = type("Environment", (dict,), {read: watched(read) for read in READS})()  # noqa: B003 - it is empty
    from shared.base import aws, settings

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
