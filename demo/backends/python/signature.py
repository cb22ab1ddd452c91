"""IOTPay's signature, in both ways of writing the signed text (src/server/WIRE.md, "Signature")."""
import hashlib
import hmac
import json
import re


class Number(str):
    """A number of a JSON text, as it is written: 15.50 does not survive a parser."""


def decode(text):
    """The text's JSON object with its numbers as they are written; None for what is none."""
    try:
        value = json.loads(text, parse_int=Number, parse_float=Number, parse_constant=Number)
    except ValueError:
        return None
    return value if isinstance(value, dict) else None


def page(fields):
    """Empty values dropped, ASCII order."""
    parts = {n: _text(v) for n, v in fields.items() if n != "sign" and v is not None and v != ""}
    return sorted(parts.items())


def php(fields):
    """As IOTPay's PHP SDK does it."""
    parts = {n: _php(v) for n, v in fields.items() if n != "sign" and v != ""}
    return sorted(parts.items(), key=lambda part: _natural(part[0]))


def sign(fields, key):
    return _digest(page(fields), key)


def verifies(fields, key):
    received = fields.get("sign")
    if type(received) is not str or not received:
        return False
    signs = [_digest(way(fields), key) for way in (page, php)]
    return any([hmac.compare_digest(each.encode(), received.upper().encode()) for each in signs])


def _digest(parts, key):
    text = "".join(f"{name}={value}&" for name, value in parts) + f"key={key}"
    return hashlib.md5(text.encode()).hexdigest().upper()


def _text(value):
    if isinstance(value, bool):
        return "true" if value else "false"
    return "Array" if isinstance(value, (list, dict)) else str(value)


def _php(value):
    if value is None or value is False:
        return ""
    if value is True:
        return "1"
    return _php_number(value) if isinstance(value, Number) else _text(value)


def _php_number(text):
    """Whole numbers as they are, all else as a float with 14 digits."""
    if re.fullmatch(r"-?\d{1,19}", text) and -(2**63) <= int(text) < 2**63:
        return str(int(text))
    written = f"{float(text):.14G}"
    mantissa, _, power = written.partition("E")
    if not power:
        return written
    return f"{mantissa if '.' in mantissa else mantissa + '.0'}E{int(power):+d}"


def _natural(name):
    """Letters without their case, runs of digits by their value."""
    return [(0, int(part), "") if part.isdigit() else (1, 0, part) for part in re.findall(r"\d+|\D", name.upper())]
