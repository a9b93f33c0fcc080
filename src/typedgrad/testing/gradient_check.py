"""`check_gradients`: whether every parameter of a function or layer gets the gradient that differences say."""

from __future__ import annotations

import inspect
from collections.abc import Callable, Sequence
from contextlib import AbstractContextManager, nullcontext
from fnmatch import fnmatchcase
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np

from typedgrad.backends import backend_of
from typedgrad.core.pytree import flatten, leaves_with_paths, unflatten
from typedgrad.core.run import training
from typedgrad.core.tensor import Tensor
from typedgrad.core.transforms import grad, vjp
from typedgrad.nn.layer import Layer
from typedgrad.ops.reduce import sum as total
from typedgrad.testing.draw import on_host
from typedgrad.testing.gradient_report import GradientReport, GradientRow
from typedgrad.testing.kinks import refuse_kinks
from typedgrad.testing.presets import Preset, PresetName, preset_named

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from typedgrad.core.random import Key
    from typedgrad.testing.presets import Floats


class Options(NamedTuple):
    """What to check, and how."""

    preset: Preset
    exclude: tuple[str, ...]
    most: int | None
    kink: float
    kink_range: float
    seed: int


class Problem(NamedTuple):
    """A function from float tensors to float tensors, where it is checked, and what messages call the tensors."""

    call: Callable[[list[Tensor]], list[Tensor]]
    at: list[Tensor]
    paths: list[str]
    order: int


def check_gradients(
    f: Callable[..., object] | Layer,
    args: object,
    *,
    preset: PresetName = "typedgrad",
    eps: float | None = None,
    rel: float | None = None,
    abs: float | None = None,  # the word that every such function uses
    exclude: Sequence[str] = (),
    max_per_parameter: int | None = None,
    kink: float = 0.0,
    kink_range: float | None = None,
    order: int = 1,
    seed: int = 1701,
    key: Key | None = None,
) -> GradientReport:
    """Compare every gradient of `f` with differences, element by element.

    The presets, each with its step and what passes (a is the gradient, n what differences say):

    - "typedgrad": central, 1e-5; |a - n| / (|a| + |n|) at most 1e-5, or |a - n| at most 1e-7. What fails is tried again
      with smaller steps, so that a kink nearby is no mistake.
    - "caffe": central, 1e-2, of every element of the result, times 2; |a - n| at most 1e-3 max(|a|, |n|, 1). Its
      `kink_range` skips elements near `kink`. Takes float32 as well.
    - "torch": central, 1e-6, of every element of the result; |a - n| at most 1e-5.
    - "checkgrad": central, 1e-7; the length of a - n, per parameter, at most 1e-5 times that of a + n, of all.
    - "theano": forward, 1e-7, of two random projections; |a - n| or |a - n| / (|a| + |n|) at most 1e-4. For float32 the
      step is 3e-4 and the tolerance 1e-2, for float16 0.1 and 5e-2.
    - "dl4j": central, 1e-6; |a - n| / (|a| + |n|) at most 1e-3, or |a - n| at most 1e-8. Refuses kinked activations.
    - "samediff": central, 1e-5; |a - n| / (|a| + |n|) at most 1e-5, or |a - n| at most 1e-6.

    All but "caffe" and "torch" check a random projection of results that are no scalar.

    Args:
        f: a function of trees of tensors, or a layer with parameters, which are checked too.
        args: what it is called with; a tuple for several arguments.
        preset: how to compare.
        eps: another step.
        rel: another relative tolerance.
        abs: another absolute tolerance.
        exclude: paths that are not checked, such as "layers.0.*".
        max_per_parameter: how many elements of each parameter to check, drawn at random; all unless given.
        kink: where the function has a kink in what is checked.
        kink_range: leave out elements whose size is within this of `kink`.
        order: 2 checks the gradients of gradients as well.
        seed: of the projections and of what is drawn.
        key: check inside a training run with this key: the same numbers are drawn in every evaluation.

    Raises:
        TypeError: if a float is not float64 (or what else the preset takes).
        ValueError: if there is nothing to check, an option makes no sense, or with "dl4j" an activation has a kink.

    >>> model = tg.init(tg.nn.Dense(in_features=3, out_features=2), tg.random.key(0), dtype=tg.float64)
    >>> report = tg.check_gradients(model, tg.ones((4, 3), dtype=tg.float64), preset="dl4j")
    >>> bool(report), [row.path for row in report.rows]
    (True, ['weight', 'bias', 'x'])
    """
    if order not in (1, 2):
        raise ValueError(f"check_gradients: `order` must be 1 or 2, got {order}")
    if max_per_parameter is not None and max_per_parameter < 1:
        raise ValueError(f"check_gradients: `max_per_parameter` must be at least 1, got {max_per_parameter}")
    found = preset_named(preset, eps, rel, abs)
    near = -1.0 if kink_range is None else kink_range
    options = Options(found, tuple(exclude), max_per_parameter, kink, near, seed)
    given = args if isinstance(args, tuple) and not hasattr(args, "_fields") else (args,)
    problem = _problem(f, given, found, key)
    if found.smooth:
        refuse_kinks(problem.call, problem.at)
    rows = _checked(problem, options)
    if order == 2:
        rows += _checked(_derivative(problem, seed), options)
    return GradientReport(found.name, tuple(rows))


