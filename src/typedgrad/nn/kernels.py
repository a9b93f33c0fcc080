"""What layers with kernels have in common: their options, and how many elements a kernel connects."""

from __future__ import annotations

import math
from typing import ClassVar

from typedgrad.nn.activate import Activated
from typedgrad.nn.fields import inferred
from typedgrad.nn.layer import Layer
from typedgrad.nn.sliding import check_sliding, tap
from typedgrad.ops.windows import Padding, Size


class Kernels(Layer):
    """The options of a layer that slides kernels."""

    in_channels: int = inferred
    out_channels: int
    kernel: Size
    stride: Size = 1
    padding: Padding = 0
    dilation: Size = 1
    use_bias: bool = True
    activation: Activated = None
    rank: ClassVar[int]

    def __check__(self) -> None:
        check_sliding(self, self.rank)


class GroupedKernels(Kernels):
    """The options of a layer that may map groups of channels to groups of channels."""

    groups: int = 1

    @property
    def fan_in(self) -> int:
        """How many inputs an element of the result has, if the stride is 1."""
        return self.in_channels // self.groups * reach(self.kernel, self.rank)

    @property
    def fan_out(self) -> int:
        """How many elements of the result an input reaches, if the stride is 1."""
        return self.out_channels // self.groups * reach(self.kernel, self.rank)


def reach(kernel: Size, rank: int) -> int:
    """How many elements a kernel has for each channel.

    >>> reach(3, 2)
    9
    """
    return math.prod(tap(kernel, axis) for axis in range(rank))
