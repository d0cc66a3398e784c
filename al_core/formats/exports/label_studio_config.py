"""The labeling interface of a Label Studio project, and what to set there."""

from collections.abc import Sequence
from xml.sax.saxutils import quoteattr

from al_core.formats.exports.names import check_xml
from al_core.formats.exports.needs import Need
from al_core.formats.exports.rows import ExportRows
from al_core.formats.predictions.predictions import CLASSIFICATION, DETECTION, KEYPOINTS, MULTI_LABEL, SEGMENTATION
from al_core.text import counted

_CONTROLS = {
    CLASSIFICATION: ("Choices", "Choice"),
    MULTI_LABEL: ("Choices", "Choice"),
    DETECTION: ("RectangleLabels", "Label"),
    KEYPOINTS: ("KeyPointLabels", "Label"),
    SEGMENTATION: ("BrushLabels", "Label"),
}
"""By task: what labelers work with, and how it calls a class."""

MAX_NAMES_SHOWN = 20
"""How many classes the README names."""

_README = """\
# Label Studio: {n_tasks} tasks

1. Create a project. Paste `labeling-config.xml` into *Settings > Labeling Interface > Code*. It has
   {classes}.
2. {images}
3. Import {files}, one by one, in this order: the images most worth labeling come first.

{proposals}Every task carries its `filename`, by which al_core finds the images of what Label Studio exports later.
"""

_LOCAL_IMAGES = """\
Images are addressed as local files, `{address}`. Label Studio serves them if

   - it is started with `LABEL_STUDIO_LOCAL_FILES_SERVING_ENABLED=true` and `LABEL_STUDIO_LOCAL_FILES_DOCUMENT_ROOT=`
     the folder that holds the folder `{folder}`, not that folder itself;
   - the project has a source storage of the type *Local files* (*Settings > Cloud Storage*) whose absolute path is that
     of `{folder}`. Do not sync it: the tasks are in the files here."""

_REMOTE_IMAGES = """\
Images are addressed as `{address}`. Object storage (`s3://`, `gs://`, `azure-blob://`) has to be a source storage of
   the project (*Settings > Cloud Storage*), which signs the addresses; do not sync it. A web server has to allow
   requests from Label Studio's own address (CORS)."""

_PROPOSALS = """\
Pre-annotations are those of the model `{model}` with a confidence of {confidence:g} or more; another limit can be
chosen when the tag is exported.

"""


def labeling_config(rows: ExportRows) -> str:
    """Return the interface in which labelers choose among the classes of the export.

    Raises:
        MissingInputError: If there are no classes: Label Studio refuses an interface without any.
        InvalidInputError: If the name of one has a character that XML cannot hold.
    """
    rows.require(Need.CLASSES)
    check_xml(rows.class_names)
    control, item = _CONTROLS[rows.task]
    items = "".join(f"    <{item} value={quoteattr(name)}/>\n" for name in rows.class_names)
    image = '  <Image name="image" value="$image"/>\n'
    many = ' choice="multiple"' if rows.task == MULTI_LABEL else ""
    return f'<View>\n{image}  <{control} name="label" toName="image"{many}>\n{items}  </{control}>\n</View>\n'


def readme(rows: ExportRows, folder: str | None, address: str, files: list[str]) -> str:
    """Return what a person has to set in Label Studio.

    Args:
        rows: What is exported.
        folder: The folder that Label Studio has to serve images from; None if they have addresses elsewhere.
        address: That of the first image.
        files: The names of the files with the tasks.
    """
    images = _REMOTE_IMAGES if folder is None else _LOCAL_IMAGES
    proposals = ""
    if rows.annotations:
        proposals = _PROPOSALS.format(model=rows.annotations.model, confidence=rows.proposal_confidence)
    return _README.format(
        n_tasks=f"{len(rows.filenames):,}",
        classes=_listed(rows.class_names),
        images=images.format(address=address, folder=folder),
        files=", ".join(f"`{name}`" for name in files),
        proposals=proposals,
    )


def _listed(class_names: Sequence[str]) -> str:
    shown = ", ".join(f"`{name}`" for name in class_names[:MAX_NAMES_SHOWN])
    rest = ", …" if len(class_names) > MAX_NAMES_SHOWN else ""
    return f"{counted(len(class_names), 'class')}: {shown}{rest}"
