"""Joining rows that are in the order of samples, and never all in memory."""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from al_core.formats.join.file_rows import ORDER_ASSUMED, BadRows, FileRows
from al_core.formats.join.join import Met, report_of
from al_core.formats.join.matching import NAME, RELATIVE_PATH, STEM
from al_core.formats.join.report import JoinReport, Policy
from al_core.types import Rows


@dataclass(frozen=True, eq=False)
class OrderedSamples:
    """The samples that the rows of a file belong to.

    Attributes:
        rows: (n,) the sample of each row of the file, each once.
        n_samples: Samples of the dataset.
        names: Returns the filenames of samples: only those that sentences name are asked for.
    """

    rows: Rows
    n_samples: int
    names: Callable[[Rows], list[str]]


def report_in_order(
    samples: OrderedSamples, file_rows: FileRows, bad: BadRows, *, policy: Policy, source: str
) -> JoinReport:
    """Return what `join_report` returns for a file without filenames, whose rows have been looked at elsewhere.

    Args:
        samples: Of the rows, in their order.
        file_rows: What the file holds, with what its reader noticed; its own rows are not looked at.
        bad: The rows that do not fit, as positions in the file.
        policy: What happens to them and to samples without a row.
        source: The name of the file.

    Examples:
        >>> from al_core.formats.join.file_rows import FilenameRows
        >>> nothing = FilenameRows([])
        >>> bad = BadRows(not_finite=np.array([1]))
        >>> samples = OrderedSamples(np.array([0, 1]), 2, names=list)
        >>> report = report_in_order(samples, nothing, bad, policy=Policy.SKIP, source="p.npy")
        >>> report.rows, report.n_used
        (array([ 0, -1]), 1)
    """
    present = np.zeros(samples.n_samples, bool)
    present[samples.rows] = True
    used = samples.rows.copy()
    used[bad.not_finite] = -1
    met = Met(
        used=used,
        present=present,
        missing=samples.names(np.flatnonzero(~present)),
        ambiguous=[],
        unknown=[],
        duplicate=[],
        conflicting=[],
        not_finite=samples.names(samples.rows[bad.not_finite]),
        not_probabilities=samples.names(samples.rows[bad.not_probabilities]),
        versions=[],
    )
    matched_by = {NAME: len(samples.rows), RELATIVE_PATH: 0, STEM: 0}
    report = report_of(met, file_rows, policy, source, matched_by=matched_by)
    return report.with_details([ORDER_ASSUMED])
