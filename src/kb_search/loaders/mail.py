"""Mail (`.eml`) and saved web pages (`.mht`, `.mhtml`), which browsers keep as if they were mail.

Python's own reader of mail parses them (RFC 5322, RFC 2045 to 2049, RFC 2557). What is attached is not read.
"""

from __future__ import annotations

import email
import re
from collections.abc import Iterator
from email.message import EmailMessage
from email.policy import default
from email.utils import parseaddr, parsedate_to_datetime
from itertools import islice

from bs4 import BeautifulSoup

from kb_search.document import Article
from kb_search.errors import DocumentError
from kb_search.loaders.base import SourceFile, printable, read_bytes
from kb_search.loaders.body import Block, Body, compose
from kb_search.loaders.cleaning import decode, scrub
from kb_search.loaders.html import all_blocks, read_page
from kb_search.loaders.metadata import Said, around, assemble

#: Text is looked for in so many parts; mails have a handful, saved pages one for each picture.
_MOST_PARTS = 2_000
#: Deeper than any mail is forwarded; the reader of mail goes into itself for each.
_DEEPEST = 50
_BOUNDARY = re.compile(rb"boundary[*0-9]*\s{0,9}=", re.IGNORECASE)
_SAVED = "the day on which the page was saved"


def load(file: SourceFile) -> Iterator[Article]:
    """The one article of a mail or of a saved page. Raises DocumentError where it cannot be read or has no text."""
    message = _parsed(file)
    if file.path.name.lower().endswith(".eml"):
        yield _mail(file, message)
    else:
        yield _saved_page(file, message)
