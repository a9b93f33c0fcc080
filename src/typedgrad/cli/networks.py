"""The network that an argument of the command line means: a specification, or one that was saved."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final, NamedTuple, TypeAlias

from typedgrad.cli.outcome import Failure

if TYPE_CHECKING:
    from typedgrad.config import GraphNetwork, GraphSpec, Network, NetworkSpec
    from typedgrad.train import Loaded

    Spec: TypeAlias = NetworkSpec | GraphSpec
    Built: TypeAlias = Network | GraphNetwork[Any]

SPEC_HELP: Final = "a specification (.json, .yaml), or a saved network (.zip)"
_YAML: Final = (".yaml", ".yml")
# Longer texts describe no network that anybody wrote.
_LONGEST: Final = 32_000_000


class Source(NamedTuple):
    """What a file says: the specification, and if it was saved, the network with all that was saved with it."""

    path: Path
    spec: Spec
    loaded: Loaded[Any] | None

    def network(self, seed: int | None = None) -> Built:
        """The saved network, or a new one."""
        if self.loaded is not None:
            saved: Built = self.loaded.model
            return saved
        made: Built = with_seed(self.spec, seed).build()
        return made

    def described(self) -> Built:
        """The saved network, or one without values: for what only looks at shapes, however large it is."""
        from typedgrad.train.rebuilding import without_values

        if self.loaded is not None:
            return self.network()
        made: Built = without_values(self.spec)
        return made


def source_of(said: str) -> Source:
    """The network that is meant. Raises Failure, or what reading it raises, which names the file, line and path."""
    path = Path(said)
    if not path.is_file():
        raise Failure(f"there is no file {said}")
    if path.suffix.lower() in (".json", *_YAML):
        return Source(path, spec_of(path), None)
    if path.suffix.lower() != ".zip":
        raise Failure(f"{said}: it must be {SPEC_HELP}")
    from typedgrad.train import load

    loaded = load(path)
    spec = getattr(loaded.model, "spec", None)
    if spec is None:
        raise Failure(f"{said}: this is a {type(loaded.model).__name__}, and no network that has a specification")
    return Source(path, spec, loaded)


def spec_of(path: Path) -> Spec:
    """The specification in a file. Raises Failure if it is no text, SpecError if it is no specification."""
    try:
        if path.stat().st_size > _LONGEST:
            raise Failure(f"{path}: this is too long to be a specification")
        text = path.read_text("utf-8")
    except UnicodeDecodeError as error:
        raise Failure(f"{path}: this is no text in UTF-8") from error
    is_yaml = path.suffix.lower() in _YAML
    # Only what it is of the two; whatever else is wrong, the reader of that kind says.
    kind = _kind(text, is_yaml)
    return kind.from_yaml(text, file=str(path)) if is_yaml else kind.from_json(text, file=str(path))


def _kind(text: str, is_yaml: bool) -> type[NetworkSpec | GraphSpec]:
    from typedgrad import config

    return config.GraphSpec if _is_graph(text, is_yaml) else config.NetworkSpec


def _is_graph(text: str, is_yaml: bool) -> bool:
    if is_yaml:
        return any(line.split("#")[0].strip().replace('"', "") == "typedgrad: graph" for line in text.splitlines())
    try:
        found = json.loads(text)
    except (ValueError, RecursionError):
        return False
    return isinstance(found, dict) and found.get("typedgrad") == "graph"


def with_seed(spec: Any, seed: int | None) -> Any:  # noqa: ANN401  # of either kind, the same that is given
    """The same with another seed."""
    return spec if seed is None else replace(spec, defaults=replace(spec.defaults, seed=seed))


def inputs_of(spec: Spec) -> dict[str, str]:
    """What comes in, by name."""
    from typedgrad.config import NetworkSpec

    return {"input": spec.input} if isinstance(spec, NetworkSpec) else dict(spec.inputs)


def input_of(spec: Spec) -> str | tuple[str, ...]:
    """What comes in, for `summary`: a shape string, or several."""
    found = tuple(inputs_of(spec).values())
    return found[0] if len(found) == 1 else found
