"""The laws of gradients, of other backends, and of purity."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from typing import Any

import numpy as np

from typedgrad.backends import backend_of
from typedgrad.core.forward_mode import jvp
from typedgrad.core.primitive import Primitive
from typedgrad.core.tensor import Tensor
from typedgrad.core.transforms import vjp
from typedgrad.testing.draw import on_host, tensors, values
from typedgrad.testing.numeric import Values, directional, distance, inner, norm
from typedgrad.testing.trial import Broken, Trial

# Relative errors that are acceptable, by the coarsest dtype on the way.
_BY_DIFFERENCES = {"float64": 2e-7, "float32": 1e-2}
_BY_RULES = {"float64": 1e-10, "float32": 1e-5}


def has_rule(op: Primitive) -> None:
    """An op has a gradient, or says that it has none."""
    if op.differentiable and not op.has_gradient:
        raise AssertionError(f"{op.name} has neither a gradient nor the mark @nondifferentiable")


class _Floats:
    """The op as a function of its float arguments to its float results alone, the rest being fixed."""

    def __init__(self, trial: Trial, device: str = "cpu") -> None:
        self.trial = trial
        self.fixed = tensors(trial.draw.flat, device)
        self.places = [i for i, x in enumerate(self.fixed) if x.dtype.kind == "f"]
        self.xs = [self.fixed[i] for i in self.places]
        self.outs = self(*self.xs)

    def __call__(self, *xs: Tensor) -> list[Tensor]:
        flat = list(self.fixed)
        for i, x in zip(self.places, xs, strict=True):
            flat[i] = x
        return [out for out in self.trial.call(flat) if out.dtype.kind == "f"]

    def random(self, like: list[Tensor]) -> list[Tensor]:
        """Numbers between -1 and 1 in the shapes of some tensors, read-only."""
        made = [values(self.trial.rng, x.shape, x.dtype.name, -1.0, 1.0) for x in like]
        for x in made:
            x.flags.writeable = False
        return tensors(made)


def first_order(trial: Trial) -> None:
    """<v, J w> = <J'v, w>, with J w by differences and by forward mode."""
    f = _Floats(trial)
    if not f.outs:
        return
    v, w = f.random(f.outs), f.random(f.xs)
    _, pull = vjp(f, *f.xs)
    pulled = list(pull(v))
    _sound(pulled, f.xs, "the gradient")
    if not trial.op.differentiable:
        if any(np.any(g) for g in on_host(pulled)):
            raise Broken("it is marked @nondifferentiable, but gradients flow through it")
        return
    _adjoint(trial, f, f.xs, v, w, pulled)
    _one_by_one(trial, f, v, w, pulled)
    _in_float32(trial)


def _adjoint(
    trial: Trial,
    f: Callable[..., list[Tensor]],
    xs: list[Tensor],
    v: list[Tensor],
    w: list[Tensor],
    pulled: list[Tensor],
) -> None:
    """Compare the three ways to a directional derivative: differences, forward mode, backward mode."""
    allowed = _acceptable(_BY_DIFFERENCES, trial, [*xs, *v])
    ws = on_host(w)
    if not all(np.isfinite(out).all() for out in on_host(f(*xs))):
        return  # the mean of nothing, say, has no derivative
    numeric = directional(lambda at: on_host(f(*tensors(at))), on_host(xs), ws)
    left, right = inner(on_host(v), numeric), inner(on_host(pulled), ws)
    size = max(1.0, norm(on_host(v)) * norm(numeric), norm(on_host(pulled)) * norm(ws))
    if not abs(left - right) <= allowed * size:
        raise Broken(
            f"<v, J w> = {left:.9g} by differences, but <J'v, w> = {right:.9g}\n"
            f"  v = {on_host(v)}\n  w = {ws}\n  J w = {numeric}\n  J'v = {on_host(pulled)}"
        )
    _, pushed = jvp(f, tuple(xs), tuple(w))
    _sound(pushed, f(*xs), "the tangent")
    apart = distance(on_host(pushed), numeric)
    if not apart <= allowed:
        raise Broken(f"forward mode is off by {apart:.2g}: {on_host(pushed)}, but J w = {numeric} for w = {ws}")


def _one_by_one(trial: Trial, f: _Floats, v: list[Tensor], w: list[Tensor], pulled: list[Tensor]) -> None:
    """An argument's gradient does not depend on whether the others are differentiated, and tangents add up."""
    total: Values = [np.zeros(out.shape) for out in f.outs]
    for i, x in enumerate(f.xs):

        def at(value: Tensor, i: int = i) -> list[Tensor]:
            return f(*f.xs[:i], value, *f.xs[i + 1 :])

        _, pull = vjp(at, x)
        _equal(trial, pull(v), [pulled[i]], f"the gradient of float argument {i} alone")
        total = [a + b for a, b in zip(total, on_host(jvp(at, (x,), (w[i],))[1]), strict=True)]
    _equal(trial, tensors(total), jvp(f, tuple(f.xs), tuple(w))[1], "the sum of the tangents of single arguments")


