"""TIFF files whose descriptions lie: what microscopes' programs write there is read, and believed."""

import json
import struct
from collections.abc import Iterator

from .files_tiff import DESCRIPTION, UNDEFINED, Field, Tags, grey, long, short, text, tiff
from .hostile import HostileFile, noise

KIND = "tiff, described"
OME = '<?xml version="1.0"?>{}<OME xmlns="http://www.openmicroscopy.org/Schemas/OME/2016-06">{}</OME>'
PIXELS = '<Image ID="Image:0"><Pixels DimensionOrder="XYZCT" ID="Pixels:0" Type="uint8" {}>{}</Pixels></Image>'
SIZES = 'SizeX="8" SizeY="8" SizeC="1" SizeT="1" SizeZ="{}"'
UUID = '<TiffData IFD="0" PlaneCount="{}"><UUID FileName="{}">urn:uuid:00000000</UUID></TiffData>'
IMAGEJ = "ImageJ=1.54f\nimages={0}\nslices={0}\nhyperstack=true\nmode=grayscale\n"
LAUGHS = "".join(f'<!ENTITY a{level} "{f"&a{level - 1};" * 10}">' for level in range(1, 12))
OTHERS = ("/etc/passwd", "../../../../etc/passwd", "file:///etc/passwd", "http://127.0.0.1/", "/dev/zero", "\\\\h\\x")


def files() -> Iterator[HostileFile]:
    """All of them."""
    told = _imagej() | _ome() | _json() | _other_programs()
    for said, description in told.items():
        yield _file(said, tiff(grey() | {DESCRIPTION: text(description)}, noise(len(description), 64)))
    for said, tags in _private_tags().items():
        yield _file(said, tiff(tags, noise(len(said), 64)))


def _file(said: str, data: bytes) -> HostileFile:
    return HostileFile(f"described-{said.replace(' ', '-')}.tif", KIND, data, said)


def _imagej() -> dict[str, str]:
    return {
        **{f"ImageJ of {count} images": IMAGEJ.format(count) for count in (0, -1, 3, 10**9, 2**63, 10**30)},
        "ImageJ of half an image": IMAGEJ.format(0.5),
        "ImageJ of words": IMAGEJ.format("many"),
        "ImageJ channels that multiply": "ImageJ=1\nimages=1\nchannels=99999\nslices=99999\nframes=99999\n",
        "ImageJ of 50000 lines": "ImageJ=1\n" + "".join(f"key{line}={line}\n" for line in range(50_000)),
    }


def _ome() -> dict[str, str]:
    bomb = f'<!DOCTYPE x [<!ENTITY a0 "ha">{LAUGHS}]>'
    outside = '<!DOCTYPE x [<!ENTITY e SYSTEM "file:///etc/passwd">]>'
    elsewhere = '<!DOCTYPE x SYSTEM "http://127.0.0.1/x.dtd">'
    size, one = SIZES.format(1), UUID.format(1, "x.tif")
    return {
        "OME with a billion laughs": OME.format(bomb, PIXELS.format(size, "&a11;")),
        "OME with a quadratic entity": OME.format(f'<!DOCTYPE x [<!ENTITY b "{"b" * 9999}">]>', "&b;" * 9999),
        "OME with a file as an entity": OME.format(outside, f"<Description>&e;</Description>{PIXELS}"),
        "OME with a schema elsewhere": OME.format(elsewhere, PIXELS.format(size, one)),
        **{f"OME naming {place}": OME.format("", PIXELS.format(SIZES.format(2), UUID.format(2, other)))
           for place, other in enumerate(OTHERS)},
        **{f"OME of {count} planes": OME.format("", PIXELS.format(SIZES.format(count), "<TiffData/>"))
           for count in (0, -5, 10**9, 10**30)},
        "OME of 8000 levels": OME.format("", "<a>" * 8000 + "</a>" * 8000),
        "OME cut off": OME.format("", PIXELS.format(size, one))[:200] + "OME>",
        "OME plane beyond": OME.format("", PIXELS.format(size, '<TiffData IFD="4000000000" FirstZ="99999"/>')),
        "OME of 20000 planes told": OME.format("", PIXELS.format(SIZES.format(20000), UUID.format(1, "y") * 20000)),
    }  # fmt: skip


