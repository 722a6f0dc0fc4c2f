"""What nobody sends by accident: values, keys, headers, bodies. All as bytes, the way they come over a wire."""

from random import Random
from urllib.parse import quote_from_bytes

from tests.signals.test_mutated_files import mutated

DIGITS = [
    "0", "-1", "-0", "00", "1e309", "NaN", "Infinity", "1_0", "٣", "²", "9" * 20, "9" * 400, "9" * 5_000,
    "2147483648", "9223372036854775807", "9223372036854775808", "-9223372036854775809", "0x10", "1.5", "+7",
]  # fmt: skip
DATES = [
    "0000-00-00", "9999-12-31T23:59:59Z", "0001-01-01T00:00:00+23:59", "9999-12-31T23:59:59-23:59", "2024-02-30",
    "2025-W01", "10000-01-01", "24:00", "0001-01-01", "9999-12-31", "12025-01",
]  # fmt: skip
IDS = ["00000000-0000-0000-0000-000000000000", "ffffffff-ffff-ffff-ffff-ffffffffffff", "{0}", "0" * 31, "urn:uuid:x"]
LETTERS = [
    "", " ", "\t\n", "\r\n", "\x00", "a\x00b", "\x1b[31m", "\x7f", "\x85", "\u2028", "\ufeff", "\ufffe", "\U0010ffff",
    "\u202eexe.csv", "\u2066x\u2069", "مرحبا", "שלום", "İ", "ß", "ﬁ", "𝔞", "e" + "\u0301" * 300, "👩‍👩‍👧", "ﷺ" * 50,
    "\u200b",
]  # fmt: skip
WORDS = [
    "true",
    "null",
    "None",
    "undefined",
    "[]",
    "{}",
    '{"a":1}',
    "[[[[[[",
    "on",
    "__proto__",
    "__class__",
    "pk",
    "?",
]
CODE = [
    "' OR '1'='1", "'; DROP TABLE accounts_user; --", "1) UNION SELECT 1", "$$", "\\", "%", "%s%s%n", "%(x)s",
    "{0.__class__}", "<script>alert(1)</script>", '"><img src=x onerror=x>', "{{7*7}}", "{% load x %}",
    "${jndi:ldap://x}", "`id`", "|id", "=1+1", "@SUM(A1)", "../../../etc/passwd", "..\\..\\x", "file:///etc/passwd",
    "(?=a+)+$", "a" * 64 + "!", "[", "*",
]  # fmt: skip
PLACES = [
    "//elsewhere.example", "https://elsewhere.example/", "javascript:alert(1)", "http://[::1", "http://[", "//[",
    "///", "hxxp://[.]", "http://\u2100.example/", "xn--", "xn--a.example", "a@b@c", "@", "+", "+49", "mailto:",
    "http://x:99999/",
]  # fmt: skip
LARGE = ["x" * 300, "x" * 3_000, "ä" * 70_000, "a," * 2_000, "-" * 300, "." * 3_000]
TEXTS = [*DIGITS, *DATES, *IDS, *LETTERS, *WORDS, *CODE, *PLACES, *LARGE]
# Bytes that are no UTF-8: lone surrogates, overlong forms, a cut sequence, UTF-16.
NO_TEXTS = [
    b"\xff",
    b"\xed\xa0\x80",
    b"\xc0\xaf",
    b"\xf0\x9f\x98",
    b"\xf8\x88\x80\x80\x80",
    b"\xff\xfeA\x00",
    b"\x80" * 50,
]
VALUES = [*(text.encode() for text in TEXTS), *NO_TEXTS]
# Escapes as they stand in an address, broken ones too.
ESCAPES = [
    b"%", b"%0", b"%zz", b"%u0041", b"%00", b"%ff", b"%ed%a0%80", b"%2e%2e%2f", b"%25%30%30", b"+", b"&&", b"=", b";",
    b"#",
]  # fmt: skip

