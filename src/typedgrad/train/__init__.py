"""Training and evaluation; see README.md."""

from __future__ import annotations

from typedgrad.metrics import Classification as Classification
from typedgrad.train.evaluation import evaluate as evaluate
from typedgrad.train.listener import Listener as Listener
from typedgrad.train.listener import Moment as Moment
from typedgrad.train.listeners import EvaluateEvery as EvaluateEvery
from typedgrad.train.listeners import History as History
from typedgrad.train.listeners import LogScore as LogScore
from typedgrad.train.loop import Diverged as Diverged
from typedgrad.train.loop import fit as fit
from typedgrad.train.progress import Progress as Progress
