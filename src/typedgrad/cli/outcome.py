"""How a command ends: its exit codes, and messages instead of tracebacks for what users can put right."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable
from typing import Final

DONE: Final = 0
# The command did its work, and what it looked at is not as it should be.
FOUND_WRONG: Final = 1
# The command could not do its work: arguments, files or data are not what they must be.
CANNOT: Final = 2
# What shells make of Ctrl-C.
INTERRUPTED: Final = 130


class Failure(Exception):  # it ends a command; it is no error of a program's
    """Ends a command with a message on standard error.

    >>> Failure("there is no file a.json").code
    2
    """

    def __init__(self, message: str, code: int = CANNOT) -> None:
        super().__init__(message)
        self.code = code


def ended(command: str, run: Callable[[], int], *, traceback: bool = False) -> int:
    """The exit code of what is run. What it raises for the user to put right becomes a message, one paragraph.

    That are the errors of files, of values and of shapes, which name what they are about. Others are bugs of ours or of
    a user's own program, and are shown as Python shows them.

    >>> ended("train", lambda: 0)
    0
    """
    cause: Exception
    try:
        return _written(run())
    except Failure as error:
        message, code, cause = str(error), error.code, error
    except KeyboardInterrupt:
        sys.stderr.write("\n")
        return INTERRUPTED
    except BrokenPipeError:
        # Whoever read the output has seen enough; nothing more is to be written there, not even at the exit.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return DONE
    except FloatingPointError as error:
        message, code, cause = str(error), FOUND_WRONG, error
    except OSError as error:
        message, code, cause = _of_file(error), CANNOT, error
    except (ValueError, TypeError, KeyError, MemoryError, ImportError) as error:
        message, code, cause = _told(error), CANNOT, error
    if traceback:
        raise cause
    sys.stderr.write(f"typedgrad {command}: {message}\n")
    return code


def _written(code: int) -> int:
    """The code, once the output has gone to whoever reads it."""
    sys.stdout.flush()
    return code


def _of_file(error: OSError) -> str:
    if error.filename is None or error.strerror is None:
        return str(error)
    return f"{error.filename}: {error.strerror}"


def _told(error: BaseException) -> str:
    notes = "".join(f"\n  {note}" for note in getattr(error, "__notes__", ()))
    # A KeyError's text is the repr of its key.
    said = str(error.args[0]) if isinstance(error, KeyError) and error.args else str(error)
    return f"{said or type(error).__name__}{notes}"
