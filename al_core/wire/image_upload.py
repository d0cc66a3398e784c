import io
import tempfile
from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal, NoReturn

from al_core.exceptions import AlreadyExistsError
from al_core.types import Progress
from al_core.wire.connection import Connection

if TYPE_CHECKING:
    from al_core.embedding import EmbeddingModel
    from al_core.embedding.checkpoint import EmbeddedImages

# Marks an upload as ours, so that no other client's is continued.
METHOD = "al-core embed"
# Sending waits for the network and making thumbnails for a core: a few threads hide the one behind the other.
THREADS = 4
IMAGES_AT_ONCE = 64


class ImageUpload:
    """An upload of embedded images to one dataset of a server; it resumes where an interrupted one stopped.

    The server records the progress, so that the rest may come from any machine that has the images.

    Args:
        connection: To the server.
        dataset_name: A new name, or that of a dataset whose upload was interrupted, or is complete.

    Attributes:
        is_complete: Whether an earlier run has sent everything.

    Raises:
        AlreadyExistsError: If there is another dataset of that name.
    """

    def __init__(self, connection: Connection, dataset_name: str) -> None:
        self._connection = connection
        self._name = dataset_name
        self._dataset_id: str | None = None
        self._n_done = 0
        self.is_complete = False
        for dataset in connection.get("/datasets"):
            if dataset["name"] == dataset_name:
                self._resume(dataset)

    def _resume(self, dataset: Mapping[str, Any]) -> None:
        status = dataset["upload"] or {}
        if status.get("uploadMethod") != METHOD:
            empty = "" if dataset["nSamples"] else ", which is empty; if nobody else is filling it, delete it there"
            raise self._taken(empty)
        self._dataset_id = dataset["id"]
        self._n_done = status["processed"]
        self.is_complete = status["processed"] == status["total"]

    def _taken(self, addition: str = "") -> AlreadyExistsError:
        place = f"named '{self._name}' on {self._connection.server}{addition}"
        return AlreadyExistsError(f"there is already a dataset {place}; choose another name")

    def sent_before(self, folder: Path, model_name: str) -> list[str]:
        """Return the filenames of a complete upload, which may be one whose end the client did not hear of.

        Raises:
            AlreadyExistsError: If the folder has other images of these names, or another model embedded them.
        """
        from al_core.embedding.images import file_digests
        from al_core.store.files import array_digest
        from al_core.store.kinds import Kind

        filenames: list[str] = self._connection.get(f"/datasets/{self._dataset_id}/mappings", field="fileName")
        arrays = self._connection.get(f"/datasets/{self._dataset_id}/arrays")
        contents = {record["digest"] for record in arrays if record["kind"] == Kind.DIGEST}
        models = {record["name"] for record in arrays if record["kind"] == Kind.EMBEDDING}
        is_there = all((folder / name).is_file() for name in filenames)
        if model_name not in models or not is_there or contents != {array_digest(file_digests(folder, filenames))}:
            raise self._taken()
        return filenames

    def send_embeddings(self, images: "EmbeddedImages", model: "EmbeddingModel") -> None:
        """Create the dataset with the embedding, the metadata and the digests of its images, unless that is done."""
        from al_core.wire.arrow_body import write_images

        n_images = len(images.filenames)
        if self._dataset_id is None:
            # Marked with its first breath: one without a mark would keep its name from whoever tries again.
            body = {"name": self._name, "upload": self._status(n_images)}
            self._dataset_id = self._connection.send("POST", "/datasets", body)["id"]
        if self._has_embeddings(images, model.name):
            return
        with tempfile.TemporaryFile() as file:
            write_images(file, images, model.facts)
            file.seek(0)
            self._connection.send("PUT", f"/datasets/{self._dataset_id}/embeddings/images", file, name=model.name)

    def _has_embeddings(self, images: "EmbeddedImages", model_name: str) -> bool:
        """Return whether an interrupted upload has sent the embeddings; raise if they are of others."""
        from al_core.store.files import array_digest
        from al_core.store.kinds import Kind

        filenames = self._connection.get(f"/datasets/{self._dataset_id}/mappings", field="fileName")
        arrays = self._connection.get(f"/datasets/{self._dataset_id}/arrays") if filenames else []
        contents = {record["digest"] for record in arrays if record["kind"] == Kind.DIGEST}
        models = {record["name"] for record in arrays if record["kind"] == Kind.EMBEDDING}
        # Cameras number their images alike: files of the same names may be another person's.
        if filenames and (filenames != images.filenames or contents - {array_digest(images.digests)}):
            self._refuse("has other images")
        if models - {model_name}:
            self._refuse(f"is embedded by {', '.join(sorted(models))}, not by {model_name}")
        return bool(models)

    def _refuse(self, difference: str) -> NoReturn:
        raise AlreadyExistsError(
            f"the interrupted upload of '{self._name}' to {self._connection.server} {difference}; delete "
            "that dataset there, or choose another name"
        )

    def send_images(
        self, folder: Path, filenames: list[str], kind: Literal["thumbnail", "full", "none"], progress: Progress
    ) -> None:
        """Send what is still missing of the images or their thumbnails.

        Args:
            folder: Holds the images.
            filenames: Those of the dataset in row order.
            kind: What to send of each.
            progress: Called with (images done, images to do in this run).
        """
        ids = self._connection.get(f"/datasets/{self._dataset_id}/mappings", field="_id")
        # Without images to send, all that is left is to say that the upload is complete.
        first = len(ids) if kind == "none" else self._n_done

        def send(sample_id: str, filename: str) -> None:
            self._send_image(sample_id, folder / filename, kind)

        with ThreadPoolExecutor(THREADS) as pool:
            # Part by part: the progress is one number, so everything before it must have arrived.
            for start in range(first, len(ids), IMAGES_AT_ONCE):
                part = slice(start, start + IMAGES_AT_ONCE)
                # A list, because map raises a failure only when its result is looked at.
                list(pool.map(send, ids[part], filenames[part]))
                self._n_done = start + len(ids[part])
                self._note(len(ids))
                progress(self._n_done - first, len(ids) - first)
        self._n_done = len(ids)
        self._note(len(ids))

    def _send_image(self, sample_id: str, path: Path, kind: str) -> None:
        from al_core.steps.sample_image import make_thumbnail

        body = path.read_bytes() if kind == "full" else make_thumbnail(path)
        if body is None:
            return
        is_thumbnail = "true" if kind == "thumbnail" else "false"
        address = f"/datasets/{self._dataset_id}/samples/{sample_id}/writeurl"
        url = self._connection.get(address, isThumbnail=is_thumbnail)
        # By the address that this client knows, which need not be the one that the server has for itself.
        self._connection.send("PUT", url.partition("/v1")[2], io.BytesIO(body))

    def _note(self, total: int) -> None:
        self._connection.send("PUT", f"/datasets/{self._dataset_id}/registerDatasetUpload", self._status(total))

    def _status(self, total: int) -> dict[str, Any]:
        return {"total": total, "processed": self._n_done, "uploadMethod": METHOD}
