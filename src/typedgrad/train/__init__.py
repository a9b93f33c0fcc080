"""Training and evaluation; see README.md."""

from __future__ import annotations

from typedgrad.metrics import Classification as Classification
from typedgrad.train.batches import Weighted as Weighted
from typedgrad.train.bundles import Loaded as Loaded
from typedgrad.train.bundles import load as load
from typedgrad.train.bundles import save as save
from typedgrad.train.checkpoint import Checkpoint as Checkpoint
from typedgrad.train.diverged import Diverged as Diverged
from typedgrad.train.evaluation import evaluate as evaluate
from typedgrad.train.files import CsvLog as CsvLog
from typedgrad.train.files import TensorBoard as TensorBoard
from typedgrad.train.folder import best as best
from typedgrad.train.folder import latest as latest
from typedgrad.train.listener import Listener as Listener
from typedgrad.train.listener import Moment as Moment
from typedgrad.train.listener import Position as Position
from typedgrad.train.listener import Resumable as Resumable
from typedgrad.train.listener import StopTraining as StopTraining
from typedgrad.train.listener import Update as Update
from typedgrad.train.listeners import EvaluateEvery as EvaluateEvery
from typedgrad.train.listeners import History as History
from typedgrad.train.listeners import LogScore as LogScore
from typedgrad.train.loop import fit as fit
from typedgrad.train.magnitudes import Magnitudes as Magnitudes
from typedgrad.train.magnitudes import statistics as statistics
from typedgrad.train.precision import mixed as mixed
from typedgrad.train.progress import Progress as Progress
from typedgrad.train.records import read_records as read_records
from typedgrad.train.solver import solver as solver
from typedgrad.train.stats import Stats as Stats
from typedgrad.train.timing import Eta as Eta
from typedgrad.train.timing import Throughput as Throughput
from typedgrad.train.trainable import Trainable as Trainable
