"""`typedgrad train`: a network that a specification describes learns from data, and is saved."""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

from typedgrad.cli.networks import SPEC_HELP, source_of
from typedgrad.cli.outcome import DONE, INTERRUPTED, Failure
from typedgrad.train import Listener

if TYPE_CHECKING:
    from argparse import ArgumentParser, Namespace

    from typedgrad.cli.datasets import Data
    from typedgrad.train import Moment


def options(parser: ArgumentParser) -> None:
    """What the command takes."""
    from typedgrad.cli.datasets import HELP

    parser.add_argument("network", metavar="NETWORK", help=SPEC_HELP)
    parser.add_argument("--data", required=True, metavar="DATA", help=HELP)
    parser.add_argument("--test", metavar="DATA", help="evaluate on these after training")
    parser.add_argument("--out", metavar="FILE", help="where to save it (default: the name of NETWORK, with .zip)")
    parser.add_argument(
        "--epochs", type=int, default=10, help="how often to go through the data (default: %(default)s)"
    )
    parser.add_argument("--batch", type=int, default=32, help="rows per step (default: %(default)s)")
    parser.add_argument("--seed", type=int, help="instead of that of the specification")
    parser.add_argument("--resume", metavar="FILE", help="go on from a file that this command saved, up to --epochs")
    parser.add_argument("--normalise", choices=("standardize", "min_max"), help="features, by the data; saved as well")
    parser.add_argument("--checkpoints", metavar="FOLDER", help="save after each epoch, and keep the last three")
    parser.add_argument("--stats", metavar="FILE", help="record the training, for typedgrad ui")
    parser.add_argument("--page", metavar="FILE", help="a page of HTML, written anew while it trains")
    parser.add_argument("--quiet", action="store_true", help="no progress bar and no report")
    parser.add_argument("--json", action="store_true", help="the result as an object, and nothing else on output")


def run(given: Namespace) -> int:
    """Train, save, and say how it went."""
    from typedgrad.cli.datasets import dataset_of
    from typedgrad.cli.shaping import shaped
    from typedgrad.train import save
    from typedgrad.train.loop import fit

    _checked(given)
    source = source_of(given.resume or given.network)
    network = source.network(given.seed)
    resume = source.loaded if given.resume else None
    found = shaped(dataset_of(given.data), network)
    normaliser = source.loaded.normaliser if source.loaded is not None else _normaliser(given.normalise, found)
    found = _normalised(found, normaliser)
    # What is wrong with the data for the test is better known now than after hours.
    tested = None if given.test is None else _normalised(shaped(dataset_of(given.test, "test"), network), normaliser)
    end = _End()
    listeners: list[Listener] = [*_recording(given, normaliser, tested), end]
    trained = fit(
        network,
        found,
        epochs=given.epochs,
        batch=given.batch,
        listeners=listeners,
        progress=not (given.quiet or given.json),
        resume=resume,
    )
    out = Path(given.out) if given.out else Path(f"{Path(given.network).stem}.zip")
    save(out, trained, at=end.at, normaliser=normaliser)
    result: dict[str, Any] = {"out": str(out), "epochs": end.epoch, "steps": end.step, "loss": end.loss}
    result |= {"interrupted": end.interrupted}
    report = ""
    if tested is not None and not end.interrupted:
        from typedgrad.cli.testing import measured

        metrics = measured(trained, tested)
        found_numbers = [json.loads(metric.to_json())["measures"] for metric in metrics]
        result["test"] = {k: v for found in found_numbers for k, v in found.items() if isinstance(v, (int, float))}
        report = metrics[0].report()
    _say(given, result, report)
    return INTERRUPTED if end.interrupted else DONE


def _checked(given: Namespace) -> None:
    for name, least in (("epochs", 0), ("batch", 1)):
        if getattr(given, name) < least:
            raise Failure(f"--{name} must be at least {least}, got {getattr(given, name)}")
    if given.seed is not None and not 0 <= given.seed < 1 << 64:
        raise Failure(f"--seed must be from 0 to 2 to the power of 64, got {given.seed}")
    if given.resume and given.seed is not None:
        raise Failure("--seed: a training that is resumed goes on with the seed that it had")
    if given.normalise and (given.resume or given.network.lower().endswith(".zip")):
        raise Failure("--normalise: a saved network goes on with the normaliser that it was saved with")
    out = Path(given.out).parent if given.out else Path()
    if not out.is_dir():
        raise Failure(f"--out: there is no folder {out}")


def _normaliser(name: str | None, found: Data) -> Any:  # noqa: ANN401  # one of several classes
    from typedgrad import data

    if name is None:
        return None
    return (data.Standardize() if name == "standardize" else data.MinMax()).fit(found)


def _normalised(found: Data, normaliser: Any) -> Data:  # noqa: ANN401  # as above
    return found if normaliser is None else found.map(normaliser.apply)


def _recording(given: Namespace, normaliser: Any, tested: Data | None) -> list[Listener]:  # noqa: ANN401  # as above
    from typedgrad.train import Checkpoint, Stats, loss_on

    listeners: list[Listener] = []
    if given.checkpoints:
        listeners.append(Checkpoint(given.checkpoints, normaliser=normaliser, overwrite=not given.resume))
    if given.stats or given.page:
        watch = {} if tested is None else {"test loss": loss_on(tested)}
        listeners.append(Stats(given.stats or [], page=given.page, watch=watch, title=Path(given.network).stem))
    return listeners


class _End(Listener):
    """Remembers how a training ended."""

    def __init__(self) -> None:
        self.at: Moment | None = None
        self.epoch = self.step = 0
        self.loss: float | None = None
        self.interrupted = False

    def on_epoch_end(self, at: Moment) -> None:
        """Remember the mean loss."""
        self.loss = at.loss

    def on_fit_end(self, at: Moment, *, interrupted: bool) -> None:
        """Remember the moment."""
        self.at, self.epoch, self.step, self.interrupted = at, at.epoch, at.step, interrupted


def _say(given: Namespace, result: dict[str, Any], report: str) -> None:
    if given.json:
        sys.stdout.write(f"{json.dumps(result, allow_nan=False)}\n")
        return
    if given.quiet:
        return
    loss = "" if result["loss"] is None else f", loss {result['loss']:.6f}"
    sys.stdout.write(f"{result['epochs']} epochs, {result['steps']} steps{loss}; saved to {result['out']}\n")
    if result["interrupted"]:
        sys.stdout.write(f"go on with: typedgrad train {given.network} --data {given.data} --resume {result['out']}\n")
    if report:
        sys.stdout.write(f"\n{report}\n")
