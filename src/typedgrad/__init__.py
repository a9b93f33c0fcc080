"""Typed automatic differentiation: a shape is written once, checked by mypy and at run time."""

from __future__ import annotations

from typing import TYPE_CHECKING

from typedgrad.core import random as random
from typedgrad.core.abstract import abstract as abstract
from typedgrad.core.abstract import eval_shape as eval_shape
from typedgrad.core.broadcasting import broadcast_to as broadcast_to
from typedgrad.core.broadcasting import sum_to as sum_to
from typedgrad.core.casting import astype as astype
from typedgrad.core.checkpointing import checkpoint as checkpoint
from typedgrad.core.claims import assert_shape as assert_shape
from typedgrad.core.constants import __array_api_version__ as __array_api_version__
from typedgrad.core.constants import bool as bool
from typedgrad.core.constants import complex64 as complex64
from typedgrad.core.constants import complex128 as complex128
from typedgrad.core.constants import e as e
from typedgrad.core.constants import float16 as float16
from typedgrad.core.constants import float32 as float32
from typedgrad.core.constants import float64 as float64
from typedgrad.core.constants import inf as inf
from typedgrad.core.constants import int8 as int8
from typedgrad.core.constants import int16 as int16
from typedgrad.core.constants import int32 as int32
from typedgrad.core.constants import int64 as int64
from typedgrad.core.constants import nan as nan
from typedgrad.core.constants import newaxis as newaxis
from typedgrad.core.constants import pi as pi
from typedgrad.core.constants import uint8 as uint8
from typedgrad.core.constants import uint16 as uint16
from typedgrad.core.constants import uint32 as uint32
from typedgrad.core.constants import uint64 as uint64
from typedgrad.core.forward_mode import jvp as jvp
from typedgrad.core.jacobians import hessian as hessian
from typedgrad.core.jacobians import hvp as hvp
from typedgrad.core.jacobians import jacobian as jacobian
from typedgrad.core.pytree import leaves_with_paths as leaves_with_paths
from typedgrad.core.pytree import tree_map as tree_map
from typedgrad.core.random import Key as Key
from typedgrad.core.run import training as training
from typedgrad.core.tensor import Tensor as Tensor
from typedgrad.core.transforms import grad as grad
from typedgrad.core.transforms import stop_gradient as stop_gradient
from typedgrad.core.transforms import value_and_grad as value_and_grad
from typedgrad.core.transforms import vjp as vjp
from typedgrad.core.typed import typed as typed
from typedgrad.ops.activation import elu as elu
from typedgrad.ops.activation import gelu as gelu
from typedgrad.ops.activation import hard_sigmoid as hard_sigmoid
from typedgrad.ops.activation import hard_tanh as hard_tanh
from typedgrad.ops.activation import leaky_relu as leaky_relu
from typedgrad.ops.activation import log_sigmoid as log_sigmoid
from typedgrad.ops.activation import mish as mish
from typedgrad.ops.activation import relu as relu
from typedgrad.ops.activation import selu as selu
from typedgrad.ops.activation import sigmoid as sigmoid
from typedgrad.ops.activation import silu as silu
from typedgrad.ops.activation import softplus as softplus
from typedgrad.ops.activation import softsign as softsign
from typedgrad.ops.arithmetic import abs as abs
from typedgrad.ops.arithmetic import add as add
from typedgrad.ops.arithmetic import divide as divide
from typedgrad.ops.arithmetic import floor_divide as floor_divide
from typedgrad.ops.arithmetic import multiply as multiply
from typedgrad.ops.arithmetic import negative as negative
from typedgrad.ops.arithmetic import positive as positive
from typedgrad.ops.arithmetic import reciprocal as reciprocal
from typedgrad.ops.arithmetic import remainder as remainder
from typedgrad.ops.arithmetic import sign as sign
from typedgrad.ops.arithmetic import square as square
from typedgrad.ops.arithmetic import subtract as subtract
from typedgrad.ops.brackets import scatter_add as scatter_add
from typedgrad.ops.comparison import equal as equal
from typedgrad.ops.comparison import greater as greater
from typedgrad.ops.comparison import greater_equal as greater_equal
from typedgrad.ops.comparison import less as less
from typedgrad.ops.comparison import less_equal as less_equal
from typedgrad.ops.comparison import not_equal as not_equal
from typedgrad.ops.create import arange as arange
from typedgrad.ops.create import asarray as asarray
from typedgrad.ops.create import empty as empty
from typedgrad.ops.create import eye as eye
from typedgrad.ops.create import full as full
from typedgrad.ops.create import linspace as linspace
from typedgrad.ops.create import ones as ones
from typedgrad.ops.create import zeros as zeros
from typedgrad.ops.elementwise import exp as exp
from typedgrad.ops.elementwise import expm1 as expm1
from typedgrad.ops.elementwise import log as log
from typedgrad.ops.elementwise import log1p as log1p
from typedgrad.ops.elementwise import log2 as log2
from typedgrad.ops.elementwise import log10 as log10
from typedgrad.ops.elementwise import sqrt as sqrt
from typedgrad.ops.gather import scatter_along_axis as scatter_along_axis
from typedgrad.ops.gather import take as take
from typedgrad.ops.gather import take_along_axis as take_along_axis
from typedgrad.ops.interchange import from_dlpack as from_dlpack
from typedgrad.ops.interchange import to as to
from typedgrad.ops.interchange import to_numpy as to_numpy
from typedgrad.ops.join import broadcast_arrays as broadcast_arrays
from typedgrad.ops.join import chunk as chunk
from typedgrad.ops.join import meshgrid as meshgrid
from typedgrad.ops.join import split as split
from typedgrad.ops.join import unstack as unstack
from typedgrad.ops.like import empty_like as empty_like
from typedgrad.ops.like import full_like as full_like
from typedgrad.ops.like import ones_like as ones_like
from typedgrad.ops.like import zeros_like as zeros_like
from typedgrad.ops.logic import bitwise_and as bitwise_and
from typedgrad.ops.logic import bitwise_invert as bitwise_invert
from typedgrad.ops.logic import bitwise_left_shift as bitwise_left_shift
from typedgrad.ops.logic import bitwise_or as bitwise_or
from typedgrad.ops.logic import bitwise_right_shift as bitwise_right_shift
from typedgrad.ops.logic import bitwise_xor as bitwise_xor
from typedgrad.ops.logic import logical_and as logical_and
from typedgrad.ops.logic import logical_not as logical_not
from typedgrad.ops.logic import logical_or as logical_or
from typedgrad.ops.logic import logical_xor as logical_xor
from typedgrad.ops.matmul import matmul as matmul
from typedgrad.ops.matrices import matrix_transpose as matrix_transpose
from typedgrad.ops.move import concat as concat
from typedgrad.ops.move import expand_dims as expand_dims
from typedgrad.ops.move import permute_dims as permute_dims
from typedgrad.ops.move import reshape as reshape
from typedgrad.ops.move import squeeze as squeeze
from typedgrad.ops.move import stack as stack
from typedgrad.ops.power import pow as pow
from typedgrad.ops.power import power as power
from typedgrad.ops.product import prod as prod
from typedgrad.ops.rearrange import flatten as flatten
from typedgrad.ops.rearrange import flip as flip
from typedgrad.ops.rearrange import moveaxis as moveaxis
from typedgrad.ops.rearrange import roll as roll
from typedgrad.ops.rearrange import swapaxes as swapaxes
from typedgrad.ops.reduce import max as max
from typedgrad.ops.reduce import mean as mean
from typedgrad.ops.reduce import min as min
from typedgrad.ops.reduce import sum as sum
from typedgrad.ops.rounding import ceil as ceil
from typedgrad.ops.rounding import floor as floor
from typedgrad.ops.rounding import round as round
from typedgrad.ops.rounding import trunc as trunc
from typedgrad.ops.search import argmax as argmax
from typedgrad.ops.search import argmin as argmin
from typedgrad.ops.search import nonzero as nonzero
from typedgrad.ops.search import searchsorted as searchsorted
from typedgrad.ops.selection import clip as clip
from typedgrad.ops.selection import maximum as maximum
from typedgrad.ops.selection import minimum as minimum
from typedgrad.ops.selection import where as where
from typedgrad.ops.softmax import log_softmax as log_softmax
from typedgrad.ops.softmax import logaddexp as logaddexp
from typedgrad.ops.softmax import logsumexp as logsumexp
from typedgrad.ops.softmax import softmax as softmax
from typedgrad.ops.trigonometry import acos as acos
from typedgrad.ops.trigonometry import acosh as acosh
from typedgrad.ops.trigonometry import asin as asin
from typedgrad.ops.trigonometry import asinh as asinh
from typedgrad.ops.trigonometry import atan as atan
from typedgrad.ops.trigonometry import atan2 as atan2
from typedgrad.ops.trigonometry import atanh as atanh
from typedgrad.ops.trigonometry import cos as cos
from typedgrad.ops.trigonometry import cosh as cosh
from typedgrad.ops.trigonometry import hypot as hypot
from typedgrad.ops.trigonometry import sin as sin
from typedgrad.ops.trigonometry import sinh as sinh
from typedgrad.ops.trigonometry import tan as tan
from typedgrad.ops.trigonometry import tanh as tanh
from typedgrad.ops.truth import all as all
from typedgrad.ops.truth import any as any
from typedgrad.ops.truth import count_nonzero as count_nonzero
from typedgrad.shapes import AxisError as AxisError
from typedgrad.shapes import DTypeError as DTypeError
from typedgrad.shapes import ShapeError as ShapeError
from typedgrad.shapes import SignatureError as SignatureError

