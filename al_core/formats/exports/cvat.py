from itertools import chain
from xml.etree import ElementTree

from al_core.formats.exports.addresses import path_in_storage
from al_core.formats.exports.mask_forms import cvat_run_lengths, extent_of
from al_core.formats.exports.names import check_xml
from al_core.formats.exports.rows import ExportRows
from al_core.formats.predictions.annotations import Annotations


def write_cvat(rows: ExportRows) -> bytes:
    """Return "CVAT for images 1.1" XML: boxes, points or masks in pixels, or the most probable class as a tag.

    CVAT finds an image by its path in the share or in the cloud storage of the task, which `image_prefix` begins.

    Raises:
        MissingInputError: If there are no predictions, or an image is not in the images folder.
        InvalidInputError: If a name has a character that XML cannot hold.
    """
    annotations = rows.proposals()
    check_xml(chain(rows.filenames, rows.class_names))
    root = ElementTree.Element("annotations")
    ElementTree.SubElement(root, "version").text = "1.1"
    root.append(_meta(rows))
    for position, (name, (width, height)) in enumerate(zip(rows.filenames, rows.sizes, strict=True)):
        path = path_in_storage(rows.choices.image_prefix, name)
        about = {"id": str(position), "name": path, "width": str(width), "height": str(height)}
        image = ElementTree.SubElement(root, "image", about)
        _annotate(image, annotations, position, width, height)
    # Without a declaration XML is UTF-8, and labelformat cannot read a file that declares it.
    content: bytes = ElementTree.tostring(root, encoding="utf-8", xml_declaration=False)
    return content


def _meta(rows: ExportRows) -> ElementTree.Element:
    meta = ElementTree.Element("meta")
    task = ElementTree.SubElement(meta, "task")
    ElementTree.SubElement(task, "name").text = str(rows.metadata.get("tag", "selection"))
    ElementTree.SubElement(task, "size").text = str(len(rows.filenames))
    ElementTree.SubElement(task, "mode").text = "annotation"
    labels = ElementTree.SubElement(task, "labels")
    for name in rows.class_names:
        label = ElementTree.SubElement(labels, "label")
        ElementTree.SubElement(label, "name").text = name
        ElementTree.SubElement(label, "attributes")
    return meta


def _annotate(image: ElementTree.Element, annotations: Annotations, position: int, width: int, height: int) -> None:
    for name, _ in annotations.classes_of(position):
        ElementTree.SubElement(image, "tag", {"label": name, "source": "auto"})
    for relative_box in annotations.boxes_of(position):
        box = relative_box.scaled(width, height)
        # Top left and bottom right, as edges of pixels from 0; CVAT itself writes two decimals.
        corners = {"xtl": box.x0, "ytl": box.y0, "xbr": box.x1, "ybr": box.y1}
        places = {name: f"{value:.2f}" for name, value in corners.items()}
        about = {"label": annotations.class_names[box.label], "source": "auto", "occluded": "0", "z_order": "0"}
        ElementTree.SubElement(image, "box", about | places)
    for mask in annotations.objects_of(position, (width, height)):
        pixels = mask.pixels()
        place = {name: str(value) for name, value in extent_of(pixels)._asdict().items()}
        about = {"label": annotations.class_names[mask.label], "source": "auto", "occluded": "0", "z_order": "0"}
        # Scaled down, a thin mask may have lost all its pixels.
        if pixels.any():
            ElementTree.SubElement(image, "mask", about | {"rle": cvat_run_lengths(pixels)} | place)
    for keypoints in annotations.keypoints_of(position, (width, height)):
        points = ";".join(f"{x:.2f},{y:.2f}" for _, (x, y, _) in keypoints.visible_points)
        about = {"label": annotations.class_names[keypoints.label], "source": "auto", "occluded": "0"}
        # An object without a visible point has no place; CVAT refuses an empty list.
        if points:
            ElementTree.SubElement(image, "points", about | {"points": points, "z_order": "0"})
