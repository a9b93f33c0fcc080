"""Names: those that layers get unless they are given one, and the nearest to one that is not there."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable

_HUMP = re.compile(r"(?<=[a-z0-9])(?=[A-Z])")


def snake_case(name: str) -> str:
    """The name of a class as names of variables are written.

    >>> snake_case("MaxPool2d"), snake_case("LSTM"), snake_case("Relu6")
    ('max_pool2d', 'lstm', 'relu6')
    """
    return _HUMP.sub("_", name).lower()


def free_name(wanted: str, taken: Collection[str]) -> str:
    """The name, or with the first number that makes it one of its own.

    >>> free_name("dense", ["dense", "dense_2"])
    'dense_3'
    """
    name, count = wanted, 1
    while name in taken:
        count += 1
        name = f"{wanted}_{count}"
    return name


def nearest(name: str, among: Iterable[str]) -> str:
    """The end of a message about a name that is not there: `; did you mean "relu"?`, or nothing.

    >>> nearest("rellu", ["relu", "tanh"])
    '; did you mean `relu`?'
    """
    from difflib import get_close_matches

    close = get_close_matches(name, list(among), n=1, cutoff=0.5)
    return f"; did you mean `{close[0]}`?" if close else ""
