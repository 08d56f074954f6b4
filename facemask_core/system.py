"""What Windows and macOS do otherwise than Linux; who needs to know the system asks here.

The lab is developed on Linux alone: the tests set :data:`NAME` to see the other branches taken.
"""

from __future__ import annotations

import contextlib
import ctypes
import os
import re
import sys
from pathlib import Path
from typing import Any

NAME = sys.platform
"""``linux``, ``darwin`` or ``win32``, as Python calls them."""

_NEW_PROCESS_GROUP = 0x00000200
_NO_WINDOW = 0x08000000
"""Flags of Windows' CreateProcess; the module subprocess names them on Windows alone."""
_SHARING_VIOLATION = 32
"""Windows' number for what cannot be done to a file that a process has open."""
_NICER, _NICEST = 5, 19
"""Steps of ten per cent each in the share of a processor that several want, and the last one."""
_DEVICES = {
    "CON",
    "PRN",
    "AUX",
    "NUL",
    *(f"{port}{n}" for port in ("COM", "LPT") for n in "123456789"),
}
_REFUSED = re.compile(r'[<>:"|?*\x00-\x1f]|[. ]$')


def default_backend() -> str:
    """Names the Keras backend to compute on where the environment names none.

    TensorFlow 2.20 and later and pyarrow cannot be loaded into one process on macOS: each brings
    its own protobuf, the linker there lets one use the other's locks, and whichever comes second
    hangs (``RAW: Lock blocking``) or aborts (``mutex lock failed``). See tensorflow#98563 and
    #99464, arrow#40088. No order of imports avoids it, and no worker process either: Keras imports
    pandas, which imports pyarrow, in every process of the lab. JAX needs no TensorFlow.
    """
    return "jax" if NAME == "darwin" else "tensorflow"


def detached() -> dict[str, Any]:
    """Returns the arguments for ``subprocess.Popen`` whose process outlives its parent's terminal.

    A session of its own keeps Ctrl+C and a closed terminal away from it. Windows has no sessions,
    and passes both on to every process of a console: there it gets a console of its own without a
    window. With none at all, each program that it starts would open a window.
    """
    if NAME == "win32":
        return {"creationflags": _NEW_PROCESS_GROUP | _NO_WINDOW}
    return {"start_new_session": True}


def lower_priority(pid: int) -> None:
    """Lets this process go first at the processors wherever it and another want them.

    Windows has other priorities, and there nothing changes.

    Args:
        pid: The other process, which has begun just now.
    """
    if NAME != "win32":
        with contextlib.suppress(OSError):  # it may have ended
            least = min(os.getpriority(os.PRIO_PROCESS, 0) + _NICER, _NICEST)
            os.setpriority(os.PRIO_PROCESS, pid, least)


def is_in_use(error: OSError) -> bool:
    """Tells whether a file could not be renamed or removed because a process has it open.

    Windows alone refuses that, until the last process has closed the file.
    """
    return getattr(error, "winerror", None) == _SHARING_VIOLATION


def remove_unless_open(path: Path) -> None:
    """Removes a file if it is there; where Windows finds it open, it stays.

    Args:
        path: A file that does no harm if it stays, such as a lock that nobody holds.

    Raises:
        OSError: It cannot be removed for another reason.
    """
    try:
        path.unlink(missing_ok=True)
    except OSError as error:
        if not is_in_use(error):
            raise


def can_name(path: str) -> bool:
    """Tells whether this system can give files such a name.

    Windows refuses some characters, takes what follows a colon for a hidden part of another file,
    drops a dot or space at the end, and opens a device for names such as ``con.png``.

    Args:
        path: A relative path with forward slashes.
    """
    if NAME != "win32":
        return True
    return not any(
        _REFUSED.search(part) or part.partition(".")[0].rstrip().upper() in _DEVICES
        for part in path.split("/")
        if part != "."
    )


def is_memory_spent() -> bool:
    """Says whether this process once held most of the memory it may; never without a bound."""
    try:
        import resource  # Windows has none
    except ImportError:
        return False
    bound, _ = resource.getrlimit(resource.RLIMIT_DATA)
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * (1 if NAME == "darwin" else 1024)
    return bound != resource.RLIM_INFINITY and peak > bound / 2


def return_freed_memory() -> None:
    """Lets TensorFlow take memory from the system's own allocator, which can give it back.

    With oneDNN, TensorFlow on processors keeps a pool of its own that only grows, so that a model
    that was let go left its memory there. To be called before TensorFlow is imported; what the
    environment says goes before.
    """
    os.environ.setdefault("TF_ONEDNN_USE_SYSTEM_ALLOCATOR", "1")


def trim_memory() -> None:
    """Gives freed memory back to the system, where its C library (glibc) can be told to."""
    if NAME == "linux":
        with contextlib.suppress(OSError, AttributeError):  # musl has no such function
            ctypes.CDLL(None).malloc_trim(0)
