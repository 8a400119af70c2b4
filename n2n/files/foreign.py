"""Formats of others, which are not read, and how to export them."""

from pathlib import PurePath

# Formats that are not read, and what to do instead.
FIJI = "open it in Fiji (File > Import > Bio-Formats) and save it as OME-TIFF"
FOREIGN = {
    ".czi": ("Zeiss's own format", FIJI),
    ".nd2": ("Nikon's own format", FIJI),
    **dict.fromkeys((".lif", ".lof", ".xlef"), ("Leica's own format", FIJI)),
    **dict.fromkeys((".oib", ".oif", ".vsi"), ("Olympus's own format", FIJI)),
    ".ims": ("Imaris's own format", FIJI),
    **dict.fromkeys((".dm3", ".dm4"), ("Gatan's own format", FIJI)),
    **dict.fromkeys(
        (".mrc", ".mrcs", ".st"),
        ("MRC", "open it in Fiji and save it as TIFF, or: numpy.save('x.npy', mrcfile.read('x.mrc'))"),
    ),
    **dict.fromkeys(
        (".fits", ".fit", ".fts"),
        (
            "FITS",
            "open it in Fiji and save it as TIFF, or in Python: numpy.save('x.npy', astropy.io.fits.getdata('x.fits'))",
        ),
    ),
    **dict.fromkeys(
        (".dcm", ".dicom"),
        (
            "DICOM",
            "open it in Fiji and save it as TIFF, or: numpy.save('x.npy', pydicom.dcmread('x.dcm').pixel_array)",
        ),
    ),
}


def how_to_export(name: str | PurePath) -> str | None:
    """For a file, by its ending, in a format that is known but not read: a sentence that says how to export it."""
    path = PurePath(name)
    known = FOREIGN.get(path.suffix.lower())
    return f"'{path.name}' is in {known[0]}, which is not read here: {known[1]}" if known else None