HEADERS = [
    "Accept", "Accept-Encoding", "Accept-Language", "Authorization", "Content-Encoding", "Content-Type", "Cookie",
    "Forwarded", "HX-Boosted", "HX-Current-URL", "HX-History-Restore-Request", "HX-Prompt", "HX-Request", "HX-Target",
    "HX-Trigger", "HX-Trigger-Name", "Host", "If-Match", "If-Modified-Since", "If-None-Match", "If-Range",
    "If-Unmodified-Since", "Last-Event-ID", "Origin", "Purpose", "Range", "Referer", "Sec-Fetch-Site",
    "Triggering-Event", "User-Agent", "X-CSRFToken", "X-Forwarded-For", "X-Forwarded-Host", "X-Forwarded-Port",
    "X-Forwarded-Proto", "X-HTTP-Method-Override", "X-Real-IP", "X-Request-ID", "X-Requested-With",
]  # fmt: skip
FITTING = {
    "Accept": [b"*/*;q=2", b"text/html;q=x", b"," * 500, b"application/json", b"text/plain;version=0.0.4"],
    "Accept-Encoding": [b"gzip;q=nan", b"br, gzip, *;q=0", b"identity;q=0"],
    "Accept-Language": [b"xx-" * 200, b"en;q=1.00001", b"*-*", b"de-DE-u-co-phonebk-x-" + b"y" * 100],
    "Authorization": [b"Basic", b"Basic \xff", b"Bearer x", b"Basic " + b"A" * 5_000, b"Bearer \xc3\xa4"],
    "Content-Encoding": [b"gzip", b"\xff"],
    "Cookie": [b"lantern_session=x; lantern_session=y", b"a", b";;;=", b"lantern_csrf=\xff", b'x="\\', b"a" * 4_000],
    "Forwarded": [b"for=unknown", b'for="[::1]:x"'],
    "HX-Current-URL": [b"http://[", b"https://elsewhere.example/\xff"],
    "HX-Request": [b"true", b"false"],
    "Host": [b"elsewhere.example", b"localhost:99999999", b"[::1", b"a_b", b"localhost\xff", b"localhost@x", b".", b""],
    "If-Modified-Since": [b"Mon, 32 Foo 2025 99:99:99 GMT", b"Thu, 01 Jan 9999999 00:00:00 GMT", b"0"],
    "If-None-Match": [b'W/"', b'*,"', b'"' * 99],
    "Origin": [b"null", b"http://[", b"http://elsewhere.example:x"],
    "Range": [b"bytes=-1", b"bytes=9-1", b"bytes=0-,0-,0-", b"bytes=" + b"9" * 400 + b"-", b"rows=1", b"bytes=a-b"],
    "Referer": [b"http://[", b"//", b"http://localhost:x/"],
    "X-Forwarded-For": [b"unknown", b"1.2.3.4, ::1, x", b"999.1.1.1", b"," * 300, b"::1%eth0", b"fe80::1%\xff"],
    "X-Forwarded-Proto": [b"ftp", b"https, http"],
    "X-Request-ID": [b"x" * 300, b"00000000-0000-0000-0000-000000000000", b"{}"],
}  # fmt: skip
CONTENT_TYPES = [
    b"", b"text/plain", b"application/json", b"application/json; charset=utf-16", b"multipart/form-data", b";", b"/",
    b"multipart/form-data; boundary=", b'multipart/form-data; boundary="',
    b"multipart/form-data; boundary=" + b"b" * 300, b"multipart/form-data; boundary=\xff",
    b"multipart/mixed; boundary=b", b"multipart/form-data; boundary=b; charset=utf-7",
    b"application/x-www-form-urlencoded; charset=utf-16", b"application/x-www-form-urlencoded; charset=base64",
    b"application/x-www-form-urlencoded; charset=nothing", b"multipart/form-data; boundary=b; charset=base64",
    b"multipart/form-data; boundary=b; charset=nothing", b"multipart/form-data; boundary=b; charset=idna",
    b"a" * 5_000, b"application/x-www-form-urlencoded; charset=utf-8''x",
    b"application/x-www-form-urlencoded; charset*=utf-8''%ff", b"text/plain; charset=base64",
    b"text/plain; charset*=nothing''%41", b"multipart/form-data; boundary*=base64''%41", b"text/plain; charset=utf-8",
    b"multipart/form-data; boundary=b; charset=UTF-8", b"x/y; " + b"a=b; " * 5_000,
]  # fmt: skip
JSON = [
    b"", b"null", b"[]", b"{", b"[" * 100_000, b'"\\ud800"', b"1e999", b'{"a":' * 3_000, b"\xff",
    b'{"id":"x","rawId":1,"response":[]}',
    b'{"id":{},"rawId":null,"type":"public-key","response":{"clientDataJSON":"\\u0000","attestationObject":"x"}}',
    b"9" * 5_000,
    b'{"id":"AA","rawId":"AA","type":"public-key","response":{"clientDataJSON":"e30","attestationObject":"oA"}}',
    b'{"id":"AA","rawId":"AA","type":"public-key","response":{"clientDataJSON":"AA","attestationObject":"gIE"}}',
    b'{"id":"AA","rawId":"AA","response":{"clientDataJSON":"e30","authenticatorData":"AA","signature":"AA"}}',
    b'{"id":"\\u0000","rawId":"%","type":"x","response":{"clientDataJSON":[],"authenticatorData":{},"signature":1}}',
    b'{"id":"AA","rawId":"AA","type":"public-key","response":null,"name":["x"],"next":{"a":1}}',
]  # fmt: skip
LENGTHS = [b"", b"-1", b"0", b"x", b"9" * 30, b"1e3", b" 5", b"+5", "٣".encode()]
METHODS = ["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS", "TRACE", "CONNECT", "PROPFIND", "get", "A" * 200]

