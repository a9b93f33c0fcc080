"""How large a model is, before it has any weights."""

from __future__ import annotations

import math
from typing import Any

from typedgrad.core.tensor import Tensor
from typedgrad.nn.allocate import parameter_shape
from typedgrad.nn.fields import Param
from typedgrad.nn.layer import Layer


def count_parameters(model: Layer) -> int:
    """How many numbers the parameters of a model are; a description will do.

    What is shared counts once. States, such as running statistics, do not count.

    Raises TypeError if a size is not known.

    >>> tg.nn.count_parameters(tg.nn.Dense(in_features=784, out_features=10))
    7850
    """
    seen: set[int] = set()

    def counted(value: object) -> int:
        if isinstance(value, (tuple, list)):
            return sum(map(counted, value))
        if isinstance(value, dict):
            return sum(map(counted, value.values()))
        if not isinstance(value, (Layer, Tensor)) or id(value) in seen:
            return 0
        seen.add(id(value))
        return value.size if isinstance(value, Tensor) else _missing(value) + sum(map(counted, vars(value).values()))

    return counted(model)


def _missing(layer: Layer) -> int:
    """The numbers in the parameters that have no value yet."""
    names = [n for n, f in layer._fields.items() if isinstance(f, Param) and n not in vars(layer) and f.wanted(layer)]
    shapes: Any = [parameter_shape(layer, name) for name in names]  # of numbers: symbols have been refused
    return sum(map(math.prod, shapes))
