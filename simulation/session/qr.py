"""An address as a QR code, drawn as SVG that stands in a page."""

import functools

import segno
from markupsafe import Markup


@functools.lru_cache(maxsize=64)
def qr(address: str) -> Markup:
    """The QR code of an address: dark on white with its quiet zone, as wide as the page makes it.

    >>> qr("http://10.0.0.1:8766/s/KXTR7MPQ")[:26]
    Markup('<svg viewBox="0 0 37 37" c')
    """
    code = segno.make(address, error="m", micro=False)
    return Markup(code.svg_inline(omitsize=True, dark="#000", light="#fff", svgclass="qr", lineclass=None))
