"""Build build/assets/ from node_modules: nhsuk-frontend and Noto Sans, made fit to serve from here."""

from __future__ import annotations

import json
import re
import shutil
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
NODE_MODULES = ROOT / "node_modules"
TARGET = ROOT / "build" / "assets"

SOURCE_MAP = re.compile(r"\s*(?:/\*# sourceMappingURL=[^*]*\*/|//# sourceMappingURL=\S*)\s*$")
REMOTE_FONT = re.compile(r"@font-face\s*\{[^}]*https://assets\.nhs\.uk/[^}]*\}")
NHSUK_FONTS = "Frutiger W01,arial,sans-serif"
OUR_FONTS = "arial,Noto Sans,sans-serif"
# The scripts and weights the screens use. The browser fetches a file only for letters in its range.
SUBSETS = {"noto-sans": ("latin", "latin-ext"), "noto-sans-arabic": ("arabic",)}
FAMILIES = {"noto-sans": "Noto Sans", "noto-sans-arabic": "Noto Sans Arabic"}
WEIGHTS = (400, 700)

FONT_FACE = """@font-face {{
  font-family: "{family}";
  font-style: normal;
  font-weight: {weight};
  font-display: swap;
  src: url("{file}") format("woff2");
  unicode-range: {letters};
}}
"""


class AssetError(Exception):
    """node_modules is not what this module was written for; the message says what to do."""


def local_css(css: str) -> str:
    """nhsuk-frontend's style sheet with nothing in it that points away from its own folder."""
    css = SOURCE_MAP.sub("\n", css)
    css = REMOTE_FONT.sub("", css).replace(NHSUK_FONTS, OUR_FONTS)
    css = css.replace("url(/assets/", "url(")
    for left in ("Frutiger", "url(/", "url(http", "sourceMappingURL"):
        if left in css:
            raise AssetError(f"nhsuk-frontend has changed: its css still has {left!r}. See config/assets.py.")
    return css


def build_nhsuk(target: Path) -> None:
    dist = NODE_MODULES / "nhsuk-frontend" / "dist" / "nhsuk"
    css = (dist / "nhsuk-frontend.min.css").read_text(encoding="utf-8")
    script = (dist / "nhsuk-frontend.min.js").read_text(encoding="utf-8")
    target.mkdir(parents=True)
    (target / "nhsuk-frontend.min.css").write_text(local_css(css), encoding="utf-8")
    (target / "nhsuk-frontend.min.js").write_text(SOURCE_MAP.sub("\n", script), encoding="utf-8")
    shutil.copytree(dist / "assets" / "images", target / "images")


def build_fonts(target: Path) -> None:
    target.mkdir(parents=True)
    faces = []
    for name, subsets in SUBSETS.items():
        package = NODE_MODULES / "@fontsource" / name
        letters: dict[str, str] = json.loads((package / "unicode.json").read_text(encoding="utf-8"))
        shutil.copy(package / "LICENSE", target / f"{name}-LICENSE.txt")
        for subset in subsets:
            for weight in WEIGHTS:
                file = f"{name}-{subset}-{weight}-normal.woff2"
                shutil.copy(package / "files" / file, target / file)
                faces.append(FONT_FACE.format(family=FAMILIES[name], weight=weight, file=file, letters=letters[subset]))
    (target / "fonts.css").write_text("".join(faces), encoding="utf-8")


def build(target: Path = TARGET) -> None:
    """Build beside the target and put it in place only when whole."""
    new = target.with_name(target.name + ".new")
    shutil.rmtree(new, ignore_errors=True)
    build_nhsuk(new / "nhsuk")
    build_fonts(new / "fonts")
    shutil.rmtree(target, ignore_errors=True)
    new.rename(target)


def main() -> int:
    try:
        build()
    except FileNotFoundError as error:
        print(f"{error.filename} is missing: run make setup, which installs node_modules.", file=sys.stderr)
        return 1
    except AssetError as error:
        print(error, file=sys.stderr)
        return 1
    files = sum(path.is_file() for path in TARGET.rglob("*"))
    print(f"{TARGET.relative_to(ROOT)}: {files} files")
    return 0


if __name__ == "__main__":
    sys.exit(main())
