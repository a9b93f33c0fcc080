"""What `check_gradients` found, parameter by parameter."""

from __future__ import annotations

from dataclasses import dataclass
from typing import NamedTuple

from typedgrad.testing.gradients import GradientError


class GradientRow(NamedTuple):
    """One parameter or input. `worst` is the index of the element that is furthest from passing, and the rest is of it.

    `order` is 1 for gradients, 2 for gradients of gradients.
    """

    path: str
    order: int
    shape: tuple[int, ...]
    checked: int
    skipped: int
    failed: int
    max_abs_error: float
    max_rel_error: float
    worst: tuple[int, ...] | None
    analytic: float
    numeric: float

    @property
    def passed(self) -> bool:
        """Whether no element failed."""
        return not self.failed


@dataclass(frozen=True, repr=False)
class GradientReport:
    """A table of what was compared; true if everything passed.

    >>> report = tg.check_gradients(lambda x: tg.sum(x * x), tg.asarray([1.0, 2.0], dtype=tg.float64))
    >>> bool(report), report["x"].checked, report["x"].max_rel_error < 1e-8
    (True, 2, True)
    """

    preset: str
    rows: tuple[GradientRow, ...]

    @property
    def passed(self) -> bool:
        """Whether every parameter passed."""
        return all(row.passed for row in self.rows)

    def __bool__(self) -> bool:
        return self.passed

    def __getitem__(self, path: str) -> GradientRow:
        for row in self.rows:
            if row.path == path:
                return row
        raise KeyError(path)

    def raise_if_failed(self) -> GradientReport:
        """The report itself, if it passed.

        Raises GradientError with the table otherwise.
        """
        if not self.passed:
            wrong = list(dict.fromkeys(row.path for row in self.rows if not row.passed))
            raise GradientError(
                f"the gradient is wrong at {', '.join(wrong)}\n\n{self}",
                {row.path: row.max_rel_error for row in self.rows},
            )
        return self

    def __str__(self) -> str:
        several = any(row.order > 1 for row in self.rows)
        head = ["", "shape", "checked", "abs error", "rel error", "worst at", "analytic", "numeric", ""]
        lines = [head, *(_cells(row, several=several) for row in self.rows)]
        widths = [max(len(line[i]) for line in lines) for i in range(len(head))]
        table = [
            "  ".join(
                cell.ljust(w) if i in (0, 1, 8) else cell.rjust(w)
                for i, (cell, w) in enumerate(zip(line, widths, strict=True))
            ).rstrip()
            for line in lines
        ]
        bad = sum(not row.passed for row in self.rows)
        verdict = f"{bad} of {len(self.rows)} are wrong" if bad else f"all {len(self.rows)} pass"
        return "\n".join([f"gradients, preset {self.preset}: {verdict}", *table])

    def __repr__(self) -> str:
        return str(self)


def _cells(row: GradientRow, *, several: bool) -> list[str]:
    left = f", {row.skipped} skipped" if row.skipped else ""
    path = f"{row.path} (order {row.order})" if several else row.path
    shape = f"[{' '.join(map(str, row.shape))}]"
    if row.worst is None:
        return [path, shape, f"0{left}", "-", "-", "-", "-", "-", "nothing checked"]
    verdict = "ok" if row.passed else f"{row.failed} WRONG"
    numbers = [f"{row.max_abs_error:.2e}", f"{row.max_rel_error:.2e}", f"[{', '.join(map(str, row.worst))}]"]
    return [path, shape, f"{row.checked}{left}", *numbers, f"{row.analytic:.8g}", f"{row.numeric:.8g}", verdict]
