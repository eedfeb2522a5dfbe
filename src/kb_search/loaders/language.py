"""Which language a text is in, where nobody says it: py3langid, which ships its model of 97 languages.

M. Lui and T. Baldwin, langid.py: An Off-the-shelf Language Identification Tool, ACL 2012. Its model takes
half a second to load, once, when the first text is asked about.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cache

from py3langid.langid import MODEL_FILE, LanguageIdentifier

#: Shorter texts are names and headings, about which it is often wrong and always sure.
_FEWEST_LETTERS = 60
#: So much of a text is looked at, from its beginning and from its middle: quotations in another language and
#: lists of names stand at the ends.
_SAMPLE = 2000
_LEAST_SURE = 0.9
_NO_WORDS = re.compile(r"https?://\S+|\S+@\S+|[\d_]+")


@dataclass(frozen=True, slots=True)
class Detected:
    """A language by its ISO 639-1 code, and how sure it is, from 0 to 1."""

    language: str
    confidence: float


def detect(text: str) -> Detected | None:
    """The language of a text, or None where it is too short or could be one of several."""
    middle = max(0, (len(text) - _SAMPLE) // 2)
    sample = _NO_WORDS.sub(" ", f"{text[:_SAMPLE]}\n{text[middle : middle + _SAMPLE]}" if middle else text)
    if sum(letter.isalpha() for letter in sample) < _FEWEST_LETTERS:
        return None
    language, confidence = _identifier().classify(sample)
    return Detected(language, round(float(confidence), 2)) if confidence >= _LEAST_SURE else None


@cache
def _identifier() -> LanguageIdentifier:
    return LanguageIdentifier.from_model_file(MODEL_FILE, norm_probs=True)
