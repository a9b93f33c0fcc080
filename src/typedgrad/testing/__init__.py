"""Laws that every op must keep, for us and for authors of ops."""

from typedgrad.testing.case import Case as Case
from typedgrad.testing.case import uniform as uniform
from typedgrad.testing.gradients import GradientError as GradientError
from typedgrad.testing.gradients import assert_gradients as assert_gradients
from typedgrad.testing.laws import LawBroken as LawBroken
from typedgrad.testing.laws import check_op as check_op
