"""Pictures for addresses that can never load: hosts under `.example` are reserved (RFC 2606).

The demo newsroom uses such hosts, so the board draws a picture in their place: the same one for the
same address, for ever.
"""

import hashlib
from urllib.parse import urlsplit

_WIDTH, _HEIGHT = 480, 270


def picture_of(url: str) -> str:
    """Where the page fetches the picture of an address: its own drawing for `.example`, else there."""
    host = urlsplit(url).hostname or ""
    if host != "example" and not host.endswith(".example"):
        return url
    return f"/picture/{hashlib.sha256(url.encode()).hexdigest()[:16]}.svg"


def draw_picture(name: str) -> str:
    """An SVG landscape or pattern in two hues, wholly given by the name."""
    seed = hashlib.sha256(name.encode()).digest()
    hue, other = seed[0] * 360 // 256, (seed[0] * 360 // 256 + 28 + seed[1] % 60) % 360
    motif = (_hills, _circles, _towers)[seed[2] % 3]
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {_WIDTH} {_HEIGHT}" '
        f'width="{_WIDTH}" height="{_HEIGHT}"><defs>'
        f'<linearGradient id="sky" x1="0" y1="0" x2="{seed[3] % 2}" y2="1">'
        f'<stop offset="0" stop-color="hsl({hue} 52% 46%)"/>'
        f'<stop offset="1" stop-color="hsl({other} 68% 74%)"/></linearGradient></defs>'
        f'<rect width="100%" height="100%" fill="url(#sky)"/>{motif(seed[4:], hue)}</svg>'
    )


def _hills(seed: bytes, hue: int) -> str:
    sun = (
        f'<circle cx="{90 + seed[0] * 300 // 256}" cy="{60 + seed[1] // 5}" r="{26 + seed[2] // 12}" '
        f'fill="hsl({(hue + 40) % 360} 90% 90%)" opacity=".9"/>'
    )
    layers = []
    for layer in range(3):
        top = 140 + layer * 38
        left, middle, right = (top - seed[3 + layer * 3 + i] // 4 for i in range(3))
        layers.append(
            f'<path d="M0 {left + 30} C 120 {left}, 150 {middle + 20}, 240 {middle} '
            f'S 400 {right + 40}, {_WIDTH} {right} V {_HEIGHT} H 0 Z" '
            f'fill="hsl({(hue + 12 * layer) % 360} 42% {38 - layer * 9}%)"/>'
        )
    return sun + "".join(layers)


def _circles(seed: bytes, hue: int) -> str:
    return "".join(
        f'<circle cx="{seed[i] * _WIDTH // 256}" cy="{seed[i + 1] * _HEIGHT // 256}" '
        f'r="{24 + seed[i + 2] // 3}" fill="hsl({(hue + seed[i + 2] // 3) % 360} 70% 66%)" '
        f'opacity="{0.25 + seed[i] % 40 / 100:.2f}"/>'
        for i in range(0, 24, 3)
    )


def _towers(seed: bytes, hue: int) -> str:
    width = _WIDTH // 12
    return "".join(
        f'<rect x="{i * width}" y="{_HEIGHT - 40 - seed[i] * 150 // 256}" width="{width - 6}" '
        f'height="{_HEIGHT}" rx="5" fill="hsl({(hue + seed[i] // 6) % 360} 45% {24 + seed[i] % 22}%)" '
        f'opacity=".88"/>'
        for i in range(12)
    )