def _in_float32(trial: Trial) -> None:
    """The gradient of float32 is float32, and about the same."""
    if "float32" in trial.case.skip:
        return
    wide = _Floats(trial)
    narrow = [np.asarray(x, "float32") if x.dtype == np.float64 else x for x in trial.draw.flat]
    single = trial._replace(draw=trial.draw._replace(arrays=trial.draw.refill(narrow)))
    try:
        f = _Floats(single)
    except TypeError:  # annotated with a concrete dtype
        return
    v = f.random(f.outs)
    pulled = list(vjp(f, *f.xs)[1](v))
    _sound(pulled, f.xs, "the gradient in float32")
    seeds = tensors([np.asarray(c, out.dtype) for c, out in zip(on_host(v), wide.outs, strict=True)])
    apart = distance(on_host(pulled), on_host(list(vjp(wide, *wide.xs)[1](seeds))))
    if not apart <= 2e-3 * trial.case.tolerance:
        raise Broken(f"the gradient in float32 is off by {apart:.2g} from that in float64")


def second_order(trial: Trial) -> None:
    """The law of gradients for the gradient itself, whose rules then run on tensors."""
    f = _Floats(trial)
    if not f.outs or not trial.op.differentiable or not trial.case.second:
        return
    v = f.random(f.outs)
    n = len(f.xs)

    def gradient(*both: Tensor) -> list[Tensor]:
        return list(vjp(f, *both[:n])[1](list(both[n:])))

    arguments = [*f.xs, *v]
    taped, pull = vjp(gradient, *arguments)
    _sound(taped, f.xs, "the recorded gradient")
    _equal(trial, taped, gradient(*arguments), "the recorded gradient")
    cotangents = f.random(f.xs)
    pulled = list(pull(cotangents))
    _sound(pulled, arguments, "the second gradient")
    _adjoint(trial, gradient, arguments, cotangents, f.random(arguments), pulled)


def agreement(trial: Trial) -> None:
    """Another backend gives the same values and gradients."""
    device = trial.device
    there = trial.call(tensors(trial.draw.flat, device))
    for out in there:
        if out.device.partition(":")[0] != device.partition(":")[0]:
            raise Broken(f"the result is on {out.device}")
    trial.compare(on_host(there), trial.forward(), f"the result on {device}", 2.0)
    here, other = _Floats(trial), _Floats(trial, device)
    if not here.outs or not here.xs or not trial.op.differentiable or "gradient" in trial.case.skip:
        return
    v = here.random(here.outs)
    pulled = list(vjp(here, *here.xs)[1](v))
    pulled_there = list(vjp(other, *other.xs)[1](tensors(on_host(v), device)))
    _sound(pulled_there, other.xs, "the gradient")
    trial.compare(on_host(pulled_there), on_host(pulled), f"the gradient on {device}", 10.0)


def purity(trial: Trial) -> None:
    """Arguments and cotangents stay as they are, and results do not share memory unless the op is a view."""
    before = [x.copy() for x in trial.draw.flat]
    flat = tensors(trial.draw.flat)
    for out in trial.call(flat):
        shared = any(np.shares_memory(np.asarray(out.data), x) for x in trial.draw.flat)
        if shared and not trial.case.view:
            raise Broken("the result shares memory with an argument; give the Case `view` if it is meant to")
    f = _Floats(trial)
    if f.outs and f.xs:
        # The drawn arrays and these are read-only: a rule that writes to them raises.
        pull = vjp(f, *f.xs)[1]
        v = f.random(f.outs)
        once, twice = pull(v), pull(v)
        _equal(trial, once, twice, "the gradient pulled a second time")
    for x, y in zip(before, trial.draw.flat, strict=True):
        if not np.array_equal(x, y, equal_nan=x.dtype.kind in "fc"):
            raise Broken("an argument was changed")


def _sound(made: Iterable[Tensor], like: list[Tensor], what: str) -> None:
    """Tensors must be what they claim, and have the shapes and dtypes of those they belong to."""
    for g, x in zip(made, like, strict=True):
        data: Any = g.data
        held = backend_of(data).dtype(data)
        if tuple(data.shape) != g.shape or held != g.dtype:
            raise Broken(f"{what} claims {g.aval!r}, but holds {held.name}{list(data.shape)}")
        if g.shape != x.shape or g.dtype != x.dtype:
            raise Broken(f"{what} is {g.aval!r}, but belongs to {x.aval!r}")


def _acceptable(errors: dict[str, float], trial: Trial, values: list[Tensor]) -> float:
    coarse = any(x.dtype.name != "float64" for x in values)
    return errors["float32" if coarse else "float64"] * trial.case.tolerance


def _equal(trial: Trial, made: Sequence[Tensor], wanted: Sequence[Tensor], what: str) -> None:
    apart = distance(on_host(list(made)), on_host(list(wanted)))
    if not apart <= _acceptable(_BY_RULES, trial, [*made, *wanted]):
        raise Broken(f"{what} is off by {apart:.2g}: {on_host(list(made))}, but must be {on_host(list(wanted))}")