Pairs = list[tuple[bytes, bytes]]


def value(chance: Random) -> bytes:
    """One nasty value; seldom several of them in a row."""
    if chance.random() < 0.1:
        return b"".join(chance.choice(VALUES) for _ in range(chance.randrange(2, 5)))[:100_000]
    return chance.choice(VALUES)


def header(chance: Random) -> tuple[str, bytes]:
    """A header and its value, which no longer holds what every server refuses before it hands a request on."""
    name = chance.choice(HEADERS)
    said = chance.choice(FITTING[name]) if name in FITTING and chance.random() < 0.7 else value(chance)[:8_000]
    if name == "Content-Type":
        said = chance.choice(CONTENT_TYPES)
    return name, said.translate(None, b"\x00\r\n")


def urlencoded(pairs: Pairs, chance: Random) -> bytes:
    """A query string or the body of a form, now and then with an escape that is broken."""
    text = b"&".join(b"=".join(quote_from_bytes(part, safe="").encode() for part in pair) for pair in pairs)
    if chance.random() < 0.2:
        at = chance.randrange(len(text) + 1)
        text = text[:at] + chance.choice(ESCAPES) + text[at:]
    return text


def multipart(pairs: Pairs, files: list[bytes], chance: Random) -> bytes:
    """The same with files, boundary `b`, now and then broken."""
    parts = [b'--b\r\nContent-Disposition: form-data; name="%s"\r\n\r\n%s\r\n' % pair for pair in pairs]
    for name in files:
        called = chance.choice([b"signals.csv", b"", b"../../x", b"a\x00b", b"\xff", b"x" * 500, "\u202e.csv".encode()])
        kind = chance.choice([b"text/csv", b"", b"text/csv; charset=nothing", b"\xff"])
        more = chance.choice(
            [b"", b"Content-Transfer-Encoding: base64\r\n", b"Content-Transfer-Encoding: x\r\n", b"X\r\n"]
        )
        head = b'--b\r\nContent-Disposition: form-data; name="%s"; filename="%s"\r\nContent-Type: %s\r\n%s\r\n'
        parts.append(head % (name, called, kind, more) + mutated(chance.randrange(10**6)) + b"\r\n")
    body = b"".join(parts) + b"--b--\r\n"
    if chance.random() < 0.3:
        at = chance.randrange(len(body))
        body = chance.choice(
            [body[:at], body[:at] + value(chance) + body[at:], body[at:], body.replace(b"\r\n", b"\n")]
        )
    return body
