"""Forty-eight files that somebody uploads as a photo and should not: by name, the name it is called, its bytes."""

from __future__ import annotations

import gzip
import io
import struct
import zipfile
import zlib
from collections.abc import Iterator

from PIL import Image, PngImagePlugin

POSITION = b"54.3217"
"""What betrays that metadata was kept."""
SVG = b"<svg xmlns='http://www.w3.org/2000/svg' onload='alert(1)'><script>alert(2)</script></svg>"
HTML = b"<!doctype html><script>alert(1)</script>"


def image(kind: str, mode: str = "RGB", size: tuple[int, int] = (32, 24), **options: object) -> bytes:
    """An ordinary picture of that kind."""
    written = io.BytesIO()
    Image.new(mode, size).save(written, kind, **options)
    return written.getvalue()


def chunk(kind: bytes, data: bytes) -> bytes:
    """A chunk of a PNG, its checksum right."""
    return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))


def png(width: int, height: int, *, depth: int = 8, colour: int = 2, data: bytes = b"", more: bytes = b"") -> bytes:
    """A PNG that says whatever it likes about itself."""
    header = struct.pack(">IIBBBBB", width, height, depth, colour, 0, 0, 0)
    body = chunk(b"IHDR", header) + more + chunk(b"IDAT", zlib.compress(data)) + chunk(b"IEND", b"")
    return b"\x89PNG\r\n\x1a\n" + body


def positioned() -> bytes:
    """A JPEG that knows where it was taken."""
    exif = Image.Exif()
    exif[0x010E] = POSITION.decode()
    exif.get_ifd(0x8825).update({1: "N", 2: (54.0, 19.0, 18.0), 3: "E", 4: (10.0, 8.0, 0.0)})
    return image("JPEG", exif=exif.tobytes(), comment=POSITION, xmp=b"<x:xmpmeta>" + POSITION + b"</x:xmpmeta>")


def animated(frames: int) -> bytes:
    """A GIF of many frames, with a comment."""
    written = io.BytesIO()
    pictures = [Image.new("P", (8, 8), number % 256) for number in range(frames)]
    pictures[0].save(written, "GIF", save_all=True, append_images=pictures[1:], comment=POSITION)
    return written.getvalue()


def told(data: bytes) -> bytes:
    """A PNG with the position in its texts."""
    info = PngImagePlugin.PngInfo()
    info.add_text("GPS", POSITION.decode())
    info.add_itxt("XML:com.adobe.xmp", POSITION.decode())
    written = io.BytesIO()
    Image.open(io.BytesIO(data)).save(written, "PNG", pnginfo=info)
    return written.getvalue()


def zipped(data: bytes) -> bytes:
    """An archive."""
    written = io.BytesIO()
    with zipfile.ZipFile(written, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("photo.jpg", data)
    return written.getvalue()


def uploads() -> Iterator[tuple[str, str, bytes]]:
    """What it is, what it is called, and its bytes."""
    jpeg, plain, gif, webp = image("JPEG"), image("PNG"), image("GIF", "P"), image("WEBP")
    # No picture at all.
    yield "nothing", "a.jpg", b""
    yield "one byte", "a.jpg", b"\xff"
    yield "script in a drawing", "a.svg", SVG
    yield "drawing called photo", "a.jpg", SVG
    yield "packed drawing", "a.svgz", gzip.compress(SVG)
    yield "page", "a.html", HTML
    yield "page called photo", "a.png", HTML
    yield "script", "a.js", b"alert(1)"
    yield "PHP", "a.php.jpg", b"<?php system($_GET['c']); ?>"
    yield "shell", "a.sh", b"#!/bin/sh\nrm -rf /\n"
    yield "program", "a.jpg", b"\x7fELF" + bytes(200)
    yield "Windows program", "a.jpg.exe", b"MZ" + bytes(200)
    yield "archive", "a.zip", zipped(jpeg)
    yield "archive bomb", "a.jpg", zipped(bytes(2_000_000))
    yield "document", "a.pdf", b"%PDF-1.7\n1 0 obj<</OpenAction<</S/JavaScript/JS(app.alert(1))>>>>endobj"
    yield "PostScript", "a.eps", b"%!PS-Adobe-3.0 EPSF-3.0\n%%BoundingBox: 0 0 9 9\n(/etc/passwd) (r) file\n"
    yield "ImageMagick script", "a.mvg", b"push graphic-context\nimage over 0,0 0,0 'url(http://127.0.0.1/)'"
    yield "bitmap", "a.bmp", image("BMP")
    yield "TIFF", "a.tiff", image("TIFF")
    yield "icon", "a.ico", image("ICO", size=(16, 16))
    yield "PPM", "a.ppm", image("PPM")
    # Broken ones.
    yield "PNG's head alone", "a.png", plain[:8]
    yield "PNG cut", "a.png", plain[:-20]
    yield "PNG with a wrong checksum", "a.png", plain[:40] + b"\0\0\0\0" + plain[44:]
    yield "PNG without data", "a.png", png(10, 10)
    yield "PNG of no width", "a.png", png(0, 10)
    yield "PNG of an unknown colour", "a.png", png(10, 10, colour=7)
    yield "JPEG cut", "a.jpg", jpeg[: len(jpeg) // 2]
    yield "JPEG's head alone", "a.jpg", jpeg[:4]
    yield "JPEG of nonsense", "a.jpg", jpeg[:20] + bytes(range(256)) * 4
    yield "GIF cut", "a.gif", gif[:20]
    yield "GIF of no size", "a.gif", b"GIF89a\0\0\0\0\0\0\0;"
    yield "WebP cut", "a.webp", webp[:24]
    yield "WebP that lies about its length", "a.webp", webp[:4] + b"\xff\xff\xff\x7f" + webp[8:]
    # Bombs.
    yield "PNG of 400 million pixels", "a.png", png(20_000, 20_000)
    yield "PNG of 2 billion pixels in a line", "a.png", png(2**31 - 1, 1)
    yield (
        "PNG with a text of 50 MB",
        "a.png",
        png(1, 1, more=chunk(b"zTXt", b"a\0\0" + zlib.compress(bytes(50_000_000)))),
    )
    yield (
        "PNG with a profile of 50 MB",
        "a.png",
        png(1, 1, more=chunk(b"iCCP", b"a\0\0" + zlib.compress(bytes(50_000_000)))),
    )
    yield "GIF of 65,535 by 65,535", "a.gif", b"GIF89a\xff\xff\xff\xff\0\0\0,\0\0\0\0\xff\xff\xff\xff\0\x02\x02D\x01\0;"
    # Pictures with something else in them.
    yield "position in a JPEG", "a.jpg", positioned()
    yield "position in a PNG", "a.png", told(plain)
    yield "comment in an animation", "a.gif", animated(40)
    yield "page behind a JPEG", "a.jpg", jpeg + HTML + POSITION
    yield "archive behind a PNG", "a.png", plain + zipped(POSITION)
    yield "page in a JPEG's comment", "a.html", image("JPEG", comment=HTML + POSITION)
    # Pictures with a hostile name.
    yield "a path as name", "../../../etc/cron.d/fieldwright", jpeg
    yield "a script as name", "<script>alert(1)</script>.jpg\r\nX-Evil: 1", plain
    yield "an endless name", "a" * 5000 + ".jpg", webp