def _json() -> dict[str, str]:
    return {
        "shape of a billion": json.dumps({"shape": [10**9, 8, 8]}),
        "shape that overflows": json.dumps({"shape": [2**32, 2**32]}),
        "shape negative": json.dumps({"shape": [-1, 8, 8]}),
        "shape of words": json.dumps({"shape": ["a", {}]}),
        "shape of 40 axes": json.dumps({"shape": [1] * 40 + [8, 8]}),
        "axes that do not fit": json.dumps({"shape": [8, 8], "axes": "QQQQQQ", "truncated": True}),
        "JSON of 100000 levels": '{"shape": ' + "[" * 100_000,
        "number of 100000 digits": '{"shape": [' + "9" * 100_000 + "]}",
        "old shape": "shape=(1000000000,8,8)",
        "a megabyte of words": "word " * 200_000,
    }


def _other_programs() -> dict[str, str]:
    return {
        "Aperio": "Aperio Image Library v11\r\n8x8 -> 99999x99999|AppMag = many|MPP = x",
        "Philips": "<?xml version='1.0'?><DataObject ObjectType='DPUfsImport'>" + "<Attribute/>" * 999,
        "ScanImage": "state.configName = ''\r\nstate.acq.numberOfFrames=99999999999\r\n",
        "MetaSeries": "<MetaData><prop id='x' type='int' value='many'/></MetaData>",
        "FluoView": "<?xml version='1.0'?><FluoView>" + "&lt;" * 5000,
        "Pilatus": "# Pixel_size 1e999 m x nan m\n# Detector: " + "x" * 5000,
        "a formula": "=cmd|'/c calc'!A1",
        "a script": "<script>alert(1)</script><img src=x onerror=alert(1)>",
        "marks that turn the line": "\u202egnp.\u2066 ‮evil\x1b[31m\x07",
        "format codes": "%s%n%d {0.__class__.__mro__} ${jndi:ldap://127.0.0.1/x}",
    }


def _private_tags() -> dict[str, Tags]:
    plain = grey()
    return {
        "ImageJ metadata of 4 GB": plain | {50838: long(12, 2**32 - 1), 50839: Field(1, b"IJIJlabl" + b"\xff" * 8)},
        "ImageJ metadata of a million": plain
        | {DESCRIPTION: text(IMAGEJ.format(3)), 50838: Field(4, (12, 8), 10**6), 50839: Field(1, b"JIJIlabl" * 2)},
        "STK of 2 billion planes": plain | {33629: Field(5, (1, 1), 2**31 - 1), 33628: long(2**31)},
        "LSM that breaks off": plain | {34412: Field(1, struct.pack("<II", 0x00400494C, 9999) + b"\xff" * 40)},
        "GeoTIFF of 65535 keys": plain | {34735: short(1, 1, 0, 65535, 1024, 34736, 9, 65535)},
        "GDAL": plain | {42112: text("<GDALMetadata>" + "<Item>" * 3000), 42113: text("nan" * 99)},
        "NDPI at 2^32": plain | {65420: long(1), 65324: long(2**32 - 1), 65325: long(2**32 - 1)},
        "MicroManager": plain | {51123: text('{"Width": 999999999, "Frames": 999999999}')},
        "Photoshop that breaks off": plain | {34377: Field(UNDEFINED, b"8BIM\x04\x04\0\0\xff\xff\xff\xff" * 9)},
        "XMP with a billion laughs": plain
        | {
            700: Field(1, f'<!DOCTYPE x [<!ENTITY a0 "ha">{LAUGHS}]><x:xmpmeta xmlns:x="adobe:ns:meta/">&a11;'.encode())
        },
        "description of numbers": plain | {DESCRIPTION: long(1, 2, 3)},
        "description not of letters": plain | {DESCRIPTION: Field(2, bytes(range(128, 256)) * 9)},
        "date of no time": plain | {306: text("9999:99:99 99:99:99\xff")},
        "NIH header": plain | {43314: Field(1, b"\xff" * 430)},
        "TVIPS header": plain | {37706: Field(1, struct.pack("<I", 2) + b"\xff" * 90)},
        "FEI header of entities": plain | {34682: text(f'<!DOCTYPE x [<!ENTITY a0 "ha">{LAUGHS}]><x>&a11;</x>')},
    }
