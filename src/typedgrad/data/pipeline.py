"""Several normalisers as one, and normalisers as JSON and tensors."""

from __future__ import annotations

from dataclasses import dataclass, fields
from typing import TYPE_CHECKING, Protocol, TypeAlias, TypeVar, cast, runtime_checkable

from typedgrad.core.tensor import Tensor
from typedgrad.data.fitting import Normaliser, Samples
from typedgrad.data.min_max import FittedMinMax
from typedgrad.data.pixels import FittedSubtractMean, ImageScale
from typedgrad.data.standardize import FittedStandardize

if TYPE_CHECKING:
    from collections.abc import Mapping

    from typedgrad.data.fitting import Fittable

T = TypeVar("T", bound=Tensor)
Json: TypeAlias = "bool | int | float | str | list[Json] | dict[str, Json] | None"


@runtime_checkable
class Unfitted(Protocol):
    """A normaliser that has yet to learn."""

    def fit_samples(self, samples: Samples, /) -> Normaliser:
        """The fitted normaliser."""
        ...


class Pipeline:
    """Normalisers one after another; each learns from what the ones before it make.

    Raises:
        TypeError: if something is not a normaliser.
        ValueError: if there are none.

    >>> steps = tg.data.Pipeline(tg.data.ImageScale(), tg.data.Standardize(axis=(0, 1)))
    >>> steps.fit(tg.asarray([[0.0, 255.0]])).apply(tg.asarray([[0.0, 255.0]])).tolist()
    [[-1.0, 1.0]]
    """

    __slots__ = ("steps",)

    def __init__(self, *steps: Unfitted | Normaliser) -> None:
        if not steps:
            raise ValueError("Pipeline: there are no normalisers")
        for i, step in enumerate(steps):
            if not isinstance(step, Unfitted | Normaliser):
                raise TypeError(f"Pipeline: step {i} is no normaliser but a {type(step).__name__}")
        self.steps = steps

    def fit(self, data: Fittable) -> FittedPipeline:
        """Fit every step; the data are gone through once for each that has something to learn.

        >>> fitted = tg.data.Pipeline(tg.data.MinMax(), tg.data.Standardize()).fit(tg.asarray([[1.0], [3.0]]))
        >>> fitted.apply(tg.asarray([[3.0]])).item()
        1.0
        """
        return self.fit_samples(Samples(data))

    def fit_labels(self, data: Fittable) -> FittedPipeline:
        """The same of the labels.

        >>> data = tg.data.Dataset(tg.zeros((2, 5)), tg.asarray([[10.0], [30.0]]))
        >>> tg.data.Pipeline(tg.data.MinMax()).fit_labels(data).apply(data.y).tolist()
        [[0.0], [1.0]]
        """
        return self.fit_samples(Samples(data, "y"))

    def fit_samples(self, samples: Samples) -> FittedPipeline:
        """The same of samples after some changes; see `fit`."""
        fitted: list[Normaliser] = []
        for step in self.steps:
            done = step.fit_samples(samples) if isinstance(step, Unfitted) else step
            samples = samples.then(done)
            fitted.append(done)
        return FittedPipeline(tuple(fitted))


@dataclass(frozen=True, eq=False)
class FittedPipeline:
    """Fitted normalisers one after another; pipelines inside are taken apart. Made by `Pipeline.fit`."""

    steps: tuple[Normaliser, ...]

    def __post_init__(self) -> None:
        flat = [inner for s in self.steps for inner in (s.steps if isinstance(s, FittedPipeline) else (s,))]
        object.__setattr__(self, "steps", tuple(flat))

    def apply(self, x: T) -> T:
        """`x`, through every step.

        >>> fitted = tg.data.Pipeline(tg.data.ImageScale(), tg.data.SubtractMean.of([0.5])).fit(tg.zeros((1, 1, 1, 1)))
        >>> fitted.apply(tg.full((1, 1, 1, 1), 255.0)).item()
        0.5
        """
        for step in self.steps:
            x = cast("T", step.apply(x))
        return x

    def invert(self, x: T) -> T:
        """What `apply` made into `x`.

        >>> fitted = tg.data.Pipeline(tg.data.ImageScale()).fit(tg.zeros((1,)))
        >>> fitted.invert(tg.ones((1,))).tolist()
        [255.0]
        """
        for step in reversed(self.steps):
            x = cast("T", step.invert(x))
        return x


NORMALISERS: dict[str, type[Normaliser]] = {
    "Standardize": FittedStandardize,
    "MinMax": FittedMinMax,
    "ImageScale": ImageScale,
    "SubtractMean": FittedSubtractMean,
    "Pipeline": FittedPipeline,
}
"""Every fitted normaliser by its name in files. Fields are tensors and JSON values; those of `Pipeline` are others."""


