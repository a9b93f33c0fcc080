"""Data sets, loaders, readers and normalisers; see README.md."""

from __future__ import annotations

from typedgrad.data.batch import Batch as Batch
from typedgrad.data.batch import Rows as Rows
from typedgrad.data.batch import Subset as Subset
from typedgrad.data.dataset import Dataset as Dataset
from typedgrad.data.dataset import Split as Split
from typedgrad.data.dataset import ThreeWay as ThreeWay
from typedgrad.data.digits import digits as digits
from typedgrad.data.epochs import Epochs as Epochs
from typedgrad.data.fitting import Normaliser as Normaliser
from typedgrad.data.idx import mnist as mnist
from typedgrad.data.idx import read_idx as read_idx
from typedgrad.data.loader import Loader as Loader
from typedgrad.data.masked import MaskedBatch as MaskedBatch
from typedgrad.data.min_max import FittedMinMax as FittedMinMax
from typedgrad.data.min_max import MinMax as MinMax
from typedgrad.data.parting import Parts as Parts
from typedgrad.data.pipeline import NORMALISERS as NORMALISERS
from typedgrad.data.pipeline import FittedPipeline as FittedPipeline
from typedgrad.data.pipeline import Pipeline as Pipeline
from typedgrad.data.pipeline import from_parts as from_parts
from typedgrad.data.pipeline import to_parts as to_parts
from typedgrad.data.pixels import FittedSubtractMean as FittedSubtractMean
from typedgrad.data.pixels import ImageScale as ImageScale
from typedgrad.data.pixels import SubtractMean as SubtractMean
from typedgrad.data.sequences import SequenceDataset as SequenceDataset
from typedgrad.data.sequences import from_sequences as from_sequences
from typedgrad.data.standardize import FittedStandardize as FittedStandardize
from typedgrad.data.standardize import Standardize as Standardize
from typedgrad.data.stream import Stream as Stream