def _problem(f: Callable[..., object] | Layer, args: tuple[Any, ...], preset: Preset, key: Key | None) -> Problem:
    call: Callable[..., object] = (lambda layer, *rest: layer(*rest)) if isinstance(f, Layer) else f
    tree: tuple[Any, ...] = (f, *args) if isinstance(f, Layer) else args
    leaves, structure = flatten(tree)
    names = ["", *_names(type(f).__call__, len(args), 1)] if isinstance(f, Layer) else _names(f, len(args), 0)
    paths = [_path(path, names) for path, _ in leaves_with_paths(tree)]
    places = [i for i, x in enumerate(leaves) if isinstance(x, Tensor) and x.dtype.kind == "f"]
    for i in places:
        _refuse_dtype(paths[i], leaves[i].dtype.name, preset)

    def of_floats(xs: list[Tensor]) -> list[Tensor]:
        filled = list(leaves)
        for i, x in zip(places, xs, strict=True):
            filled[i] = x
        scope: AbstractContextManager[object] = nullcontext() if key is None else training(key)
        with scope:
            result = call(*unflatten(structure, filled))
        return [out for out in flatten(result)[0] if isinstance(out, Tensor) and out.dtype.kind == "f"]

    if not places:
        raise ValueError("check_gradients: there are no float tensors in the arguments")
    return Problem(of_floats, [leaves[i] for i in places], [paths[i] for i in places], 1)


def _names(function: object, count: int, skip: int) -> list[str]:
    """What the arguments are called; their numbers where the signature does not say."""
    try:
        parameters = list(inspect.signature(function).parameters.values())[skip:]  # type: ignore[arg-type]  # callable
    except (TypeError, ValueError):
        parameters = []
    named = [p.name for p in parameters if p.kind in (p.POSITIONAL_ONLY, p.POSITIONAL_OR_KEYWORD)]
    return [named[i] if i < len(named) else f"args.{i}" for i in range(count)]


def _path(path: str, names: list[str]) -> str:
    head, _, rest = path.partition(".")
    return ".".join(part for part in (names[int(head)], rest) if part)


def _refuse_dtype(path: str, dtype: str, preset: Preset) -> None:
    if dtype not in preset.eps:
        taken = " or ".join(preset.eps)
        advice = "tg.init(model, key, dtype=tg.float64), x.astype(tg.float64)"
        raise TypeError(f"check_gradients: `{path}` is {dtype}, but preset {preset.name!r} needs {taken}: {advice}")


def _derivative(problem: Problem, seed: int) -> Problem:
    """The gradient of a random projection, as a problem of its own."""
    outs = problem.call(problem.at)
    weights = [_like(w, out) for w, out in zip(_projection(outs, np.random.default_rng(seed + 1)), outs, strict=True)]

    def scalar(xs: list[Tensor]) -> Tensor:
        found = [total(w * out) for w, out in zip(weights, problem.call(xs), strict=True)]
        return sum(found[1:], found[0])

    return Problem(grad(scalar), problem.at, problem.paths, 2)


def _projection(outs: list[Tensor], source: np.random.Generator) -> list[NDArray[Any]]:
    """Weights of the results, away from 0, so that none is overlooked; 1 for a scalar."""
    if len(outs) == 1 and outs[0].shape == ():
        return [np.ones(())]
    return [np.asarray(source.uniform(0.5, 1.5, out.shape)) for out in outs]


def _checked(problem: Problem, options: Options) -> list[GradientRow]:
    source = np.random.default_rng(options.seed)
    outs, pull = vjp(problem.call, problem.at)
    if not outs:
        raise ValueError("check_gradients: there are no float tensors in the result")
    scale = options.preset.scale
    if options.preset.jacobian:
        targets = _each_element(outs)
        projected: Callable[[list[Tensor]], Floats] = lambda found: scale * _flat(found)  # noqa: E731  # beside its twin
    else:
        targets = [_projection(outs, source) for _ in range(options.preset.projections)]
        matrix = np.stack([np.concatenate([w.reshape(-1) for w in one]) for one in targets])
        projected = lambda found: scale * (matrix @ _flat(found))  # noqa: E731  # as above
    rows: list[list[Floats]] = [[] for _ in problem.at]
    for target in targets:
        (pulled,) = pull([_like(scale * w, out) for w, out in zip(target, outs, strict=True)])
        for k, g in enumerate(on_host(pulled)):
            rows[k].append(np.asarray(g, np.float64).reshape(-1))
    compared = {}
    for k, path in enumerate(problem.paths):
        if not any(fnmatchcase(path, pattern) for pattern in options.exclude):
            compared[k] = _compared(problem, k, np.stack(rows[k]), projected, options, source)
    if not compared:
        raise ValueError(f"check_gradients: `exclude` leaves nothing of {', '.join(problem.paths)}")
    whole = float(np.sqrt(sum(np.sum((c.analytic + c.numeric) ** 2) for c in compared.values())))
    return [_row(problem, k, c, options.preset, whole) for k, c in compared.items()]


