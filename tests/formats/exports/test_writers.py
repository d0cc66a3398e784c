import csv
import io
import json
import tempfile
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from al_core.exceptions import InvalidInputError
from al_core.formats import FILENAME_READERS, WRITERS, ExportRows, read_filenames, write_csv, write_json, write_txt
from al_core.formats.files.cells import escape_cell, unescape_cell

filenames = st.text(
    st.characters(exclude_categories=("Cc", "Cs", "Zl", "Zp")) | st.sampled_from("=+-@'\",;"), min_size=1, max_size=12
)


def test_every_line_of_a_text_file_ends_with_a_newline():
    assert write_txt(ExportRows(["b.png", "ü.png"])) == "b.png\nü.png\n".encode()


def test_csv_has_rank_filename_and_score():
    rows = ExportRows(["b.png", "a,b.png"], scores=np.array([0.5, np.nan]), ranks=[1, None])
    assert write_csv(rows) == b'rank,filename,score\r\n1,b.png,0.5\r\n,"a,b.png",\r\n'


@pytest.mark.parametrize("first", ["=", "+", "-", "@", "\t", "\r", "＝"])
def test_no_cell_of_a_csv_starts_as_a_formula(first):
    content = write_csv(ExportRows([f"{first}1+1.png"])).decode()
    cell = list(csv.reader(io.StringIO(content, newline="")))[1][1]
    assert cell == f"'{first}1+1.png"


def test_markup_in_a_filename_is_written_as_it_is():
    assert b"<script>.png" in write_csv(ExportRows(["<script>.png"]))


def test_json_keeps_names_scores_and_metadata_exactly():
    rows = ExportRows(["=1+1.png"], scores=np.float64([0.1]), metadata={"tag": "round-1", "seed": 7})
    assert json.loads(write_json(rows)) == {
        "metadata": {"tag": "round-1", "seed": 7},
        "samples": [{"rank": 1, "filename": "=1+1.png", "score": 0.1}],
    }


def test_lengths_that_differ_are_refused():
    with pytest.raises(InvalidInputError, match="1 scores for 2 filenames; give one per filename"):
        ExportRows(["a", "b"], scores=np.ones(1))


@given(st.text(max_size=8) | st.text("'=+-@\t\r", max_size=8))
def test_an_escaped_cell_is_safe_and_has_one_way_back(text):
    assert escape_cell(text)[:1] not in tuple("=+-@\t\r")
    assert unescape_cell(escape_cell(text)) == text


@pytest.mark.parametrize("name", list(FILENAME_READERS))
@settings(max_examples=50)  # the first example imports the parsers
@given(names=st.lists(filenames, min_size=1, max_size=8, unique=True))
def test_every_format_reads_back_what_it_wrote(name, names):
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / f"selection{WRITERS[name].suffix}"
        path.write_bytes(WRITERS[name].write(ExportRows(names)))
        assert read_filenames(path, format=name) == names
