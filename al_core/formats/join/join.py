"""Joining the rows of a file with the samples of a dataset."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import PurePosixPath

import numpy as np
from numpy.typing import NDArray

from al_core.exceptions import InvalidInputError
from al_core.formats.join.file_rows import ORDER_ASSUMED, BadRows, FilenameRows, FileRows
from al_core.formats.join.finding import LOGITS, Finding, Severity, note
from al_core.formats.join.matching import Matches, match_filenames
from al_core.formats.join.report import JoinReport, Policy
from al_core.formats.join.spelling import is_version
from al_core.types import Rows

_NUMBERS = note(
    "numbers-as-names",
    "Every name in the file is a number, matched with the sample of that name",
    "check that the numbers name images and do not count rows",
)
_MISSING = Finding("missing", "sample has none", "samples have none")
_EMPTY = Finding(
    "missing-empty",
    "sample has no entry",
    "samples have no entry",
    "counted as images in which the model found nothing",
    severity=Severity.NOTE,
)
_OR_EMPTY = "if the model has seen them and found nothing, say so (missing=empty)"
_FILLED = "equal class probabilities are filled in, the most uncertain ones"
_UNKNOWN = Finding(
    "unknown",
    "filename is not in the dataset",
    "filenames are not in the dataset",
    "left out; check the folder and the suffix",
)
_UNKNOWN_ID = replace(
    _UNKNOWN,
    outcome="left out; they are numbers, not filenames: add the annotation file that says which images they are",
)
_AMBIGUOUS = Finding(
    "ambiguous",
    "filename is ambiguous: it fits several samples",
    "filenames are ambiguous: each fits several samples",
    "left out; write the folder or the suffix that tells them apart",
)
_REPEATED = Finding(
    "repeated",
    "filename is repeated with the same values",
    "filenames are repeated with the same values",
    "the first row of each is used",
)
_CONFLICTING = Finding(
    "conflicting",
    "filename is repeated with different values",
    "filenames are repeated with different values",
    "which row is right is unknown; keep one row per filename",
    severity=Severity.REFUSAL,
)
_DISAGREE = Finding(
    "disagree",
    "image has annotators who disagree",
    "images have annotators who disagree",
    "all are stored; the majority counts for a class, the newest annotation at a tie and for everything else",
)
_VERSIONS = Finding(
    "versions",
    "filename is another version of its image, as Roboflow makes them",
    "filenames are other versions of their images, as Roboflow makes them",
    "only the first version of each image is used; where objects lie in the image itself, only a version without "
    "augmentation and cropping says",
    severity=Severity.NOTE,
)
_NOT_FINITE = Finding(
    "not-finite",
    "row has NaN, infinite or empty values",
    "rows have NaN, infinite or empty values",
    "left out, as if they were missing",
)
_NOT_PROBABILITIES = Finding(
    "not-probabilities",
    "row has values that are not probabilities summing to 1",
    "rows have values that are not probabilities summing to 1",
    "used as they are",
)


def join_report(
    dataset_filenames: Sequence[str],
    rows: FileRows | Sequence[str],
    *,
    policy: Policy = Policy.SKIP,
    source: str = "the file",
) -> JoinReport:
    """Return how the rows of a file meet the samples of a dataset.

    Args:
        dataset_filenames: The samples, each once.
        rows: What a file holds, or only its filenames. Without filenames the rows are in sample order.
        policy: What happens to bad rows and to samples without one.
        source: The name of the file, for the sentences.

    Raises:
        InvalidInputError: If there are no filenames and not as many rows as samples.

    Examples:
        >>> report = join_report(["a.png", "b.png"], ["b.png", "c.png"], source="p.csv")
        >>> report.rows, report.missing, report.unknown
        (array([ 1, -1]), ['a.png'], ['c.png'])
        >>> report.sentences()[0]
        '1 of 2 samples are listed in p.csv.'
    """
    file_rows = rows if isinstance(rows, FileRows) else FilenameRows(rows)
    if file_rows.filenames is None and len(file_rows) != len(dataset_filenames):
        raise InvalidInputError(
            f"{source} has {len(file_rows):,} rows without filenames but the samples are {len(dataset_filenames):,}; "
            "give one row per sample in their order, or add a column of filenames"
        )
    return _join(dataset_filenames, file_rows, Policy(policy), source)


def _join(samples: Sequence[str], file_rows: FileRows, policy: Policy, source: str) -> JoinReport:
    names = samples if file_rows.filenames is None else file_rows.filenames
    matches = match_filenames(samples, names, only_whole=file_rows.names_are_ids)
    met = _met(samples, names, matches, file_rows)
    report = report_of(met, file_rows, policy, source, matched_by=matches.counts)
    return replace(
        report,
        details=(*_remarks(file_rows, names, matches.counts), *report.details),
        empty=_empty(samples, met) if file_rows.missing_is_empty else report.empty,
    )


@dataclass(frozen=True)
class Met:
    """How rows met samples.

    Attributes:
        used: (n_rows,) the sample of each row, -1 where it is unknown or not used.
        present: (n_samples,) whether a sample has a row, usable or not.
        missing: The samples without one.
        ambiguous: The names that fit several samples.
        unknown: Those that fit none.
        duplicate: Those of later rows of a sample.
        conflicting: Those of them whose rows differ.
        not_finite: Those of rows that are left out.
        not_probabilities: Those of rows that are used as they are.
        versions: Those of further versions of an image, of which a file that keeps repetitions uses one.
    """

    used: Rows
    present: NDArray[np.bool_]
    missing: list[str]
    ambiguous: list[str]
    unknown: list[str]
    duplicate: list[str]
    conflicting: list[str]
    not_finite: list[str]
    not_probabilities: list[str]
    versions: list[str]


def report_of(
    met: Met, file_rows: FileRows, policy: Policy, source: str, *, matched_by: Mapping[str, int]
) -> JoinReport:
    """Return the report of how rows met samples, without remarks about the file as a whole.

    Args:
        met: How they did.
        file_rows: What they are; their number is that of `met`.
        policy: What happens to bad rows and to samples without one.
        source: The name of the file.
        matched_by: Rows by what they were matched by.
    """
    findings = _findings(file_rows, met, policy)
    return JoinReport(
        source=source,
        policy=policy,
        task=file_rows.task,
        wording=file_rows.wording,
        n_samples=len(met.present),
        n_rows=len(met.used),
        matched=int(met.present.sum()),
        matched_by=matched_by,
        missing=met.missing,
        unknown=met.unknown,
        ambiguous=met.ambiguous,
        duplicate=met.duplicate,
        conflicting=met.conflicting,
        rows_not_summing_to_1=met.not_probabilities,
        rows_with_nan=met.not_finite,
        looks_like_logits=any(finding.what == LOGITS for finding in file_rows.findings),
        findings=tuple(file_rows.findings),
        details=(*(finding for finding in findings if finding.names), *file_rows.findings),
        rows=met.used,
    )


def _met(samples: Sequence[str], names: Sequence[str], matches: Matches, file_rows: FileRows) -> Met:
    present = np.zeros(len(samples), dtype=bool)
    present[matches.rows[matches.rows >= 0]] = True
    is_unknown = matches.rows < 0
    is_unknown[matches.ambiguous] = False
    repeats = _repeats(matches.rows)
    versions = [pair for pair in repeats if _are_versions(names, *pair)] if file_rows.keeps_repeats else []
    are_versions = set(versions)
    same = [pair for pair in repeats if pair not in are_versions]
    bad = file_rows.bad_rows()
    return Met(
        used=_used(matches.rows, versions if file_rows.keeps_repeats else repeats, bad),
        present=present,
        missing=[samples[row] for row in np.flatnonzero(~present).tolist()],
        ambiguous=_distinct(names, matches.ambiguous.tolist()),
        unknown=_distinct(names, np.flatnonzero(is_unknown).tolist()),
        duplicate=_distinct(names, [later for _, later in repeats]),
        conflicting=_distinct(names, [later for first, later in same if file_rows.differ(first, later)]),
        not_finite=[names[row] for row in bad.not_finite.tolist()],
        not_probabilities=[names[row] for row in bad.not_probabilities.tolist()],
        versions=_distinct(names, [later for _, later in versions]),
    )


def _findings(file_rows: FileRows, met: Met, policy: Policy) -> list[Finding]:
    repeated = (
        [_DISAGREE.of(met.conflicting)]
        if file_rows.keeps_repeats
        else [_REPEATED.of(sorted(set(met.duplicate) - set(met.conflicting))), _CONFLICTING.of(met.conflicting)]
    )
    return [
        _absence(file_rows, policy).of(met.missing if file_rows.wording.absence else ()),
        _AMBIGUOUS.of(met.ambiguous),
        (_UNKNOWN_ID if file_rows.names_are_ids else _UNKNOWN).of(met.unknown),
        *repeated,
        _VERSIONS.of(met.versions),
        _NOT_FINITE.of(met.not_finite),
        _NOT_PROBABILITIES.of(met.not_probabilities),
    ]


def _remarks(file_rows: FileRows, names: Sequence[str], counts: Mapping[str, int]) -> list[Finding]:
    """Return what a person should know about how rows met samples, beside the counts."""
    if file_rows.filenames is None:
        return [ORDER_ASSUMED]
    # 17 may be 17.jpg, or the eighteenth row.
    is_all_numbers = bool(counts["stem"]) and all(name.isdecimal() for name in names)
    return [_NUMBERS] if is_all_numbers else []


def _empty(samples: Sequence[str], met: Met) -> Rows:
    """Return the samples without a row, without those that a name which matched nothing may mean."""
    in_doubt = {_stem(name) for name in [*met.ambiguous, *met.unknown]}
    missing = np.flatnonzero(~met.present).tolist()
    certain = [row for row in missing if _stem(samples[row]) not in in_doubt]
    return np.array(certain, dtype=np.int64)


def _stem(name: str) -> str:
    return PurePosixPath(name).stem


def _absence(file_rows: FileRows, policy: Policy) -> Finding:
    if file_rows.missing_is_empty:
        return _EMPTY
    is_filled = policy is Policy.FILL and file_rows.can_fill
    outcome = _FILLED if is_filled else file_rows.wording.absence
    if file_rows.can_be_empty:
        outcome = f"{outcome}; {_OR_EMPTY}"
    return Finding(_MISSING.what, _MISSING.singular, _MISSING.plural, outcome)


def _used(rows: Rows, repeats: Sequence[tuple[int, int]], bad: BadRows) -> Rows:
    # A row that cannot be used does not make room for a later one of its sample: which is right is unknown.
    used = rows.copy()
    used[bad.not_finite] = -1
    used[[later for _, later in repeats]] = -1
    return used


def _are_versions(names: Sequence[str], first: int, later: int) -> bool:
    return names[first] != names[later] and is_version(names[first]) and is_version(names[later])


def _distinct(names: Sequence[str], rows: Sequence[int]) -> list[str]:
    return list(dict.fromkeys(names[row] for row in rows))


def _repeats(rows: Rows) -> list[tuple[int, int]]:
    """Return (first row, later row) for every further row of a sample."""
    matched = np.flatnonzero(rows >= 0)
    _, first, inverse = np.unique(rows[matched], return_index=True, return_inverse=True)
    # Of each matched row the place of the first one of its sample; a later row is not that place itself.
    first_of_sample = first[inverse]
    later = np.flatnonzero(first_of_sample != np.arange(len(matched)))
    first_rows = matched[first_of_sample[later]]
    return list(zip(first_rows.tolist(), matched[later].tolist(), strict=True))
