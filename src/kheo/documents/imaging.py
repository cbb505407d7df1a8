"""Make a picture anew: upright, bounded, and without what the camera wrote into it.

Runs as a process of its own with bounded memory and time (`sandbox`): decoders of
pictures are where hostile files strike. Reads the picture from standard input; answers
with one line of JSON, then the picture, then its thumbnail.
"""

import io
import json
import resource
import sys
import warnings

from PIL import Image, ImageOps, UnidentifiedImageError

FORMATS = ("JPEG", "PNG", "WEBP")
"""JPEG includes the many-picture files of some telephones; the first one is taken."""

MOST_PIXELS = 50_000_000
MEMORY = 1024**3
SECONDS = 20
QUALITY, THUMBNAIL_QUALITY = 82, 75


class Refused(Exception):  # noqa: N818  reads as the sentence it stands for
    """The code of a refusal, one of `rules.Refusal`."""


def remake(
    content: bytes, side: int, thumbnail_side: int
) -> tuple[Image.Image, Image.Image]:
    """The picture and its thumbnail as plain colour, turned as the camera was held."""
    picture = _open(content)
    picture.draft("RGB", (side, side))
    try:
        picture.load()
    except (OSError, SyntaxError, ValueError) as error:
        raise Refused("truncated") from error
    upright = _on_white(ImageOps.exif_transpose(picture))
    upright.thumbnail((side, side), Image.Resampling.LANCZOS)
    small = upright.copy()
    small.thumbnail((thumbnail_side, thumbnail_side), Image.Resampling.LANCZOS)
    return upright, small


def encode(picture: Image.Image, quality: int) -> bytes:
    """JPEG of the pixels alone: a fresh picture has no EXIF, GPS, comment or profile."""
    bare = Image.new("RGB", picture.size)
    bare.paste(picture)
    target = io.BytesIO()
    bare.save(target, "JPEG", quality=quality, optimize=True, progressive=True)
    return target.getvalue()


def _open(content: bytes) -> Image.Image:
    try:
        picture = Image.open(io.BytesIO(content), formats=FORMATS)
    except UnidentifiedImageError as error:
        raise Refused("unreadable") from error
    except (Image.DecompressionBombError, Image.DecompressionBombWarning) as error:
        raise Refused("too_many_pixels") from error
    except (OSError, SyntaxError, ValueError) as error:
        raise Refused("truncated") from error
    if picture.width * picture.height > MOST_PIXELS:
        raise Refused("too_many_pixels")
    return picture


def _on_white(picture: Image.Image) -> Image.Image:
    """Transparent parts become paper, not black."""
    if not picture.has_transparency_data:
        return picture.convert("RGB")
    layered = picture.convert("RGBA")
    ground = Image.new("RGB", picture.size, "white")
    ground.paste(layered, mask=layered.getchannel("A"))
    return ground


def _limit() -> None:
    resource.setrlimit(resource.RLIMIT_CPU, (SECONDS, SECONDS))
    if sys.platform == "linux":
        resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))


def main() -> int:
    _limit()
    warnings.simplefilter("error", Image.DecompressionBombWarning)
    Image.MAX_IMAGE_PIXELS = MOST_PIXELS
    side, thumbnail_side = (int(word) for word in sys.argv[1:3])
    try:
        picture, small = remake(sys.stdin.buffer.read(), side, thumbnail_side)
    except Refused as refused:
        sys.stdout.write(json.dumps({"refused": str(refused)}) + "\n")
        return 0
    main_bytes, small_bytes = (
        encode(picture, QUALITY),
        encode(small, THUMBNAIL_QUALITY),
    )
    answer = {
        "width": picture.width,
        "height": picture.height,
        "lengths": [len(main_bytes), len(small_bytes)],
    }
    sys.stdout.write(json.dumps(answer) + "\n")
    sys.stdout.flush()
    sys.stdout.buffer.write(main_bytes + small_bytes)
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