def to_parts(normaliser: Normaliser) -> tuple[dict[str, Json], dict[str, Tensor]]:
    """A fitted normaliser as a JSON document and named tensors, for `from_parts`.

    Raises:
        TypeError: if it is none of `NORMALISERS`.

    >>> document, tensors = tg.data.to_parts(tg.data.Standardize().fit(tg.asarray([[1.0], [3.0]])))
    >>> document, sorted(tensors)
    ({'kind': 'Standardize', 'axis': 0}, ['deviation', 'mean'])
    """
    kind = next((name for name, cls in NORMALISERS.items() if type(normaliser) is cls), None)
    if kind is None:
        raise TypeError(f"to_parts: a {type(normaliser).__name__} is none of {', '.join(NORMALISERS)}")
    document: dict[str, Json] = {"kind": kind}
    tensors: dict[str, Tensor] = {}
    if isinstance(normaliser, FittedPipeline):
        parts = [to_parts(step) for step in normaliser.steps]
        document["steps"] = [inner for inner, _ in parts]
        tensors = {f"{i}.{name}": tensor for i, (_, inner) in enumerate(parts) for name, tensor in inner.items()}
        return document, tensors
    for name in _fields(kind):
        value = getattr(normaliser, name)
        if isinstance(value, Tensor):
            tensors[name] = value
        else:
            document[name] = list(value) if isinstance(value, tuple) else value
    return document, tensors


def from_parts(document: Mapping[str, Json], tensors: Mapping[str, Tensor]) -> Normaliser:
    """The normaliser that `to_parts` took apart. Nothing but the classes of `NORMALISERS` is made, whatever is in it.

    Raises:
        ValueError: if the document is not one of `to_parts`, or a tensor or a value is missing or too many.

    >>> fitted = tg.data.Standardize().fit(tg.asarray([[1.0], [3.0]]))
    >>> tg.data.from_parts(*tg.data.to_parts(fitted)).apply(tg.asarray([[5.0]])).item()
    3.0
    """
    kind = document.get("kind")
    if not isinstance(kind, str) or kind not in NORMALISERS:
        raise ValueError(f"from_parts: `kind` must be one of {', '.join(NORMALISERS)}, got {kind!r}")
    if kind == "Pipeline":
        return _pipeline(document, tensors)
    given: dict[str, object] = {name: value for name, value in document.items() if name != "kind"}
    for name in given:
        if name in tensors:
            raise ValueError(f"from_parts: {kind} has {name!r} twice, as a value and as a tensor")
    given |= tensors
    wanted = _fields(kind)
    if set(given) != set(wanted):
        missing, more = sorted(set(wanted) - set(given)), sorted(set(given) - set(wanted))
        raise ValueError(f"from_parts: {kind} lacks {missing} and has {more} too many")
    for name, value in given.items():
        given[name] = _checked(kind, name, value, wanted[name])
    made: Normaliser = NORMALISERS[kind](**given)
    return made


def _pipeline(document: Mapping[str, Json], tensors: Mapping[str, Tensor]) -> FittedPipeline:
    steps = document.get("steps")
    if not isinstance(steps, list) or not steps or set(document) != {"kind", "steps"}:
        raise ValueError("from_parts: Pipeline must have a list of `steps` and nothing else")
    made: list[Normaliser] = []
    for i, step in enumerate(steps):
        if not isinstance(step, dict) or step.get("kind") == "Pipeline":
            raise ValueError(f"from_parts: step {i} of Pipeline is no single normaliser")
        own = {name.removeprefix(f"{i}."): tensor for name, tensor in tensors.items() if name.startswith(f"{i}.")}
        made.append(from_parts(step, own))
    stray = sorted(name for name in tensors if name.split(".")[0] not in map(str, range(len(steps))))
    if stray:
        raise ValueError(f"from_parts: Pipeline has no step for the tensors {stray}")
    return FittedPipeline(tuple(made))


def _fields(kind: str) -> dict[str, str]:
    """The fields of a normaliser with their types, as they are written."""
    cls = NORMALISERS[kind]
    return {field.name: str(field.type) for field in fields(cls)}  # type: ignore[arg-type]  # all are dataclasses


def _checked(kind: str, name: str, value: object, wanted: str) -> object:
    """A value of the type that a field wants; JSON has lists for tuples and may write 1.0 as 1."""
    if wanted == "Axes" and isinstance(value, list):
        value = tuple(value)
    if wanted == "float" and type(value) is int:
        value = float(value)
    right = {
        "Tensor": isinstance(value, Tensor),
        "float": type(value) is float,
        "int": type(value) is int,
        "Axes": all(type(a) is int for a in (value if isinstance(value, tuple) else (value,))),
    }
    if not right[wanted]:
        raise ValueError(f"from_parts: `{name}` of {kind} must be of type {wanted}, got {value!r}")
    return value
