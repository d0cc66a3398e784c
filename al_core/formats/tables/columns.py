"""What the columns of a table are: by their names, by the kind of their cells, and above all by what the numbers do.

A column is a class if the probabilities of a row do not sum to 1 without it. That decides where names and kinds
mislead: a column `fold` of small numbers is no class beside probabilities that sum to 1, and is one if they do not.
"""

from collections import defaultdict
from collections.abc import Mapping, Sequence

import numpy as np

from al_core.exceptions import InvalidInputError
from al_core.formats.tables.column_names import (
    class_of_name,
    is_embedding_name,
    is_probability_name,
    meaning_of_name,
    ranked_class,
)
from al_core.formats.tables.filename_column import find_filename_column
from al_core.formats.tables.label_numbers import MOST_GRADES, are_zero_or_one, have_uncertain_labels, may_be_grades
from al_core.formats.tables.meaning import OF_IMAGES, ColumnMeaning, Meaning
from al_core.formats.tables.one_of_two import are_of_one_class, has_row_for_each_class
from al_core.formats.tables.ranks import are_ranked, columns_beside
from al_core.formats.tables.sample import ColumnSample, Content, holds_fractions, holds_integers
from al_core.formats.tables.sums import Numbers, distribution
from al_core.text import clipped

_PROBABILITY_LISTS = ("prob", "softmax", "score", "logit", "confidence", "pred", "output", "class")
_LOWEST_TOP_PROBABILITY = 1 / 3
"""The highest of three probabilities cannot be lower; of more classes it seldom is in any of ten rows."""

_ROWS_TO_TELL_INTEGERS = 20
"""In fewer rows a probability may be exactly 0 or 1 in each of them."""

_ROWS_TO_TELL_LABELS = 10
"""In fewer rows a model may have been certain of each."""

_ROWS_TO_TELL_TOP = 10
"""So many rows without a lower number: the probability of one of two classes would have some."""


def classify_columns(samples: Sequence[ColumnSample], chosen: Mapping[str, str]) -> list[ColumnMeaning]:
    """Return the meaning of each column of a table.

    Args:
        samples: The first cells of each column.
        chosen: Meanings that a person has chosen, by column name.

    Raises:
        InvalidInputError: If a chosen column or meaning does not exist.
    """
    classifier = _Classifier(samples)
    for name, meaning in chosen.items():
        classifier.set(_position(samples, name), _meaning(meaning), "chosen")
    classifier.classify()
    return classifier.meanings()


def _position(samples: Sequence[ColumnSample], name: str) -> int:
    names = [sample.name for sample in samples]
    if name not in names:
        shown = clipped(names)
        raise InvalidInputError(f"there is no column {name!r} to give a meaning; the columns are {shown}")
    return names.index(name)


def _meaning(text: str) -> Meaning:
    if text not in OF_IMAGES:
        raise InvalidInputError(f"a column cannot mean {text!r}; use one of {', '.join(OF_IMAGES)}")
    return Meaning(text)


