import csv
import io
import json

import numpy as np
import pytest

from al_core.formats import ExportRows, write_csv, write_json, write_txt


def test_every_line_of_a_text_file_ends_with_a_newline() -> None:
    assert write_txt(ExportRows(["b.png", "ü.png"])) == "b.png\nü.png\n".encode()


def test_csv_has_rank_filename_and_score() -> None:
    rows = ExportRows(["b.png", "a,b.png"], scores=np.array([0.5, np.nan]), ranks=[1, None])
    assert write_csv(rows) == b'rank,filename,score\r\n1,b.png,0.5\r\n,"a,b.png",\r\n'


@pytest.mark.parametrize("first", ["=", "+", "-", "@", "\t", "\r", "＝"])
def test_no_cell_of_a_csv_starts_as_a_formula(first: str) -> None:
    content = write_csv(ExportRows([f"{first}1+1.png"])).decode()
    cell = list(csv.reader(io.StringIO(content, newline="")))[1][1]
    assert cell == f"'{first}1+1.png"


def test_markup_in_a_filename_is_written_as_it_is() -> None:
    assert b"<script>.png" in write_csv(ExportRows(["<script>.png"]))


def test_json_keeps_names_scores_and_metadata_exactly() -> None:
    rows = ExportRows(["=1+1.png"], scores=np.array([0.1], dtype=np.float64), metadata={"tag": "round-1", "seed": 7})
    assert json.loads(write_json(rows)) == {
        "metadata": {"tag": "round-1", "seed": 7},
        "samples": [{"rank": 1, "filename": "=1+1.png", "score": 0.1}],
    }