if TYPE_CHECKING:
    from typedgrad import config as config
    from typedgrad import data as data
    from typedgrad import fft as fft
    from typedgrad import io as io
    from typedgrad import linalg as linalg
    from typedgrad import metrics as metrics
    from typedgrad import nn as nn
    from typedgrad import optim as optim
    from typedgrad import reports as reports
    from typedgrad import train as train
    from typedgrad import zoo as zoo
    from typedgrad.config.builder import network as network
    from typedgrad.graph.compiling import compile as compile
    from typedgrad.graph.tracing import trace as trace
    from typedgrad.nn.initialise import init as init
    from typedgrad.ops.activation_curves import affine_power as affine_power
    from typedgrad.ops.activation_curves import celu as celu
    from typedgrad.ops.activation_curves import cube as cube
    from typedgrad.ops.activation_curves import identity as identity
    from typedgrad.ops.activation_curves import rational_tanh as rational_tanh
    from typedgrad.ops.activation_curves import rectified_tanh as rectified_tanh
    from typedgrad.ops.activation_curves import scaled_tanh as scaled_tanh
    from typedgrad.ops.activation_curves import squareplus as squareplus
    from typedgrad.ops.activation_curves import swish as swish
    from typedgrad.ops.activation_curves import tanh_shrink as tanh_shrink
    from typedgrad.ops.activation_pieces import hard_shrink as hard_shrink
    from typedgrad.ops.activation_pieces import hard_silu as hard_silu
    from typedgrad.ops.activation_pieces import prelu as prelu
    from typedgrad.ops.activation_pieces import relu6 as relu6
    from typedgrad.ops.activation_pieces import rrelu as rrelu
    from typedgrad.ops.activation_pieces import soft_shrink as soft_shrink
    from typedgrad.ops.activation_pieces import sparse_plus as sparse_plus
    from typedgrad.ops.activation_pieces import sparse_sigmoid as sparse_sigmoid
    from typedgrad.ops.activation_pieces import threshold as threshold
    from typedgrad.ops.activation_pieces import thresholded_relu as thresholded_relu
    from typedgrad.ops.activation_pieces import ultra_fast_sigmoid as ultra_fast_sigmoid
    from typedgrad.ops.adaptive import adaptive_max_pool as adaptive_max_pool
    from typedgrad.ops.adaptive import fractional_max_pool as fractional_max_pool
    from typedgrad.ops.attention import attention_weights as attention_weights
    from typedgrad.ops.attention import scaled_dot_product_attention as scaled_dot_product_attention
    from typedgrad.ops.binary_loss import binary_cross_entropy as binary_cross_entropy
    from typedgrad.ops.binary_loss import binary_cross_entropy_with_logits as binary_cross_entropy_with_logits
    from typedgrad.ops.binary_loss import binary_focal as binary_focal
    from typedgrad.ops.binary_loss import binary_focal_with_logits as binary_focal_with_logits
    from typedgrad.ops.binary_loss import hinge as hinge
    from typedgrad.ops.binary_loss import multilabel_soft_margin as multilabel_soft_margin
    from typedgrad.ops.binary_loss import soft_margin as soft_margin
    from typedgrad.ops.binary_loss import squared_hinge as squared_hinge
    from typedgrad.ops.combined_loss import combined_loss as combined_loss
    from typedgrad.ops.combined_loss import parallel_loss as parallel_loss
    from typedgrad.ops.complexes import conj as conj
    from typedgrad.ops.complexes import imag as imag
    from typedgrad.ops.complexes import real as real
    from typedgrad.ops.control import cond as cond
    from typedgrad.ops.control import scan as scan
    from typedgrad.ops.control import while_loop as while_loop
    from typedgrad.ops.conv import conv1d as conv1d
    from typedgrad.ops.conv import conv2d as conv2d
    from typedgrad.ops.conv import conv3d as conv3d
    from typedgrad.ops.conv_transpose import conv_transpose1d as conv_transpose1d
    from typedgrad.ops.conv_transpose import conv_transpose2d as conv_transpose2d
    from typedgrad.ops.conv_transpose import conv_transpose3d as conv_transpose3d
    from typedgrad.ops.cross_entropy import kl_divergence as kl_divergence
    from typedgrad.ops.cross_entropy import nll as nll
    from typedgrad.ops.cross_entropy import soft_label_cross_entropy as soft_label_cross_entropy
    from typedgrad.ops.cross_entropy import softmax_cross_entropy as softmax_cross_entropy
    from typedgrad.ops.ctc import ctc as ctc
    from typedgrad.ops.ctc import ctc_with_logits as ctc_with_logits
    from typedgrad.ops.cumulative import cumulative_prod as cumulative_prod
    from typedgrad.ops.cumulative import cumulative_sum as cumulative_sum
    from typedgrad.ops.density_loss import dice as dice
    from typedgrad.ops.density_loss import f_measure_loss as f_measure_loss
    from typedgrad.ops.density_loss import gaussian_nll as gaussian_nll
    from typedgrad.ops.density_loss import mixture_density as mixture_density
    from typedgrad.ops.density_loss import poisson_nll as poisson_nll
    from typedgrad.ops.density_loss import poisson_nll_of_rates as poisson_nll_of_rates
    from typedgrad.ops.density_loss import tversky as tversky
    from typedgrad.ops.diagonals import diag as diag
    from typedgrad.ops.diagonals import diagonal as diagonal
    from typedgrad.ops.difference import diff as diff
    from typedgrad.ops.distance import cosine_similarity as cosine_similarity
    from typedgrad.ops.distance import l2_normalize as l2_normalize
    from typedgrad.ops.distance import pairwise_distance as pairwise_distance
    from typedgrad.ops.einsum import einsum as einsum
    from typedgrad.ops.embedding_loss import center_loss as center_loss
    from typedgrad.ops.embedding_loss import circle_loss as circle_loss
    from typedgrad.ops.embedding_loss import class_simplex as class_simplex
    from typedgrad.ops.embedding_loss import cosine_proximity as cosine_proximity
    from typedgrad.ops.embedding_loss import wasserstein as wasserstein
    from typedgrad.ops.floating import copysign as copysign
    from typedgrad.ops.floating import isfinite as isfinite
    from typedgrad.ops.floating import isinf as isinf
    from typedgrad.ops.floating import isnan as isnan
    from typedgrad.ops.floating import nextafter as nextafter
    from typedgrad.ops.floating import signbit as signbit
    from typedgrad.ops.gates import crelu as crelu
    from typedgrad.ops.gates import glu as glu
    from typedgrad.ops.gradient_shaping import clip_gradient as clip_gradient
    from typedgrad.ops.gradient_shaping import penalize_activity as penalize_activity
    from typedgrad.ops.inspection import can_cast as can_cast
    from typedgrad.ops.inspection import finfo as finfo
    from typedgrad.ops.inspection import iinfo as iinfo
    from typedgrad.ops.inspection import isdtype as isdtype
    from typedgrad.ops.inspection import result_type as result_type
    from typedgrad.ops.linear import linear as linear
    from typedgrad.ops.local import local_conv1d as local_conv1d
    from typedgrad.ops.local import local_conv2d as local_conv2d
    from typedgrad.ops.loss import huber as huber
    from typedgrad.ops.loss import l1_sum as l1_sum
    from typedgrad.ops.loss import l2_sum as l2_sum
    from typedgrad.ops.loss import log_cosh as log_cosh
    from typedgrad.ops.loss import mae as mae
    from typedgrad.ops.loss import mape as mape
    from typedgrad.ops.loss import mse as mse
    from typedgrad.ops.loss import msle as msle
    from typedgrad.ops.loss import smooth_l1 as smooth_l1
    from typedgrad.ops.mapping import vmap as vmap
    from typedgrad.ops.margin_loss import categorical_hinge as categorical_hinge
    from typedgrad.ops.margin_loss import multi_label as multi_label
    from typedgrad.ops.margin_loss import multi_margin as multi_margin
    from typedgrad.ops.margin_loss import multiclass_hinge as multiclass_hinge
    from typedgrad.ops.margin_loss import multilabel_margin as multilabel_margin
    from typedgrad.ops.margin_loss import one_vs_all_hinge as one_vs_all_hinge
    from typedgrad.ops.margins import crop_spatial as crop_spatial
    from typedgrad.ops.margins import pad_spatial as pad_spatial
    from typedgrad.ops.masks import causal_mask as causal_mask
    from typedgrad.ops.masks import length_mask as length_mask
    from typedgrad.ops.namespace import __array_namespace_info__ as __array_namespace_info__
    from typedgrad.ops.normalise import batch_norm as batch_norm
    from typedgrad.ops.normalise import layer_norm as layer_norm
    from typedgrad.ops.one_hot import one_hot as one_hot
    from typedgrad.ops.outer import kron as kron
    from typedgrad.ops.outer import outer as outer
    from typedgrad.ops.pad import pad as pad
    from typedgrad.ops.pair_loss import contrastive as contrastive
    from typedgrad.ops.pair_loss import cosine_embedding as cosine_embedding
    from typedgrad.ops.pair_loss import distance_ratio as distance_ratio
    from typedgrad.ops.pair_loss import hinge_embedding as hinge_embedding
    from typedgrad.ops.pair_loss import l1_hinge_embedding as l1_hinge_embedding
    from typedgrad.ops.pair_loss import margin_ranking as margin_ranking
    from typedgrad.ops.pair_loss import triplet as triplet
    from typedgrad.ops.pool import avg_pool1d as avg_pool1d
    from typedgrad.ops.pool import avg_pool2d as avg_pool2d
    from typedgrad.ops.pool import avg_pool3d as avg_pool3d
    from typedgrad.ops.pool import max_pool1d as max_pool1d
    from typedgrad.ops.pool import max_pool2d as max_pool2d
    from typedgrad.ops.pool import max_pool3d as max_pool3d
    from typedgrad.ops.pool_norm import lp_pool as lp_pool
    from typedgrad.ops.pool_norm import spatial_pyramid_pool as spatial_pyramid_pool
    from typedgrad.ops.pool_norm import sum_pool as sum_pool
    from typedgrad.ops.positions import rotary as rotary
    from typedgrad.ops.positions import sinusoidal_like as sinusoidal_like
    from typedgrad.ops.positions import sinusoidal_positions as sinusoidal_positions
    from typedgrad.ops.probability_loss import categorical_cross_entropy as categorical_cross_entropy
    from typedgrad.ops.probability_loss import categorical_focal as categorical_focal
    from typedgrad.ops.probability_loss import infogain as infogain
    from typedgrad.ops.probability_loss import kl_divergence_of_probabilities as kl_divergence_of_probabilities
    from typedgrad.ops.probability_loss import sparse_categorical_cross_entropy as sparse_categorical_cross_entropy
    from typedgrad.ops.recurrent import gru_step as gru_step
    from typedgrad.ops.recurrent import lstm_step as lstm_step
    from typedgrad.ops.recurrent_sequence import lstm_sequence as lstm_sequence
    from typedgrad.ops.repeat import repeat as repeat
    from typedgrad.ops.repeat import tile as tile
    from typedgrad.ops.resize import adaptive_avg_pool as adaptive_avg_pool
    from typedgrad.ops.resize import resize as resize
    from typedgrad.ops.resize import upsample as upsample
    from typedgrad.ops.reversal import gradient_reversal as gradient_reversal
    from typedgrad.ops.shuffle import batch_to_space as batch_to_space
    from typedgrad.ops.shuffle import channels_first as channels_first
    from typedgrad.ops.shuffle import channels_last as channels_last
    from typedgrad.ops.shuffle import depth_to_space as depth_to_space
    from typedgrad.ops.shuffle import pixel_shuffle as pixel_shuffle
    from typedgrad.ops.shuffle import pixel_shuffle1d as pixel_shuffle1d
    from typedgrad.ops.shuffle import pixel_unshuffle as pixel_unshuffle
    from typedgrad.ops.shuffle import pixel_unshuffle1d as pixel_unshuffle1d
    from typedgrad.ops.shuffle import space_to_batch as space_to_batch
    from typedgrad.ops.shuffle import space_to_depth as space_to_depth
    from typedgrad.ops.simplex import gumbel_softmax as gumbel_softmax
    from typedgrad.ops.simplex import softmin as softmin
    from typedgrad.ops.simplex import sparsemax as sparsemax
    from typedgrad.ops.sort import argsort as argsort
    from typedgrad.ops.sort import sort as sort
    from typedgrad.ops.sort import topk as topk
    from typedgrad.ops.special import erf as erf
    from typedgrad.ops.special import erfc as erfc
    from typedgrad.ops.tensordot import tensordot as tensordot
    from typedgrad.ops.time import last_step as last_step
    from typedgrad.ops.time import repeat_time as repeat_time
    from typedgrad.ops.time import reverse_time as reverse_time
    from typedgrad.ops.triangle import tril as tril
    from typedgrad.ops.triangle import triu as triu
    from typedgrad.ops.unfold import fold as fold
    from typedgrad.ops.unfold import unfold as unfold
    from typedgrad.ops.unique import isin as isin
    from typedgrad.ops.unique import unique_all as unique_all
    from typedgrad.ops.unique import unique_counts as unique_counts
    from typedgrad.ops.unique import unique_inverse as unique_inverse
    from typedgrad.ops.unique import unique_values as unique_values
    from typedgrad.ops.unpool import max_pool_with_indices as max_pool_with_indices
    from typedgrad.ops.unpool import max_unpool as max_unpool
    from typedgrad.ops.variance import std as std
    from typedgrad.ops.variance import var as var
    from typedgrad.ops.vectors import cross as cross
    from typedgrad.ops.vectors import vecdot as vecdot
    from typedgrad.overview.summarise import summary as summary
    from typedgrad.testing.gradient_check import check_gradients as check_gradients
    from typedgrad.train import activations as activations
    from typedgrad.train import evaluate as evaluate
    from typedgrad.train import fit as fit
    from typedgrad.train import fit_until as fit_until
    from typedgrad.train import load as load
    from typedgrad.train import save as save
    from typedgrad.train import score as score
    from typedgrad.train import transfer as transfer
    from typedgrad.version import __version__ as __version__
