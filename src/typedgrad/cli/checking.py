"""`typedgrad check`: everything that can be wrong with a specification is found without data."""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

from typedgrad.cli.networks import Source, input_of, inputs_of, spec_of
from typedgrad.cli.outcome import DONE, FOUND_WRONG, Failure

if TYPE_CHECKING:
    from argparse import ArgumentParser, Namespace

    from typedgrad.shapes import Dim


def options(parser: ArgumentParser) -> None:
    """What the command takes."""
    parser.add_argument("specs", nargs="+", metavar="SPEC", help="specifications (.json, .yaml)")
    parser.add_argument("--batch", type=int, default=32, help="rows per step, for the memory (default: %(default)s)")
    parser.add_argument("--json", action="store_true", help="one object on each line, for each file")


def run(given: Namespace) -> int:
    """Check each file; 1 if one of them is wrong."""
    if given.batch < 1:
        raise Failure(f"--batch must be at least 1, got {given.batch}")
    code = DONE
    for name in given.specs:
        if not Path(name).is_file():
            raise Failure(f"there is no file {name}")
        found = checked(Path(name), given.batch)
        if not found["valid"]:
            code = FOUND_WRONG
        sys.stdout.write(f"{json.dumps(found)}\n" if given.json else _told(found))
    return code


def checked(path: Path, batch: int) -> dict[str, Any]:
    """What there is to say of a specification. To build it is to look at all of its rules."""
    try:
        source = Source(path, spec_of(path), None)
        return {"file": str(path), "valid": True, **_measured(source, source.described(), batch)}
    except (ValueError, TypeError, Failure) as error:
        notes = list(getattr(error, "__notes__", ()))
        return {"file": str(path), "valid": False, "error": str(error), "notes": notes}


def _measured(source: Source, network: Any, batch: int) -> dict[str, Any]:  # noqa: ANN401  # of either kind
    from typedgrad.core.abstract import eval_shape
    from typedgrad.core.pytree import flatten
    from typedgrad.core.tensor import Tensor
    from typedgrad.overview import summary

    if not hasattr(network, "recipe"):
        raise Failure("there is no loss, so this can be looked at, but not trained")
    found = summary(network, input_of(source.spec))
    state = eval_shape(network.recipe.updater.init, network)
    held = sum(x.dtype.itemsize * x.size for x in flatten(state)[0] if isinstance(x, Tensor))
    parameters = _at(found.parameter_bytes, batch)
    activations = _at(found.activation_bytes, batch)
    memory = {"parameters": parameters, "gradients": parameters, "updater": held, "activations": activations}
    known = [n for n in memory.values() if isinstance(n, int)]
    return {
        "input": inputs_of(source.spec),
        "shapes": source.spec.shapes(),
        "conversions": [f"{c}" for c in source.spec.conversions],
        "parameters": _at(found.parameters, batch),
        "batch": batch,
        "memory": memory | {"training": sum(known)},
    }


def _at(amount: Dim, batch: int) -> int | str:
    """An amount for so many rows; what depends on other names stays a formula."""
    from typedgrad.shapes.dim import substitute

    found = substitute(amount, {"n": batch})
    return found if isinstance(found, int) else str(found)


def _told(found: dict[str, Any]) -> str:
    if not found["valid"]:
        # The readers of specifications name the file, and the line in it.
        error = str(found["error"]).removeprefix(f"{found['file']}:").lstrip()
        return "\n".join([f"{found['file']}:{error}", *(f"  {note}" for note in found["notes"]), ""])
    from typedgrad.overview.amounts import memory

    total = memory(found["memory"]["training"])
    size = f"{found['parameters']:,} parameters, about {total} to train with {found['batch']} rows"
    lines = [f"{found['file']}: correct; {size}"]
    lines += [f"  {name}: {shape}" for name, shape in found["shapes"].items()]
    return "\n".join([*lines, ""])
