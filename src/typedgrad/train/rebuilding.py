"""Networks in bundles: what they say of themselves, and how they are made of it again.

A file may describe anything. So the description is read and folded on shapes alone first; values get memory only when
the tensors that are in the file are those of the network.
"""

from __future__ import annotations

import contextlib
import json
from typing import TYPE_CHECKING, Any

from typedgrad.io.assign import Place, listed, misfits, tensors_of, with_tensors
from typedgrad.io.files import placed
from typedgrad.io.refusal import BundleError, shown
from typedgrad.train.templates import template

if TYPE_CHECKING:
    from collections.abc import Iterator

    from typedgrad.core.tensor import Tensor
    from typedgrad.io.bundle import Bundle
    from typedgrad.io.strict_json import JSON

PART = "model.json"
FLOATS = ("float16", "float32", "float64")
# Each takes a millisecond to be put in its place.
MOST_LAYERS = 4096
# Of what a layer says of a value that makes no sense; it may show it.
LONGEST = 2000


def spelt_network(model: object) -> JSON:
    """What a network says of itself; for what cannot be written, why; for what is no network, nothing.

    >>> net = tg.network().input("n 2").output("mse", tg.nn.Dense, out_features=1).build()
    >>> spelt_network(net)["spec"]["typedgrad"], spelt_network(net.layers)
    ('network', None)
    """
    spec: Any = getattr(model, "spec", None)
    if not hasattr(spec, "to_json"):
        return None
    try:
        said: JSON = json.loads(spec.to_json())
    except ValueError as error:
        return {"why": str(error)}
    return {"spec": said}


def network_of(bundle: Bundle, said: JSON, device: str) -> object:
    """The network that a file describes, with the tensors in it.

    Raises:
        BundleError: if it describes none, or one that has other tensors.
        TypeError: if it has no description.
    """
    match said:
        case {"spec": {"typedgrad": "network" | "graph" as kind, "layers": list() | dict() as layers} as spec}:
            if len(layers) > MOST_LAYERS:
                raise BundleError(bundle.file, PART, f"{len(layers)} layers are more than the {MOST_LAYERS} allowed")
            return _built(bundle, kind, spec, device)
        case {"why": str() as why}:
            raise TypeError(f"load: {bundle.file} does not describe its network, so give `expecting=`: {shown(why)}")
        case None:
            raise TypeError(f"load: {bundle.file} holds no network, so say by `expecting=` what is in it")
    raise BundleError(bundle.file, PART, "it describes no network")


def _built(bundle: Bundle, kind: str, said: object, device: str) -> object:
    from typedgrad import config

    reader: Any = {"network": config.NetworkSpec, "graph": config.GraphSpec}[kind]
    with _sensible(bundle.file):
        spec = reader.from_json(json.dumps(said, indent=2), file=f"{bundle.file}: {PART}")
        model = without_values(spec)
        lines = misfits({p: _place(x) for p, x in tensors_of(model).items()}, bundle.tensors["model"])
        if lines:
            reason = f"these are not the tensors of the network in {PART}:{listed(lines)}"
            raise BundleError(bundle.file, "model.safetensors", reason)
    return with_tensors(model, {path: placed(array, device) for path, array in bundle.tensors["model"].items()})


def without_values(spec: Any) -> Any:  # noqa: ANN401  # that of a network or of a graph, and what it describes
    """The network with tensors that have no values: layers that have some are not given others."""
    fold = spec.folded()
    layers = {step.name: step.layer for step in fold.steps} if hasattr(fold, "steps") else dict(fold.layers)
    described = template({"layers": layers}).model["layers"]
    ends = spec.outputs if hasattr(spec, "outputs") else (spec.output,)
    losses = all(end is not None and end.loss is not None for end in ends)
    return (spec.build if losses else spec.build_backbone)(reuse=described)


def _place(x: Tensor) -> Place:
    """What a tensor of a network may be replaced by: one of its shape; of floats, any."""
    return Place(x.shape, FLOATS if x.dtype.name in FLOATS else (x.dtype.name,))


@contextlib.contextmanager
def _sensible(file: str) -> Iterator[None]:
    """Turn what a network that makes no sense raises, whatever part of it notices that first, into a BundleError."""
    try:
        yield
    except BundleError:
        raise
    except (ArithmeticError, AttributeError, LookupError, MemoryError, RecursionError, TypeError, ValueError) as error:
        text = str(error) or type(error).__name__
        raise BundleError(file, PART, text if len(text) < LONGEST else f"{text[:LONGEST]} ...") from error