else:
    # Where to find what is loaded on first use, so that importing the package stays cheap.
    _LAZY = {
        "__array_namespace_info__": "typedgrad.ops.namespace",
        "__version__": "typedgrad.version",
        "activations": "typedgrad.train",
        "adaptive_avg_pool": "typedgrad.ops.resize",
        "adaptive_max_pool": "typedgrad.ops.adaptive",
        "affine_power": "typedgrad.ops.activation_curves",
        "argsort": "typedgrad.ops.sort",
        "attention_weights": "typedgrad.ops.attention",
        "avg_pool1d": "typedgrad.ops.pool",
        "avg_pool2d": "typedgrad.ops.pool",
        "avg_pool3d": "typedgrad.ops.pool",
        "batch_norm": "typedgrad.ops.normalise",
        "batch_to_space": "typedgrad.ops.shuffle",
        "binary_cross_entropy": "typedgrad.ops.binary_loss",
        "binary_cross_entropy_with_logits": "typedgrad.ops.binary_loss",
        "binary_focal": "typedgrad.ops.binary_loss",
        "binary_focal_with_logits": "typedgrad.ops.binary_loss",
        "can_cast": "typedgrad.ops.inspection",
        "categorical_cross_entropy": "typedgrad.ops.probability_loss",
        "categorical_focal": "typedgrad.ops.probability_loss",
        "categorical_hinge": "typedgrad.ops.margin_loss",
        "causal_mask": "typedgrad.ops.masks",
        "celu": "typedgrad.ops.activation_curves",
        "center_loss": "typedgrad.ops.embedding_loss",
        "channels_first": "typedgrad.ops.shuffle",
        "channels_last": "typedgrad.ops.shuffle",
        "check_gradients": "typedgrad.testing.gradient_check",
        "circle_loss": "typedgrad.ops.embedding_loss",
        "class_simplex": "typedgrad.ops.embedding_loss",
        "clip_gradient": "typedgrad.ops.gradient_shaping",
        "combined_loss": "typedgrad.ops.combined_loss",
        "compile": "typedgrad.graph.compiling",
        "cond": "typedgrad.ops.control",
        "config": "typedgrad.config",
        "conj": "typedgrad.ops.complexes",
        "contrastive": "typedgrad.ops.pair_loss",
        "conv1d": "typedgrad.ops.conv",
        "conv2d": "typedgrad.ops.conv",
        "conv3d": "typedgrad.ops.conv",
        "conv_transpose1d": "typedgrad.ops.conv_transpose",
        "conv_transpose2d": "typedgrad.ops.conv_transpose",
        "conv_transpose3d": "typedgrad.ops.conv_transpose",
        "copysign": "typedgrad.ops.floating",
        "cosine_embedding": "typedgrad.ops.pair_loss",
        "cosine_proximity": "typedgrad.ops.embedding_loss",
        "cosine_similarity": "typedgrad.ops.distance",
        "crelu": "typedgrad.ops.gates",
        "crop_spatial": "typedgrad.ops.margins",
        "cross": "typedgrad.ops.vectors",
        "ctc": "typedgrad.ops.ctc",
        "ctc_with_logits": "typedgrad.ops.ctc",
        "cube": "typedgrad.ops.activation_curves",
        "cumulative_prod": "typedgrad.ops.cumulative",
        "cumulative_sum": "typedgrad.ops.cumulative",
        "data": "typedgrad.data",
        "depth_to_space": "typedgrad.ops.shuffle",
        "diag": "typedgrad.ops.diagonals",
        "diagonal": "typedgrad.ops.diagonals",
        "dice": "typedgrad.ops.density_loss",
        "diff": "typedgrad.ops.difference",
        "distance_ratio": "typedgrad.ops.pair_loss",
        "einsum": "typedgrad.ops.einsum",
        "erf": "typedgrad.ops.special",
        "erfc": "typedgrad.ops.special",
        "evaluate": "typedgrad.train",
        "f_measure_loss": "typedgrad.ops.density_loss",
        "fft": "typedgrad.fft",
        "finfo": "typedgrad.ops.inspection",
        "fit": "typedgrad.train",
        "fit_until": "typedgrad.train",
        "fold": "typedgrad.ops.unfold",
        "fractional_max_pool": "typedgrad.ops.adaptive",
        "gaussian_nll": "typedgrad.ops.density_loss",
        "glu": "typedgrad.ops.gates",
        "gradient_reversal": "typedgrad.ops.reversal",
        "gru_step": "typedgrad.ops.recurrent",
        "gumbel_softmax": "typedgrad.ops.simplex",
        "hard_shrink": "typedgrad.ops.activation_pieces",
        "hard_silu": "typedgrad.ops.activation_pieces",
        "hinge": "typedgrad.ops.binary_loss",
        "hinge_embedding": "typedgrad.ops.pair_loss",
        "huber": "typedgrad.ops.loss",
        "identity": "typedgrad.ops.activation_curves",
        "iinfo": "typedgrad.ops.inspection",
        "imag": "typedgrad.ops.complexes",
        "infogain": "typedgrad.ops.probability_loss",
        "init": "typedgrad.nn.initialise",
        "isdtype": "typedgrad.ops.inspection",
        "isfinite": "typedgrad.ops.floating",
        "io": "typedgrad.io",
        "isin": "typedgrad.ops.unique",
        "isinf": "typedgrad.ops.floating",
        "isnan": "typedgrad.ops.floating",
        "kl_divergence": "typedgrad.ops.cross_entropy",
        "kl_divergence_of_probabilities": "typedgrad.ops.probability_loss",
        "kron": "typedgrad.ops.outer",
        "l1_hinge_embedding": "typedgrad.ops.pair_loss",
        "l1_sum": "typedgrad.ops.loss",
        "l2_normalize": "typedgrad.ops.distance",
        "l2_sum": "typedgrad.ops.loss",
        "last_step": "typedgrad.ops.time",
        "layer_norm": "typedgrad.ops.normalise",
        "length_mask": "typedgrad.ops.masks",
        "linalg": "typedgrad.linalg",
        "linear": "typedgrad.ops.linear",
        "load": "typedgrad.train",
        "local_conv1d": "typedgrad.ops.local",
        "local_conv2d": "typedgrad.ops.local",
        "log_cosh": "typedgrad.ops.loss",
        "lp_pool": "typedgrad.ops.pool_norm",
        "lstm_sequence": "typedgrad.ops.recurrent_sequence",
        "lstm_step": "typedgrad.ops.recurrent",
        "mae": "typedgrad.ops.loss",
        "mape": "typedgrad.ops.loss",
        "margin_ranking": "typedgrad.ops.pair_loss",
        "max_pool1d": "typedgrad.ops.pool",
        "max_pool2d": "typedgrad.ops.pool",
        "max_pool3d": "typedgrad.ops.pool",
        "max_pool_with_indices": "typedgrad.ops.unpool",
        "max_unpool": "typedgrad.ops.unpool",
        "metrics": "typedgrad.metrics",
        "mixture_density": "typedgrad.ops.density_loss",
        "mse": "typedgrad.ops.loss",
        "msle": "typedgrad.ops.loss",
        "multi_label": "typedgrad.ops.margin_loss",
        "multi_margin": "typedgrad.ops.margin_loss",
        "multiclass_hinge": "typedgrad.ops.margin_loss",
        "multilabel_margin": "typedgrad.ops.margin_loss",
        "multilabel_soft_margin": "typedgrad.ops.binary_loss",
        "network": "typedgrad.config.builder",
        "nextafter": "typedgrad.ops.floating",
        "nll": "typedgrad.ops.cross_entropy",
        "nn": "typedgrad.nn",
        "one_hot": "typedgrad.ops.one_hot",
        "one_vs_all_hinge": "typedgrad.ops.margin_loss",
        "optim": "typedgrad.optim",
        "outer": "typedgrad.ops.outer",
        "pad": "typedgrad.ops.pad",
        "pad_spatial": "typedgrad.ops.margins",
        "pairwise_distance": "typedgrad.ops.distance",
        "parallel_loss": "typedgrad.ops.combined_loss",
        "penalize_activity": "typedgrad.ops.gradient_shaping",
        "pixel_shuffle": "typedgrad.ops.shuffle",
        "pixel_shuffle1d": "typedgrad.ops.shuffle",
        "pixel_unshuffle": "typedgrad.ops.shuffle",
        "pixel_unshuffle1d": "typedgrad.ops.shuffle",
        "poisson_nll": "typedgrad.ops.density_loss",
        "poisson_nll_of_rates": "typedgrad.ops.density_loss",
        "prelu": "typedgrad.ops.activation_pieces",
        "rational_tanh": "typedgrad.ops.activation_curves",
        "real": "typedgrad.ops.complexes",
        "rectified_tanh": "typedgrad.ops.activation_curves",
        "relu6": "typedgrad.ops.activation_pieces",
        "repeat": "typedgrad.ops.repeat",
        "repeat_time": "typedgrad.ops.time",
        "resize": "typedgrad.ops.resize",
        "result_type": "typedgrad.ops.inspection",
        "reverse_time": "typedgrad.ops.time",
        "rotary": "typedgrad.ops.positions",
        "rrelu": "typedgrad.ops.activation_pieces",
        "scaled_dot_product_attention": "typedgrad.ops.attention",
        "scaled_tanh": "typedgrad.ops.activation_curves",
        "save": "typedgrad.train",
        "scan": "typedgrad.ops.control",
        "score": "typedgrad.train",
        "signbit": "typedgrad.ops.floating",
        "sinusoidal_like": "typedgrad.ops.positions",
        "sinusoidal_positions": "typedgrad.ops.positions",
        "smooth_l1": "typedgrad.ops.loss",
        "soft_label_cross_entropy": "typedgrad.ops.cross_entropy",
        "soft_margin": "typedgrad.ops.binary_loss",
        "soft_shrink": "typedgrad.ops.activation_pieces",
        "softmax_cross_entropy": "typedgrad.ops.cross_entropy",
        "softmin": "typedgrad.ops.simplex",
        "sort": "typedgrad.ops.sort",
        "space_to_batch": "typedgrad.ops.shuffle",
        "space_to_depth": "typedgrad.ops.shuffle",
        "sparse_categorical_cross_entropy": "typedgrad.ops.probability_loss",
        "sparse_plus": "typedgrad.ops.activation_pieces",
        "sparse_sigmoid": "typedgrad.ops.activation_pieces",
        "sparsemax": "typedgrad.ops.simplex",
        "spatial_pyramid_pool": "typedgrad.ops.pool_norm",
        "squared_hinge": "typedgrad.ops.binary_loss",
        "squareplus": "typedgrad.ops.activation_curves",
        "std": "typedgrad.ops.variance",
        "sum_pool": "typedgrad.ops.pool_norm",
        "summary": "typedgrad.overview.summarise",
        "swish": "typedgrad.ops.activation_curves",
        "tanh_shrink": "typedgrad.ops.activation_curves",
        "tensordot": "typedgrad.ops.tensordot",
        "threshold": "typedgrad.ops.activation_pieces",
        "thresholded_relu": "typedgrad.ops.activation_pieces",
        "tile": "typedgrad.ops.repeat",
        "topk": "typedgrad.ops.sort",
        "trace": "typedgrad.graph.tracing",
        "train": "typedgrad.train",
        "transfer": "typedgrad.train",
        "tril": "typedgrad.ops.triangle",
        "triplet": "typedgrad.ops.pair_loss",
        "triu": "typedgrad.ops.triangle",
        "tversky": "typedgrad.ops.density_loss",
        "ultra_fast_sigmoid": "typedgrad.ops.activation_pieces",
        "unfold": "typedgrad.ops.unfold",
        "unique_all": "typedgrad.ops.unique",
        "unique_counts": "typedgrad.ops.unique",
        "unique_inverse": "typedgrad.ops.unique",
        "unique_values": "typedgrad.ops.unique",
        "upsample": "typedgrad.ops.resize",
        "var": "typedgrad.ops.variance",
        "vecdot": "typedgrad.ops.vectors",
        "vmap": "typedgrad.ops.mapping",
        "wasserstein": "typedgrad.ops.embedding_loss",
        "while_loop": "typedgrad.ops.control",
        "reports": "typedgrad.reports",
        "zoo": "typedgrad.zoo",
    }

    def __getattr__(name):
        from importlib import import_module

        if name not in _LAZY:
            raise AttributeError(f"module 'typedgrad' has no attribute {name!r}")
        module = import_module(_LAZY[name])
        found = globals()[name] = module if module.__name__ == f"typedgrad.{name}" else getattr(module, name)
        return found

    def __dir__():
        return sorted({*globals(), *_LAZY})