class Compared(NamedTuple):
    """The gradients of the chosen elements of one parameter: a row per target, a column per element."""

    chosen: NDArray[np.intp]
    skipped: int
    analytic: Floats
    numeric: Floats


def _compared(
    problem: Problem,
    k: int,
    analytic: Floats,
    projected: Callable[[list[Tensor]], Floats],
    options: Options,
    source: np.random.Generator,
) -> Compared:
    """Differentiate by differences with respect to one parameter."""
    x, preset = problem.at[k], options.preset
    values = np.asarray(on_host([x])[0], np.float64).reshape(-1)
    size = np.abs(values)
    smooth = np.flatnonzero((options.kink - options.kink_range > size) | (size > options.kink + options.kink_range))
    chosen = smooth
    if options.most is not None and len(smooth) > options.most:
        chosen = np.sort(source.choice(smooth, options.most, replace=False))
    dtype, eps = x.dtype.name, preset.eps[x.dtype.name]
    a = analytic[:, chosen]
    n = _differences(problem, k, projected, preset, chosen, eps) if len(chosen) else np.zeros_like(a)
    bad = preset.badness(a, n, dtype)
    for attempt in range(1, preset.retries + 1):
        again = np.flatnonzero((bad > 1).any(axis=0))
        if not len(again):
            break
        closer = _differences(problem, k, projected, preset, chosen[again], eps / 10**attempt)
        better = preset.badness(a[:, again], closer, dtype)
        n[:, again] = np.where(better < bad[:, again], closer, n[:, again])
        bad[:, again] = np.minimum(better, bad[:, again])
    return Compared(chosen, len(values) - len(smooth), a, n)


def _differences(
    problem: Problem,
    k: int,
    projected: Callable[[list[Tensor]], Floats],
    preset: Preset,
    places: NDArray[np.intp],
    eps: float,
) -> Floats:
    """A row per target, and a column per place in the parameter."""

    def at(step: float, place: int) -> Floats:
        moved = on_host([problem.at[k]])[0].copy()
        moved.reshape(-1)[place] += step
        return projected(problem.call([*problem.at[:k], _like(moved, problem.at[k]), *problem.at[k + 1 :]]))

    if preset.forward:
        here = projected(problem.call(problem.at))
        return np.stack([(at(eps, i) - here) / eps for i in places], axis=1)
    return np.stack([(at(eps, i) - at(-eps, i)) / (2 * eps) for i in places], axis=1)


def _row(problem: Problem, k: int, found: Compared, preset: Preset, whole: float) -> GradientRow:
    """The verdict on one parameter."""
    x, (chosen, skipped, a, n) = problem.at[k], found
    head = (problem.paths[k], problem.order, x.shape, len(chosen), skipped)
    if not len(chosen):
        return GradientRow(*head, 0, 0.0, 0.0, None, 0.0, 0.0)
    bad = preset.badness(a, n, x.dtype.name, whole)
    apart, relative = preset.errors(a, n, whole)
    # Of those that are equally bad, the one with the largest error leads on.
    by = np.where(bad == bad.max(), np.nan_to_num(apart, nan=np.inf), -1.0)
    row, column = np.unravel_index(int(by.argmax()), by.shape)
    worst = tuple(int(i) for i in np.unravel_index(int(chosen[column]), x.shape)) if x.shape else ()
    failed = int((bad > 1).any(axis=0).sum())
    numbers = (float(apart.max()), float(relative.max()), worst, float(a[row, column]), float(n[row, column]))
    return GradientRow(*head, failed, *numbers)


def _each_element(outs: list[Tensor]) -> list[list[NDArray[Any]]]:
    """For every element of the results, weights that are 1 there and 0 elsewhere."""
    found = []
    for i, out in enumerate(outs):
        for j in range(int(np.prod(out.shape))):
            weights = [np.zeros(other.shape) for other in outs]
            weights[i].reshape(-1)[j] = 1.0
            found.append(weights)
    return found


def _flat(outs: list[Tensor]) -> Floats:
    return np.concatenate([np.asarray(x, np.float64).reshape(-1) for x in on_host(outs)])


def _like(values: NDArray[Any], x: Tensor) -> Tensor:
    """Values as a tensor of the dtype and on the device of another."""
    backend = backend_of(x.data)
    return Tensor(backend.asarray(np.asarray(values, x.dtype), device=x.device))
