"""How numbers are read aloud in English: every reading that is usual, the likeliest first."""

import re

ONES = (
    "zero one two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen sixteen seventeen "
    "eighteen nineteen"
).split()
TENS = "zero ten twenty thirty forty fifty sixty seventy eighty ninety".split()
GROUPS = ((10**9, "billion"), (10**6, "million"), (10**3, "thousand"))
LARGEST = 10**12
"""From here on digits are read one by one."""
ORDINALS = {
    "one": "first", "two": "second", "three": "third", "five": "fifth", "eight": "eighth", "nine": "ninth",
    "twelve": "twelfth",
}  # fmt: skip
ORDINAL = re.compile(r"(\d+)(?:st|nd|rd|th)")
CENTURY, AFTER_YEARS = 1100, 2100
"""Four digits from the one to below the other are read as years first."""


def readings(number: str) -> list[str]:
    """Readings of digits with commas, a point, a colon or an ordinal's ending: 2026, 1,000, 3.5, 10:30, 2nd."""
    if ordinal := ORDINAL.fullmatch(number):
        return [_ordinal(cardinal(int(ordinal[1])))] if int(ordinal[1]) < LARGEST else [_digits(ordinal[1])]
    number = number.rstrip("abcdefghijklmnopqrstuvwxyz")
    if ":" in number:
        return [" ".join(reading for part in number.split(":") if part for reading in [readings(part)[0]])]
    whole, point, fraction = number.replace(",", "").partition(".")
    if point and fraction:
        return [f"{readings(whole)[0] if whole else 'zero'} point {_digits(fraction.replace('.', ''))}"]
    if not whole or int(whole) >= LARGEST or (whole[0] == "0" and len(whole) > 1):
        return [_digits(whole)]
    found = [cardinal(int(whole))]
    if "hundred" in found[0] or "thousand" in found[0]:
        found.append(re.sub(r"hundred (?=\w)", "hundred and ", found[0]))
    if len(whole) == 4 and "," not in number and CENTURY <= int(whole) < AFTER_YEARS:
        found = [_year(int(whole)), *found]
    if len(whole) > 2:
        found.append(_digits(whole))
    return list(dict.fromkeys(found))


def cardinal(number: int) -> str:
    """A number below LARGEST in words."""
    for size, name in GROUPS:
        if number >= size:
            rest = number % size
            return f"{cardinal(number // size)} {name}" + (f" {cardinal(rest)}" if rest else "")
    if number >= 100:
        rest = number % 100
        return f"{ONES[number // 100]} hundred" + (f" {cardinal(rest)}" if rest else "")
    if number < len(ONES):
        return ONES[number]
    return TENS[number // 10] + (f" {ONES[number % 10]}" if number % 10 else "")


def _year(number: int) -> str:
    """Two pairs, as years are read: nineteen oh five, twenty twenty six; two thousand six."""
    first, second = divmod(number, 100)
    if first % 10 == 0 and second < 10:
        return cardinal(number)
    if not second:
        return f"{cardinal(first)} hundred"
    return f"{cardinal(first)} {'oh ' if second < 10 else ''}{cardinal(second)}"


def _ordinal(words: str) -> str:
    *before, last = words.split()
    ending = ORDINALS.get(last) or (
        last[:-1] + "ieth" if last.endswith("y") else last + ("h" if last[-1] == "t" else "th")
    )
    return " ".join([*before, ending])


def _digits(digits: str) -> str:
    return " ".join(ONES[int(digit)] for digit in digits)