class _Classifier:
    """Gives one column after the other its meaning, the surest first."""

    def __init__(self, samples: Sequence[ColumnSample]) -> None:
        self._samples = samples
        self._meanings: dict[int, ColumnMeaning] = {}
        self._numbers = _number_matrix(samples)

    def set(self, position: int, meaning: Meaning, reason: str) -> None:
        self._meanings.setdefault(position, ColumnMeaning(self._samples[position].name, meaning, reason))

    def meanings(self) -> list[ColumnMeaning]:
        return [self._meanings[position] for position in range(len(self._samples))]

    def classify(self) -> None:
        self._find_filenames()
        for position in self._open():
            if self._samples[position].content is Content.EMPTY and meaning_of_name(self._name(position)):
                self.set(position, Meaning.IGNORED, "empty")
        self._sort_lists()
        has_lists = any(self._is_nested(position) for position in self._meanings)
        if not has_lists:
            self._find_classes()
        self._name_the_rest()

    def _name(self, position: int) -> str:
        return self._samples[position].name

    def _open(self, *contents: Content) -> list[int]:
        """Return the columns without a meaning, of these kinds only if some are named."""
        return [
            position
            for position, sample in enumerate(self._samples)
            if position not in self._meanings and (not contents or sample.content in contents)
        ]

    def _has(self, *meanings: Meaning) -> bool:
        return any(column.meaning in meanings for column in self._meanings.values())

    def _find_filenames(self) -> None:
        if not self._has(Meaning.FILENAME):
            column = find_filename_column(self._samples, self._open())
            if column:
                position, reason = column
                self.set(position, Meaning.FILENAME, reason)

    def _sort_lists(self) -> None:
        lists = self._open(Content.LISTS, Content.MAPPINGS)
        embeddings = [position for position in lists if "emb" in self._name(position).lower()]
        for position in embeddings:
            self.set(position, Meaning.METADATA, "an embedding")
        classes = self._open(Content.LISTS, Content.MAPPINGS)
        # Lists of integers beside lists of probabilities say which classes those belong to.
        numbers = [position for position in classes if not holds_integers(self._samples[position])] or classes
        labels = [position for position in numbers if self._is_list_of_labels(position)]
        for position in labels:
            self.set(position, Meaning.LABEL, "lists of whole numbers under the name of labels")
        numbers = [position for position in numbers if position not in labels]
        if numbers:
            best = min(numbers, key=lambda position: _list_rank(self._name(position)))
            self.set(best, Meaning.CLASS, "numbers of all classes")
        for position in self._open(Content.CLASS_LISTS, Content.LISTS):
            # Logits beside probabilities are no classes.
            is_beside = bool(numbers) and not holds_fractions(self._samples[position])
            self.set(position, Meaning.PREDICTED if is_beside else Meaning.METADATA, "a list for each image")

    def _is_list_of_labels(self, position: int) -> bool:
        sample = self._samples[position]
        is_whole = sample.content is Content.LISTS and not holds_fractions(sample)
        return is_whole and meaning_of_name(sample.name) is Meaning.LABEL

    def _is_nested(self, position: int) -> bool:
        is_class = self._meanings[position].meaning in (Meaning.CLASS, Meaning.RANKED)
        return is_class and self._samples[position].content in (Content.LISTS, Content.MAPPINGS)

    def _find_classes(self) -> None:
        numeric = self._open(Content.NUMBERS, Content.INTEGERS)
        numeric = [position for position in numeric if not is_embedding_name(self._name(position))]
        neutral = [position for position in numeric if meaning_of_name(self._name(position)) is None]
        floats = [position for position in neutral if self._samples[position].content is Content.NUMBERS]
        # A number of a class may happen to be whole, but not in many rows while others are fractions.
        largest = np.nanmax(np.abs(self._numbers[:, floats]), initial=0)
        spans_1 = bool(floats) and bool(largest <= 1)
        few = [position for position in neutral if position in floats or self._may_be_class(position, spans_1)]
        groups = self._groups(numeric)
        for candidates in (*groups, floats, neutral, numeric):
            # From what is surely meant as classes to everything: the first that sums to 1 counts.
            closed = distribution(self._numbers, candidates) if len(candidates) > 1 else None
            if closed:
                positions, _ = closed
                self._set_classes(positions, "sums to 1 with the others")
                return
        if groups:
            self._set_classes(groups[0], "one of a series")
            return
        empty = [position for position in self._open(Content.EMPTY) if not meaning_of_name(self._name(position))]
        if self._open(Content.TEXTS):
            # A table about the images, whose columns happen to be empty.
            empty = []
        self._find_without_sums(numeric, (few if floats else neutral) or empty)

    def _groups(self, numeric: Sequence[int]) -> list[list[int]]:
        """Return the columns that name a class behind the same word, such as `prob_cat` and `prob_dog`."""
        by_word: dict[str, list[int]] = defaultdict(list)
        for position in numeric:
            named = class_of_name(self._name(position))
            # `pred_label` beside `pred_score` names the predicted class, and no class called "label".
            if meaning_of_name(self._name(position)) in (Meaning.LABEL, Meaning.PREDICTED):
                continue
            # Ranks and numbers of classes are integers.
            if named and not (ranked_class(self._name(position)) is not None and self._is_whole(position)):
                by_word[named[0]].append(position)
        groups = [group for group in by_word.values() if len(group) > 1]
        # Of probabilities and logits side by side the probabilities count.
        return sorted(groups, key=lambda group: "logit" in self._name(group[0]).lower())

    def _finite(self, position: int) -> Numbers:
        numbers = self._numbers[:, position]
        return numbers[np.isfinite(numbers)]

    def _may_be_class(self, position: int, spans_1: bool) -> bool:
        are_0_or_1 = bool(np.isin(self._finite(position), (0, 1)).all())
        return (are_0_or_1 or not spans_1) and len(self._numbers) < _ROWS_TO_TELL_INTEGERS

    def _is_whole(self, position: int) -> bool:
        numbers = self._finite(position)
        return bool(len(numbers)) and bool((numbers == np.round(numbers)).all())

    def _set_classes(self, positions: Sequence[int], reason: str) -> None:
        numbers = self._numbers[:, list(positions)]
        names = [self._name(position) for position in positions]
        labels = [position for position in self._open() if ranked_class(self._name(position)) is not None]
        others = [position for position in labels if position not in positions]
        texts = {position: self._name(position) for position in self._open(Content.TEXTS)}
        others = others or columns_beside(names, texts)
        are_integers = all(self._samples[position].content is Content.INTEGERS for position in positions)
        if are_zero_or_one(numbers) and (are_integers or len(numbers) >= _ROWS_TO_TELL_LABELS):
            for position in positions:
                self.set(position, Meaning.LABEL, "only 0 and 1, as labels are")
        elif have_uncertain_labels(numbers):
            for position in positions:
                self.set(position, Meaning.LABEL, "only -1, 0 and 1, as labels are of which some are uncertain")
        elif are_ranked(names, numbers, has_classes=len(others) == len(positions)):
            for position in positions:
                self.set(position, Meaning.RANKED, "never more than the one before it")
            for position in others:
                self.set(position, Meaning.PREDICTED, "the class of that rank")
        else:
            for position in positions:
                self.set(position, Meaning.CLASS, reason)

    def _find_without_sums(self, numeric: Sequence[int], neutral: Sequence[int]) -> None:
        said = {position: meaning_of_name(self._name(position)) for position in self._open()}
        named = [p for p, meaning in said.items() if meaning in (Meaning.LABEL, Meaning.PREDICTED)]
        fractions = [position for position in named if self._are_probabilities(position)]
        predicted = [p for p, meaning in said.items() if meaning is Meaning.PREDICTED]
        # A label beside a predicted class is the true one.
        classes = predicted or [p for p, meaning in said.items() if meaning is Meaning.LABEL]
        # timm calls the number of the predicted class `index`.
        of_index = [p for p in numeric if self._name(p).strip().lower() in ("index", "idx")]
        indices = [p for p in of_index if self._is_whole(p)]
        probable = [p for p in numeric if is_probability_name(self._name(p)) and not self._is_whole(p)]
        if len(probable) == 1 and any(self._is_of_one_class(probable[0], position) for position in classes):
            self.set(probable[0], Meaning.CLASS, "under a half, and that of one of two classes")
        elif len(probable) == 1 and (classes or indices):
            self.set(probable[0], Meaning.RANKED, "beside the predicted class")
            for position in classes or indices:
                self.set(position, Meaning.PREDICTED, "the class of the probability")
        elif any(meaning in (Meaning.SCORE, Meaning.CONFIDENCE) for meaning in said.values()):
            return
        elif len(neutral) == 1 and is_probability_name(self._name(neutral[0])) and self._is_top(neutral[0]):
            self.set(neutral[0], Meaning.CONFIDENCE, "never under a third, as the highest probability is")
        elif len(neutral) == 1 and self._are_class_numbers(neutral[0]):
            self.set(neutral[0], Meaning.LABEL, "whole numbers, as classes have")
        elif neutral:
            self._set_classes(neutral, "numbers under a name of its own")
        elif len(fractions) == 1:
            # Of a Kaggle submission for two classes, or of Keras' one output: the probability of one of them.
            self.set(fractions[0], Meaning.CLASS, "fractions from 0 to 1, which are not labels")

    def _is_of_one_class(self, position: int, of_classes: int) -> bool:
        sample = self._samples[of_classes]
        classes = list(map(str, sample.cells))
        images = next((self._samples[p] for p in self._meanings if self._meanings[p].meaning is Meaning.FILENAME), None)
        if images and has_row_for_each_class(images.cells, classes):
            return False
        are_true = meaning_of_name(sample.name) is Meaning.LABEL
        return are_of_one_class(self._numbers[:, position], classes, are_true=are_true)

    def _are_probabilities(self, position: int) -> bool:
        numbers = self._finite(position)
        are_in_range = bool(((numbers >= 0) & (numbers <= 1)).all())
        return are_in_range and not may_be_grades(numbers) and not self._is_whole(position)

    def _are_class_numbers(self, position: int) -> bool:
        numbers = self._finite(position)
        is_whole = self._samples[position].content is Content.INTEGERS and bool(len(numbers))
        return is_whole and bool(numbers.min() >= 0 and 1 < numbers.max() <= MOST_GRADES)

    def _is_top(self, position: int) -> bool:
        numbers = self._finite(position)
        return len(numbers) >= _ROWS_TO_TELL_TOP and bool(numbers.min() >= _LOWEST_TOP_PROBABILITY)

    def _name_the_rest(self) -> None:
        has_classes = self._has(Meaning.CLASS, Meaning.RANKED)
        for position in self._open():
            sample = self._samples[position]
            meaning = meaning_of_name(sample.name)
            if is_embedding_name(sample.name):
                self.set(position, Meaning.METADATA, "part of an embedding")
            elif meaning in (Meaning.SCORE, Meaning.CONFIDENCE) and (has_classes or not sample.is_numeric):
                self.set(position, Meaning.METADATA, "scores come from the classes" if has_classes else "no number")
            elif meaning:
                self.set(position, meaning, "by its name")
            elif sample.is_numeric and has_classes:
                self.set(position, Meaning.METADATA, "no class beside the others")
            else:
                self.set(position, Meaning.METADATA, f"{sample.content} without a meaning")


def _number_matrix(samples: Sequence[ColumnSample]) -> Numbers:
    n_rows = max((len(sample.numbers) for sample in samples), default=0)
    matrix = np.full((n_rows, len(samples)), np.nan)
    for position, sample in enumerate(samples):
        if len(sample.numbers) == n_rows:
            matrix[:, position] = sample.numbers
    return matrix


def _list_rank(name: str) -> int:
    ranks = [rank for rank, word in enumerate(_PROBABILITY_LISTS) if word in name.lower()]
    return min(ranks, default=len(_PROBABILITY_LISTS))
