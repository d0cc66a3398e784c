"""Every format of embeddings that can be read. A new one takes one module and one line here."""

from al_core.formats.embeddings.arrow import read_embeddings_arrow
from al_core.formats.embeddings.clip_retrieval import read_clip_retrieval, recognizes_clip_retrieval
from al_core.formats.embeddings.hdf5 import read_embeddings_hdf5
from al_core.formats.embeddings.json_records import read_embeddings_json, recognizes_embeddings_json
from al_core.formats.embeddings.lightly_csv import read_embeddings_csv, recognizes_embeddings_csv
from al_core.formats.embeddings.npy import read_embeddings_npy, read_embeddings_npz
from al_core.formats.embeddings.safetensors import is_safetensors, read_embeddings_safetensors
from al_core.formats.embeddings.table import EmbeddingTable
from al_core.formats.embeddings.text_matrix import read_text_matrix, recognizes_text_matrix
from al_core.formats.embeddings.vector_files import read_vector_files, recognizes_vector_files
from al_core.formats.files.arrow_table import is_arrow, is_parquet
from al_core.formats.files.hdf5_arrays import is_hdf5
from al_core.formats.files.npy import is_npy
from al_core.formats.files.npz import is_npz
from al_core.formats.files.reader import Reader, registry

EMBEDDING_READERS: dict[str, Reader[EmbeddingTable]] = registry(
    Reader(
        "npy",
        "NumPy array",
        "(samples, D) floats; the filenames come from a second file",
        (".npy",),
        is_npy,
        read_embeddings_npy,
    ),
    Reader(
        "npz",
        "NumPy archive",
        "A matrix of embeddings and the filenames as texts, under any name; or a vector per image by its filename",
        (".npz",),
        is_npz,
        read_embeddings_npz,
    ),
    Reader(
        "safetensors",
        "Safetensors",
        "A matrix (samples, D), whose filenames come from a second file, or a vector per image by its filename",
        (".safetensors",),
        is_safetensors,
        read_embeddings_safetensors,
    ),
    Reader(
        "clip-retrieval",
        "clip-retrieval folder",
        "img_emb/*.npy and metadata/*.parquet; a folder, zip or tar",
        (".zip", ".tar", ".tgz", ".gz"),
        recognizes_clip_retrieval,
        read_clip_retrieval,
    ),
    Reader(
        "vector-files",
        "Vector files",
        "One .npy file with a vector per image; a folder or tar",
        (".tar", ".tgz", ".gz"),
        recognizes_vector_files,
        read_vector_files,
    ),
    Reader(
        "parquet",
        "Parquet",
        "A column filename and one column of vectors, or columns embedding_0, embedding_1, …",
        (".parquet",),
        is_parquet,
        read_embeddings_arrow,
    ),
    Reader(
        "arrow",
        "Arrow",
        "Feather or Arrow stream, with the columns of Parquet",
        (".arrow", ".feather"),
        is_arrow,
        read_embeddings_arrow,
    ),
    Reader(
        "hdf5",
        "HDF5",
        "A matrix of floats (samples, D) and the filenames as texts, in any group",
        (".h5", ".hdf5"),
        is_hdf5,
        read_embeddings_hdf5,
    ),
    Reader(
        "json",
        "JSON embeddings",
        "One record per image: filename or filepath, and embedding; also FiftyOne's samples.json",
        (".json", ".jsonl"),
        recognizes_embeddings_json,
        read_embeddings_json,
    ),
    Reader(
        "csv",
        "CSV",
        "Lightly's filenames, embedding_0, embedding_1, …, labels; or any column of filenames and numbered columns",
        (".csv", ".tsv"),
        recognizes_embeddings_csv,
        read_embeddings_csv,
    ),
    Reader(
        "text-matrix",
        "Text of numbers",
        "One row per sample without a header: tensors.tsv of TensorFlow's projector with metadata.tsv, or np.savetxt",
        (".txt",),
        recognizes_text_matrix,
        read_text_matrix,
    ),
)
