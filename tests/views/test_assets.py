"""What the browser loads: vendored files as published, nothing from elsewhere, nothing inline, readable colours."""

from __future__ import annotations

import hashlib
import json
import re
from pathlib import Path

import pytest

WEBAPP = Path(__file__).resolve().parents[2] / "webapp"
STATIC = WEBAPP / "static"
TEMPLATES = sorted((WEBAPP / "templates").rglob("*.html"))
STYLES = sorted((STATIC / "css").rglob("*.css"))
BEHAVIOURS = sorted((STATIC / "js").rglob("*.js"))
COLOURS = ("grey", "blue", "green", "yellow", "orange", "red", "purple")

# Text on its ground, needs 4.5 (WCAG 2.2, 1.4.3); an edge or a dot on its ground, needs 3 (1.4.11).
TEXT_PAIRS = [
    *[
        (ink, ground)
        for ink in ("ink", "ink-2", "accent", "danger")
        for ground in ("page", "surface", "sunken", "hover")
    ],
    ("accent", "accent-soft"),
    ("on-fill", "tip"),
    *[("on-fill", f"{name}-fill{state}") for name in ("accent", "create", "danger") for state in ("", "-hover")],
    *[(f"{colour}-ink", f"{colour}-soft") for colour in COLOURS],
]
EDGE_PAIRS = [("line-strong", "surface"), ("focus", "page"), ("focus", "surface")]


def manifest() -> dict[str, dict[str, str]]:
    """The vendored files as the manifest states them."""
    stated: dict[str, dict[str, str]] = json.loads((STATIC / "manifest.json").read_text())
    return stated


def tokens(mode: int) -> dict[str, str]:
    """The colours of the light (0) or dark (1) look."""
    text = (STATIC / "css" / "tokens.css").read_text()
    found = {}
    for name, one, two, both in re.findall(
        r"--([\w-]+): (?:light-dark\((#[0-9a-f]{6}), (#[0-9a-f]{6})\)|(#[0-9a-f]{6}));", text
    ):
        found[name] = both or (one, two)[mode]
    return found


def luminance(colour: str) -> float:
    """Relative luminance as WCAG defines it."""

    def linear(part: int) -> float:
        value = part / 255
        return value / 12.92 if value <= 0.04045 else ((value + 0.055) / 1.055) ** 2.4

    red, green, blue = (linear(int(colour[at : at + 2], 16)) for at in (1, 3, 5))
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def contrast(one: str, two: str) -> float:
    """Contrast ratio as WCAG defines it."""
    lighter, darker = sorted((luminance(one), luminance(two)), reverse=True)
    return (lighter + 0.05) / (darker + 0.05)


@pytest.mark.parametrize("name", sorted(manifest()))
def test_a_vendored_file_is_the_one_the_manifest_names(name: str) -> None:
    assert hashlib.sha256((STATIC / "vendor" / name).read_bytes()).hexdigest() == manifest()[name]["sha256"]


def test_every_vendored_file_stands_in_the_manifest() -> None:
    lying = {path.name for path in (STATIC / "vendor").iterdir()} - {"LICENSES.md"}
    assert lying == set(manifest())


@pytest.mark.parametrize("path", [*TEMPLATES, *STYLES, *BEHAVIOURS], ids=lambda path: path.name)
def test_nothing_is_loaded_from_another_host(path: Path) -> None:
    assert not re.findall(r"""(?:src|href|url\(|@import|from)\s*=?\s*["'(]\s*(?:https?:)?//""", path.read_text())


@pytest.mark.parametrize("path", TEMPLATES, ids=lambda path: path.relative_to(WEBAPP).as_posix())
def test_a_template_has_no_inline_script_or_style(path: Path) -> None:
    text = path.read_text()
    assert not re.search(r"<style|\sstyle\s*=|\son[a-z]+\s*=\s*[\"']|javascript:", text)
    assert not re.search(r"<script(?![^>]*\ssrc=)", text)


def test_every_icon_named_in_a_template_is_in_the_sprite() -> None:
    sprite = set(re.findall(r'<symbol id="([^"]+)"', (STATIC / "vendor" / "tabler-icons-3.52.0.svg").read_text()))
    named = set()
    for path in TEMPLATES:
        named |= set(re.findall(r"""\bicon\(\s*["']([\w-]+)["']|icon_name=["']([\w-]+)["']""", path.read_text()))
    assert {one or two for one, two in named} <= sprite


@pytest.mark.parametrize("path", [path for path in STYLES if path.name != "tokens.css"], ids=lambda path: path.name)
def test_a_colour_is_written_down_in_the_tokens_only(path: Path) -> None:
    assert not re.search(r"#[0-9a-fA-F]{3,8}\b(?!\s*\{)", re.sub(r"/\*.*?\*/", "", path.read_text(), flags=re.S))


@pytest.mark.parametrize("mode", [0, 1], ids=["light", "dark"])
def test_text_can_be_read_on_its_ground(mode: int) -> None:
    colours = tokens(mode)
    weak = {
        pair: round(ratio, 2) for pair in TEXT_PAIRS if (ratio := contrast(colours[pair[0]], colours[pair[1]])) < 4.5
    }
    assert weak == {}


@pytest.mark.parametrize("mode", [0, 1], ids=["light", "dark"])
def test_edges_of_controls_and_the_focus_can_be_seen(mode: int) -> None:
    colours = tokens(mode)
    weak = {pair: round(ratio, 2) for pair in EDGE_PAIRS if (ratio := contrast(colours[pair[0]], colours[pair[1]])) < 3}
    assert weak == {}
