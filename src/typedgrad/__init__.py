"""Typed automatic differentiation: a shape is written once and checked three times."""

from __future__ import annotations

from typing import TYPE_CHECKING

from typedgrad.core import random as random
from typedgrad.core.broadcasting import broadcast_to as broadcast_to
from typedgrad.core.broadcasting import sum_to as sum_to
from typedgrad.core.casting import astype as astype
from typedgrad.core.checkpointing import checkpoint as checkpoint
from typedgrad.core.forward_mode import jvp as jvp
from typedgrad.core.tensor import Tensor as Tensor
from typedgrad.core.transforms import grad as grad
from typedgrad.core.transforms import hessian as hessian
from typedgrad.core.transforms import hvp as hvp
from typedgrad.core.transforms import jacobian as jacobian
from typedgrad.core.transforms import stop_gradient as stop_gradient
from typedgrad.core.transforms import value_and_grad as value_and_grad
from typedgrad.core.transforms import vjp as vjp
from typedgrad.core.typed import typed as typed
from typedgrad.ops.arithmetic import add as add
from typedgrad.ops.arithmetic import divide as divide
from typedgrad.ops.arithmetic import floor_divide as floor_divide
from typedgrad.ops.arithmetic import multiply as multiply
from typedgrad.ops.arithmetic import negative as negative
from typedgrad.ops.arithmetic import positive as positive
from typedgrad.ops.arithmetic import remainder as remainder
from typedgrad.ops.arithmetic import square as square
from typedgrad.ops.arithmetic import subtract as subtract
from typedgrad.ops.create import asarray as asarray
from typedgrad.ops.create import full as full
from typedgrad.ops.create import ones as ones
from typedgrad.ops.create import zeros as zeros
from typedgrad.ops.einsum import einsum as einsum
from typedgrad.ops.interchange import to_numpy as to_numpy
from typedgrad.ops.like import empty_like as empty_like
from typedgrad.ops.like import full_like as full_like
from typedgrad.ops.like import ones_like as ones_like
from typedgrad.ops.like import zeros_like as zeros_like
from typedgrad.ops.matmul import matmul as matmul
from typedgrad.ops.matrices import matrix_transpose as matrix_transpose
from typedgrad.ops.move import concat as concat
from typedgrad.ops.move import expand_dims as expand_dims
from typedgrad.ops.move import permute_dims as permute_dims
from typedgrad.ops.move import reshape as reshape
from typedgrad.ops.move import squeeze as squeeze
from typedgrad.ops.move import stack as stack
from typedgrad.ops.operators import bind
from typedgrad.ops.reduce import max as max
from typedgrad.ops.reduce import mean as mean
from typedgrad.ops.reduce import min as min
from typedgrad.ops.reduce import sum as sum

bind()

if TYPE_CHECKING:
    from typedgrad import optim as optim
else:
    # Where to find what is loaded on first use, so that importing the package stays cheap.
    _LAZY = {"optim": "typedgrad.optim"}

    def __getattr__(name):
        from importlib import import_module

        if name not in _LAZY:
            raise AttributeError(f"module 'typedgrad' has no attribute {name!r}")
        module = import_module(_LAZY[name])
        found = globals()[name] = module if module.__name__.endswith(f".{name}") else getattr(module, name)
        return found

    def __dir__():
        return sorted({*globals(), *_LAZY})
