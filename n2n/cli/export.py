"""`export`: takes a net to other programs."""

import argparse
from pathlib import Path

from ..export import issue, write_bioimage, write_folder, write_onnx
from . import options as shared

ALLOWED = "a .onnx file, a .bioimage.zip, or a folder (no ending)"


def add_options(parser: argparse.ArgumentParser) -> None:
    """Adds the options of `export`."""
    parser.description = (
        "Takes a net to other programs. NAME.onnx runs in any ONNX runtime, on pictures of any size in the unit of "
        "your files, and is compared with the net before it is written. NAME.bioimage.zip is a package of BioImage.IO "
        "0.5, which Fiji's deepImageJ, ilastik and others read. A folder is ready for the Hugging Face Hub, and "
        "`--weights FOLDER` or `--weights user/repo` reads it again."
    )
    parser.add_argument("weights", metavar="WEIGHTS", help="shipped name, .safetensors, or a .pth with a state dict")
    parser.add_argument("-o", "--out", type=Path, required=True, metavar="OUT", help=ALLOWED)
    shared.add_range(parser)
    parser.add_argument("--grey", action="store_true", help="a net for colour takes grey pictures, of one channel")
    parser.add_argument("--author", action="append", default=[], metavar="NAME", help="who made it; may be repeated")
    parser.add_argument("--license", metavar="SPDX", help="terms of the weights, such as CC-BY-4.0")
    shared.add_residual(parser)
    parser.add_argument("--force", action="store_true", help="overwrite")


def run(options: argparse.Namespace) -> int:
    """Writes the file or the folder, and prints what is in it."""
    out, ending = options.out, options.out.suffix.lower()
    if ending not in (".onnx", ".zip", "") or (ending and out.is_dir()):
        raise ValueError(f"cannot export to '{out}'; allowed: {ALLOWED}")
    if out.exists() and not options.force:
        raise FileExistsError(f"'{out}' exists; give another name or --force")
    if ending and not out.parent.is_dir():
        raise FileNotFoundError(f"no folder '{out.parent}'; make it first")
    print(f"{out}: {_folder(options) if not ending else _file(options)}")
    return 0


def _file(options: argparse.Namespace) -> str:
    passport = issue(
        options.weights,
        residual=options.residual,
        asked=options.range,
        grey=options.grey,
        authors=tuple(options.author),
        license=options.license,
    )
    channels = f"{passport.channels} channel{'s' * (passport.channels > 1)}"
    takes = f"{channels}, black at {passport.limits.black:.6g} and white at {passport.limits.white:.6g}"
    if options.out.suffix.lower() == ".zip":
        write_bioimage(passport, options.out)
        return f"a valid package of BioImage.IO; {takes}"
    worst = write_onnx(passport, options.out)
    return f"float32 (N, C, H, W) of any size; {takes}; at most {worst:.1g} of white from the net"


def _folder(options: argparse.Namespace) -> str:
    if options.range or options.grey:
        raise ValueError("--range and --grey are for .onnx and .zip; a folder keeps the weights as they are")
    if options.out.is_file():
        raise ValueError(f"'{options.out}' is a file; allowed: {ALLOWED}")
    about = {"authors": tuple(options.author), "license": options.license}
    write_folder(options.weights, options.out, residual=options.residual, **about)
    return "weights, configuration and card for the Hugging Face Hub"
