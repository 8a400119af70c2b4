"""OME-XML, which tells the axes of a TIFF file, adapted to a file that holds one picture with its planes in order."""

import math
from xml.etree import ElementTree

from .layout import Layout

LETTERS = "TZC"
TYPES = {"float32": "float", "float64": "double"}  # the others have numpy's names
TYPED = (*TYPES, "uint8", "int8", "uint16", "int16", "uint32", "int32")


def rewritten(xml: bytes, layout: Layout, byteorder: str, dtype: str) -> bytes | None:
    """The description for a file of this layout: of the first image, with sizes, order and places of the planes said
    anew; None where it cannot hold them. Raises ElementTree.ParseError for what is no XML.
    """
    ahead = layout.axes.replace("Y", "").replace("X", "").replace("S", "")
    root = ElementTree.fromstring(xml)
    space = root.tag.removesuffix("OME")
    image = root.find(f"{space}Image")
    pixels = None if image is None else image.find(f"{space}Pixels")
    if (
        image is None
        or pixels is None
        or set(ahead) - set(LETTERS)
        or len(set(ahead)) < len(ahead)
        or dtype not in TYPED
    ):
        return None
    for other in root.findall(f"{space}Image")[1:]:
        root.remove(other)
    root.attrib.pop("UUID", None)  # of the old file
    sizes = dict(zip(layout.axes, layout.shape))
    same = all(pixels.get(f"Size{letter}") == str(sizes.get(letter, 1)) for letter in "TZ")
    old, kept = (pixels.get("DimensionOrder") or "XYCZT")[2:], ahead[::-1]
    in_order = kept == "".join(letter for letter in old if letter in ahead)
    order = old if in_order else kept + "".join(letter for letter in old if letter not in ahead)
    changed = {f"Size{letter}": str(sizes.get(letter, 1)) for letter in "XYZT"} | {"SizeC": str(layout.channels)}
    changed |= {"DimensionOrder": f"XY{order}", "BigEndian": str(byteorder == ">").lower()}
    changed |= {"Type": TYPES.get(dtype, dtype)}
    pixels.attrib.update(changed)
    for child in list(pixels):
        name = child.tag.removeprefix(space)
        if name in ("TiffData", "BinData", "MetadataOnly") or (name == "Plane" and not same):
            pixels.remove(child)
    channels = len(pixels.findall(f"{space}Channel"))
    planes = math.prod(sizes.get(letter, 1) for letter in LETTERS)
    pixels.insert(channels, ElementTree.Element(f"{space}TiffData", {"IFD": "0", "PlaneCount": str(planes)}))
    ElementTree.register_namespace("", space.strip("{}"))
    return bytes(ElementTree.tostring(root, "UTF-8", xml_declaration=True))
