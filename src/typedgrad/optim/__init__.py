"""Optimisers: pairs of `init` and `update` over trees of tensors; see README.md."""

from __future__ import annotations

from typedgrad.optim.adam import Adam as Adam
from typedgrad.optim.adam import AdamState as AdamState
from typedgrad.optim.adam import adam as adam
from typedgrad.optim.adam import adamw as adamw
from typedgrad.optim.adam_variants import adamax as adamax
from typedgrad.optim.adam_variants import amsgrad as amsgrad
from typedgrad.optim.adam_variants import nadam as nadam
from typedgrad.optim.adam_variants import radam as radam
from typedgrad.optim.adaptive import adadelta as adadelta
from typedgrad.optim.adaptive import adagrad as adagrad
from typedgrad.optim.adaptive import rmsprop as rmsprop
from typedgrad.optim.averages import AverageState as AverageState
from typedgrad.optim.averages import averaged as averaged
from typedgrad.optim.averages import averaging as averaging
from typedgrad.optim.averages import ema as ema
from typedgrad.optim.clipping import clip_global_norm as clip_global_norm
from typedgrad.optim.clipping import clip_value as clip_value
from typedgrad.optim.clipping import global_norm as global_norm
from typedgrad.optim.convex import asgd as asgd
from typedgrad.optim.convex import fista as fista
from typedgrad.optim.formula import FormulaState as FormulaState
from typedgrad.optim.hyper import Schedule as Schedule
from typedgrad.optim.matrices import adafactor as adafactor
from typedgrad.optim.matrices import muon as muon
from typedgrad.optim.minimise import Result as Result
from typedgrad.optim.minimise import SolverState as SolverState
from typedgrad.optim.minimise import minimize as minimize
from typedgrad.optim.schedules import constant as constant
from typedgrad.optim.schedules import cosine as cosine
from typedgrad.optim.schedules import linear_warmup as linear_warmup
from typedgrad.optim.schedules import step_decay as step_decay
from typedgrad.optim.sgd import Sgd as Sgd
from typedgrad.optim.sgd import SgdState as SgdState
from typedgrad.optim.sgd import momentum as momentum
from typedgrad.optim.sgd import nesterov as nesterov
from typedgrad.optim.sgd import sgd as sgd
from typedgrad.optim.signs import lion as lion
from typedgrad.optim.signs import rprop as rprop
from typedgrad.optim.updater import Chain as Chain
from typedgrad.optim.updater import GradientTransform as GradientTransform
from typedgrad.optim.updater import Updater as Updater
from typedgrad.optim.updater import chain as chain
