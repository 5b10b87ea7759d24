"""``make messages``: bring locale/*/LC_MESSAGES/django.po up to date with the strings in the code.

Babel does it, so no gettext programs are needed. Words a patient decides on are not here but in
consent/explanations; catalogues hold buttons and staff screens.
"""

import io
import os
from collections.abc import Iterator
from pathlib import Path

import django
from babel import Locale
from babel.messages.catalog import Catalog, Message
from babel.messages.extract import extract
from babel.messages.pofile import read_po, write_po
from django.utils.translation.template import templatize

ROOT = Path(__file__).resolve().parent.parent
LOCALE = ROOT / "locale"
CODE = ("config", "consent", "registration")
KEYWORDS = {
    "_": None,
    "gettext": None,
    "gettext_lazy": None,
    "gettext_noop": None,
    "ngettext": (1, 2),
    "pgettext": ((1, "c"), 2),
    # Raised with a sentence that staff pages translate when they show it.
    "NotPossible": None,
    "NotText": None,
}


def found() -> Iterator[tuple[str, object, str | None]]:
    """Every string that is looked up in a catalogue: its file, the string, and its context if it has one."""
    for room in CODE:
        for path in sorted((ROOT / room).rglob("*.py")):
            yield from found_in(path, path.read_bytes())
    for path in sorted((ROOT / "templates").rglob("*.html")):
        # Django turns a template into lines that look like Python calls, but for the indentation.
        lines = templatize(path.read_text(encoding="utf-8")).splitlines()
        source = "\n".join(line.strip() for line in lines).encode()
        yield from found_in(path, source)
    yield from ((place, message, None) for place, message in looked_up_by_value())


def found_in(path: Path, source: bytes) -> Iterator[tuple[str, object, str | None]]:
    for _, message, _, context in extract("python", io.BytesIO(source), keywords=KEYWORDS):
        yield str(path.relative_to(ROOT)), message, context


def looked_up_by_value() -> Iterator[tuple[str, str]]:
    """Sentences of the pure modules, which cannot import Django: staff pages translate them when they show them."""
    from consent.policy import RULES
    from consent.questions import QUESTIONS
    from registration.screening import programmes

    yield from (("consent/policy.py", rule.because) for rule in RULES)
    yield from (("registration/screening.toml", programme.name) for programme in programmes())
    yield from (("consent/questions.py", text) for q in QUESTIONS for text in (q.staff_title, q.task))


def template() -> Catalog:
    catalogue = Catalog(project="reception-kiosk", charset="utf-8")
    for place, message, context in found():
        catalogue.add(message, locations=[(place, 0)], context=context)
    return catalogue


def update(path: Path, strings: Catalog) -> Catalog:
    """Add what is new to a catalogue and set aside what is gone; nothing translated is lost."""
    language = path.parent.parent.name
    catalogue = read_po(io.BytesIO(path.read_bytes()), locale=Locale.parse(language))
    catalogue.update(strings, no_fuzzy_matching=True)
    out = io.BytesIO()
    write_po(out, catalogue, include_lineno=False, sort_output=True, width=110)
    path.write_bytes(out.getvalue())
    return catalogue


def is_translated(message: Message) -> bool:
    """In every one of its plural forms, where it has them."""
    forms = message.string if message.pluralizable else [message.string]
    return all(forms)


def main() -> None:
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
    django.setup()
    strings = template()
    for path in sorted(LOCALE.glob("*/LC_MESSAGES/django.po")):
        catalogue = update(path, strings)
        untranslated = sum(1 for message in catalogue if message.id and not is_translated(message))
        print(f"{path.relative_to(ROOT)}: {len(catalogue)} strings, {untranslated} not translated")


if __name__ == "__main__":
    main()
