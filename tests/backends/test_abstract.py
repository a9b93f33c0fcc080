"""Abstract arrays: a shape and a dtype, and a clear word when more is asked of them."""

from __future__ import annotations

import copy
import operator
from collections.abc import Callable

import numpy as np
import pytest

from typedgrad.backends import AbstractArray, backend_for_device, backend_of, namespace
from typedgrad.shapes import Star, parse_dim

X = AbstractArray((2, 3), "float32")


def test_it_knows_shape_dtype_and_rank() -> None:
    assert (X.shape, X.dtype, X.ndim) == ((2, 3), np.dtype("float32"), 2)
    assert repr(X) == "AbstractArray([2 3], float32)"


def test_its_sizes_may_be_symbols() -> None:
    batch = parse_dim("batch")
    x = AbstractArray((2 * batch, 3), "float32")
    assert repr(x) == "AbstractArray([2*batch 3], float32)"
    assert x.ndim == 2
    assert x == AbstractArray((batch + batch, 3), "float32")
    assert hash(x) == hash(AbstractArray((batch + batch, 3), "float32"))
    assert copy.deepcopy(x) == x


def test_a_run_of_axes_leaves_the_rank_unknown() -> None:
    with pytest.raises(TypeError, match=r"the number of axes of AbstractArray\(\[\*batch 3\], float32\) is not known"):
        AbstractArray((Star("batch"), 3), "float32").ndim  # noqa: B018  (raises)


def test_equal_descriptions_are_equal_and_hash_alike() -> None:
    assert AbstractArray((2, 3), np.dtype("float32")) == X
    assert hash(AbstractArray((2, 3), "float32")) == hash(X)
    assert AbstractArray((2, 3), "float64") != X
    assert AbstractArray((3, 2), "float32") != X
    assert X != (2, 3)


@pytest.mark.parametrize(
    "read",
    [
        np.asarray,
        bool,
        float,
        int,
        complex,
        operator.index,
        list,
        AbstractArray.item,
        AbstractArray.tolist,
        lambda x: x[0],
    ],
)
def test_its_values_cannot_be_read(read: Callable[[AbstractArray], object]) -> None:
    with pytest.raises(TypeError, match=r"AbstractArray\(\[2 3\], float32\) has a shape and a dtype but no values"):
        read(X)


def test_it_cannot_be_changed() -> None:
    with pytest.raises(AttributeError, match="immutable: cannot set 'shape'"):
        X.shape = (1,)


def test_its_namespace_computes_nothing() -> None:
    with pytest.raises(TypeError, match="exp: abstract arrays have a shape and a dtype but no values"):
        namespace(X).exp(X)
    assert not hasattr(namespace(X), "__wrapped__")


def test_its_backend_describes_other_arrays() -> None:
    abstract = backend_for_device("abstract")
    assert backend_of(X) is abstract
    assert abstract.device(X) == "abstract"
    assert abstract.dtype(X) == np.dtype("float32")
    assert abstract.asarray(X) is X
    assert abstract.asarray(X, dtype="int8") == AbstractArray((2, 3), "int8")
    assert abstract.asarray(np.zeros((4, 0))) == AbstractArray((4, 0), "float64")
    assert abstract.asarray([1.0, 2.0]) == AbstractArray((2,), "float32")
    assert abstract.random_bits((0, 0), 0, 5) == AbstractArray((5,), "uint32")
    assert abstract.devices() == ()


def test_its_backend_refuses_to_compute() -> None:
    abstract = backend_for_device("abstract")
    abstract.synchronize()
    with pytest.raises(TypeError, match="no values"):
        abstract.to_numpy(X)
    with pytest.raises(TypeError, match="scatter_add: abstract arrays"):
        abstract.scatter_add(X, (0,), X)
    with pytest.raises(TypeError, match="windows: abstract arrays"):
        abstract.windows(X, (1,), (0,), (1,))


def test_numpy_cannot_make_an_array_of_it() -> None:
    with pytest.raises(TypeError, match="no values"):
        backend_for_device("cpu").asarray(X)


def test_a_copy_is_the_same_description() -> None:
    assert copy.deepcopy(X) == X
    assert copy.copy(X) == X
