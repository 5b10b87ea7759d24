"""docs/benchmarks.md: two reports in one file, each written anew by the command that measures it."""

from pathlib import Path

FILE = Path(__file__).resolve().parent.parent.parent / "docs" / "benchmarks.md"
TITLE = "# Benchmarks\n"


def write(heading: str, lines: list[str]) -> None:
    """Put a section in the place of the one with the same heading, or at the end."""
    sections = FILE.read_text(encoding="utf-8").removeprefix(TITLE).split("\n## ") if FILE.exists() else []
    kept = {part.partition("\n")[0]: part.strip("\n") for part in sections if part.strip()}
    kept[heading] = "\n".join([heading, "", *lines])
    text = TITLE + "".join(f"\n## {part.strip()}\n" for part in kept.values())
    FILE.write_text(text, encoding="utf-8")
