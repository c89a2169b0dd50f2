"""The shop's cleaning, one value at a time, as the row-by-row peers do it; None is "no value or refused".

Texts repeat, so that each function remembers what it made of them: the fastest that plain Python
offers.
"""

import re
from datetime import datetime, timezone
from decimal import Decimal
from functools import lru_cache

from shop_words import CATEGORIES, EMAIL, FALSE, FORMATS, NULL_WORDS, STATUSES, TRUE, synonyms

IS_EMAIL = re.compile(EMAIL).match
CONTROL = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f]")
NUMBER = re.compile(r"\d+(\.\d+)?$").match
GROUPED = re.compile(r"[1-9]\d{0,2}(,\d{3})+(\.\d+)?$").match
COMMA = re.compile(r"(\d+|\d{1,3}(\.\d{3})+),\d+$").match
CATEGORY, STATUS = synonyms(CATEGORIES), synonyms(STATUSES)
CENT = Decimal("0.01")


def squeeze(text):
    return " ".join(CONTROL.sub("", text).split())


def known(text):
    return None if text.lower() in NULL_WORDS else text


@lru_cache(maxsize=1_000_000)
def email(text):
    if text is None:
        return None
    cleaned = text.strip().lower().removeprefix("mailto:")
    return cleaned if IS_EMAIL(cleaned) and ".." not in cleaned else None


@lru_cache(maxsize=100_000)
def date(text):
    for pattern in FORMATS if text else []:
        try:
            return datetime.strptime(text.strip(), pattern).replace(tzinfo=timezone.utc)
        except ValueError:
            pass
    return None


@lru_cache(maxsize=1_000_000)
def price(text):
    digits = re.sub(r"\s|[$€£¥]|USD|EUR", "", text or "")
    if GROUPED(digits):
        digits = digits.replace(",", "")
    elif COMMA(digits):
        digits = digits.replace(".", "").replace(",", ".")
    elif not NUMBER(digits):
        return None
    number = Decimal(digits)
    return number if number < 10**10 and number == number.quantize(CENT) else None


@lru_cache(maxsize=100_000)
def quantity(text):
    digits = re.sub(r"^x|(pcs|pc|pieces|x)$", "", squeeze(text or "").lower()).strip()
    if not NUMBER(digits) or Decimal(digits) % 1:
        return None
    number = int(Decimal(digits))
    return number if 0 < number < 2**31 else None


def phone(text):
    if text is None or any(letter.isalpha() for letter in text):
        return None
    digits = re.sub(r"\D", "", text)
    if text.strip().startswith("+"):
        number = digits
    elif digits.startswith("00"):
        number = digits[2:]
    else:
        number = "1" + digits.lstrip("0")
    return "+" + number if 8 <= len(number) <= 15 else None


@lru_cache(maxsize=1_000)
def boolean(text, missing):
    word = (text or "").strip().lower()
    if word in TRUE:
        return True
    if word in FALSE:
        return False
    return missing if word == "" else None


def name(text):
    return squeeze(text).title() if text else ""


@lru_cache(maxsize=100_000)
def folded(text):
    return squeeze(text).lower() if text else ""


@lru_cache(maxsize=100_000)
def note(text):
    return None if text is None else known(squeeze(text))


@lru_cache(maxsize=10_000)
def status(text):
    return STATUS.get(folded(text))


@lru_cache(maxsize=10_000)
def category(text):
    return CATEGORY.get(folded(text))


def address(text):
    parts = [known(squeeze(part)) for part in (text or "").split(";")]
    street, city, postal_code, country = [*parts, None, None, None, None][:4]
    return street, city and city.title(), postal_code and postal_code.upper(), country and country.upper()
