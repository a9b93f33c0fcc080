"""What models get right and wrong, as frozen values that can be merged; see README.md."""

from __future__ import annotations

from typedgrad.metrics.binary import BinaryClassification as BinaryClassification
from typedgrad.metrics.calibration import Calibration as Calibration
from typedgrad.metrics.classification import Classification as Classification
from typedgrad.metrics.iou import BinaryIoU as BinaryIoU
from typedgrad.metrics.iou import IoU as IoU
from typedgrad.metrics.regression import Regression as Regression
from typedgrad.metrics.roc import Roc as Roc
from typedgrad.metrics.roc_many import RocBinary as RocBinary
from typedgrad.metrics.roc_many import RocMulticlass as RocMulticlass
from typedgrad.metrics.running import Mean as Mean
from typedgrad.metrics.running import Sum as Sum
from typedgrad.metrics.running import TopK as TopK
from typedgrad.metrics.value import Metric as Metric
