"""Data sets, loaders, readers and normalisers; see README.md."""

from __future__ import annotations

from typedgrad.data.dataset import Batch as Batch
from typedgrad.data.dataset import Dataset as Dataset
from typedgrad.data.dataset import Split as Split
from typedgrad.data.digits import digits as digits
from typedgrad.data.idx import mnist as mnist
from typedgrad.data.idx import read_idx as read_idx
from typedgrad.data.loader import Loader as Loader
from typedgrad.data.normalise import FittedMinMax as FittedMinMax
from typedgrad.data.normalise import FittedStandardize as FittedStandardize
from typedgrad.data.normalise import MinMax as MinMax
from typedgrad.data.normalise import Standardize as Standardize
