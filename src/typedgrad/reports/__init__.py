"""Pages of HTML about evaluations and trainings, from values to text; see README.md."""

from __future__ import annotations

from typedgrad.reports.course import Record as Record
from typedgrad.reports.evaluation import evaluation_json as evaluation_json
from typedgrad.reports.evaluation import evaluation_page as evaluation_page
from typedgrad.reports.evaluation import evaluation_text as evaluation_text
from typedgrad.reports.training import training_page as training_page
