"""A translation is the English with other words in it. Each of its sentences names the English that it renders.

Change an English sentence and just that sentence is stale in every language: it can still be read and heard, but a yes
or a no given in view of it needs a named interpreter, as for a translation that no person has checked.
"""

import copy
import json
import re
from pathlib import Path
from typing import Any

from consent.proof.check_record import sentences
from consent.words.files import FOLDER, Language, NotPublishable, load, read, sentence_hash

SHORT = 12  # hexadecimal digits of a sentence's hash that a translation names it by
LONGEST = 15  # words in a sentence
LONGER, ROOM = 1.6, 12  # times as long as the English, and letters more
PARITY = 1.15
LETTERS = 2  # GP, ID, OK stay as they are
# Words of other languages that are spelt as in English.
ALIKE = {"nhs", "reconnect", "test", "plan", "post", "hospital", "problem", "normal", "person"}
LINE = '{id} = {{ of = "{of}", say = {say} }}\n'
HEAD = """# {name}: the words of {question}.toml, one line a sentence, in the order of the English.
#
# How to edit: change what stands after "say". The English is in the line above, after "#". "of" names that English:
# when the English changes, `manage.py translate` marks the line STALE; put the new words in and run it again with
# --done {tag}. At most 15 words a sentence, as simple as the English, no idea more and none less.

"""


def file_of(language: Language, question: str) -> Path:
    return FOLDER / language.tag / f"{question}.toml"


def short_hash(sentence_id: str, text: str) -> str:
    return sentence_hash(sentence_id, text)[:SHORT]


def lines_of(language: Language, question: str) -> dict[str, dict[str, str]]:
    """What a translation says of each sentence id; nothing where there is no file yet. Raises NotPublishable."""
    path = file_of(language, question)
    if not path.exists():
        return {}
    name = f"{language.tag}/{path.name}"
    found = load(name, read(path))
    for sentence_id, line in found.items():
        if not isinstance(line, dict) or {key: type(part) for key, part in line.items()} != {"of": str, "say": str}:
            raise NotPublishable(f'{name}: {sentence_id} is written {{ of = "...", say = "..." }}.')
    return found


def composed(english: dict[str, Any], lines: dict[str, dict[str, str]], language: str, of: str) -> str:
    """One published translation as JSON, in the order of the English. Untranslated sentences stay English."""
    texts = sentences(english)
    missing = [key for key in texts if key not in lines or not lines[key]["say"].strip()]
    stale = [key for key, text in texts.items() if key in missing or lines[key]["of"] != short_hash(key, text)]
    said = {key: lines[key]["say"] for key in texts if key not in missing}
    whole = with_words(english, {**texts, **said})
    for part in (*whole["card"], *whole.get("check", []), *whole.get("choice", [])):
        part.pop("source", None)
    whole.pop("sources", None)
    whole |= {"language": language, "translates": of, "stale": stale, "missing": missing}
    return json.dumps(whole, ensure_ascii=False, indent=1) + "\n"


def with_words(said: dict[str, Any], texts: dict[str, str]) -> dict[str, Any]:
    """The same explanation with these words in it, by sentence id."""
    said = copy.deepcopy(said)
    for screen in said["screen"]:
        screen["title"] = texts[f"title:{screen['id']}"]
    for card in said["card"]:
        card["say"] = {key: texts[f"{card['id']}/{key}"] for key in card["say"]}
    for choice in said.get("choice", []):
        choice["say"] = texts[f"choice:{choice['id']}"]
    for asked in said.get("check", []):
        for part in ("ask", "right", "wrong", "unsure", "tell"):
            asked[part] = texts[f"check:{asked['id']}/{part}"]
        asked["again"] = {key: texts[f"check:{asked['id']}/again.{key}"] for key in asked["again"]}
    return said


def refreshed(language: Language, question: str, english: dict[str, Any], *, done: bool) -> tuple[str, list[str]]:
    """The file of a translation brought up to the English, and the sentence ids still to be translated.

    ``done``: the translator has put the new words in, so the lines name the English of today.
    """
    known = lines_of(language, question)
    text = HEAD.format(name=language.name, question=question, tag=language.tag)
    waiting = []
    for sentence_id, said in sentences(english).items():
        line = known.get(sentence_id, {"of": "", "say": ""})
        now = short_hash(sentence_id, said)
        of = "" if not line["say"].strip() else now if done else line["of"]
        if of != now:
            waiting.append(sentence_id)
        text += f"# {'STALE: ' if of != now and line['say'] else ''}{said}\n"
        text += LINE.format(id=json.dumps(sentence_id), of=of, say=json.dumps(line["say"], ensure_ascii=False))
    return text, waiting


def words_of_text(text: str) -> list[str]:
    """The words of a sentence, without what stands around them."""
    return re.findall(r"[^\W\d_]+(?:['’-][^\W\d_]+)*|\d+", text)


def faults_of(english: dict[str, Any], lines: dict[str, dict[str, str]], language: Language) -> list[str]:
    """What can be measured of a translation and is wrong: too long, English left in it, panels that weigh unequally."""
    texts = {key: line["say"] for key, line in lines.items() if line["say"]}
    originals = sentences(english)
    found = [f"{key} is no sentence of the English" for key in lines if key not in originals]
    strange = {word.lower() for text in originals.values() for word in words_of_text(text) if len(word) > LETTERS}
    for key, text in texts.items():
        original = originals.get(key, "")
        if len(text.split()) > LONGEST:
            found.append(f"{key}: {len(text.split())} words, more than {LONGEST}: {text}")
        # Short words vary most: a button of one word may be twice as long.
        if len(text) > LONGER * len(original) + ROOM:
            found.append(f"{key}: {len(text)} letters for {len(original)} of English: {text}")
        if text == original and any(len(word) > LETTERS for word in words_of_text(text)):
            found.append(f"{key}: still in English: {text}")
        elif left := [w for w in words_of_text(text) if w.lower() in strange - ALIKE - set(language.alike)]:
            found.append(f"{key}: English left in it ({', '.join(left)}): {text}")
    return found + panel_faults(english, {**originals, **texts})


def panel_faults(english: dict[str, Any], texts: dict[str, str]) -> list[str]:
    """The panels of yes, no and later, for each GP at home, have words within 15 in 100 of each other."""
    found = []
    for home_gp in ("yes", "no", "unsure"):
        weigh = {"yes": 0, "no": 0, "later": 0}
        for card in english["card"]:
            if card["screen"] == "means" and home_gp in card.get("when", {}).get("home_gp", [home_gp]):
                weigh[card["option"]] += sum(len(texts[f"{card['id']}/{key}"].split()) for key in card["say"])
        if max(weigh.values()) > PARITY * min(weigh.values()):
            found.append(f"means, GP at home {home_gp}: panels of {weigh} words differ by more than 15 in 100")
    return found
