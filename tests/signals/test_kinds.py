"""Normal forms, masks and displays, kind by kind (design 8.3)."""

import pytest

from signals.faults import FAULTS, RowFault
from signals.kinds import KINDS, normal_form
from signals.limits import KEPT

PHOTODNA = "0123456789abcdef" * 18
PHOTODNA_BASE64 = "ASNFZ4mrze8BI0VniavN7wEjRWeJq83v" * 6

GOOD = [
    ("email", "  Ana.Lind@Example.ORG ", "ana.lind@example.org"),
    ("email", "MailTo:ana@example.org?subject=hello", "ana@example.org"),
    ("email", "ana@example.org.", "ana@example.org"),
    ("email", "ana@exam\u200bple.org", "ana@example.org"),
    ("email", "A\u030angstro\u0308m@example.org", "ångström@example.org"),
    ("email", "ａｎａ@example.org", "ａｎａ@example.org"),
    ("email", "ana+tag@MÜLLER.example", "ana+tag@xn--mller-kva.example"),
    ("phone", "tel:+1-202-555-0199", "+12025550199"),
    ("phone", "\u202a+1 202 555 0199\u202c", "+12025550199"),
    ("phone", "+1 202 555 0199 ext. 12", "+12025550199"),
    ("phone", "+1 202 555 0199;ext=7", "+12025550199"),
    ("phone", "+1 202 555 0199 Ext.: 7", "+12025550199"),
    ("phone", "+44 (0)20 7946 0123", "+442079460123"),
    ("phone", "(+44) 20 7946 0123", "+442079460123"),
    ("phone", "+1 202 555 0199 (ext 5)", "+12025550199"),
    ("username", "@@Ana", "ana"),
    ("username", "\u200b@\u2060Ana\ufe0f", "ana"),
    ("username", "ＡＮＡ＿ＬＩＮＤ", "ana_lind"),
    ("username", "e\u200d\u0301va", "éva"),
    ("payment_handle", "＠$AnaLind", "$analind"),
    ("account_id", " 0007e ", "0007e"),
    ("url", "hxxps[://]files[.]example[.]org/album[.]php?id=7", "https://files.example.org/album.php?id=7"),
    ("url", "https[:]//example.org/a", "https://example.org/a"),
    ("url", "hXXp://example{dot}org/a", "http://example.org/a"),
    ("url", "https://example.org/a[.]b/(dot)", "https://example.org/a[.]b/(dot)"),
    ("url", "https://example.org/a?UTM_Source=x&b=1&Gclid=2", "https://example.org/a?b=1"),
    ("url", "https://example.org/a?b=1&&utm_id=x", "https://example.org/a?b=1&"),
    ("url", "https://example.org/a?utm_source", "https://example.org/a"),
    ("url", "https://one@two@example.org/a@b#c", "https://example.org/a@b"),
    ("url", "https://mega.co.nz/#!AAAA!bbbb", "https://mega.co.nz/#!AAAA!bbbb"),
    ("url", "https://mega.nz/pro#top", "https://mega.nz/pro"),
    ("url", "https://mega.nz.example.org/file/a#key", "https://mega.nz.example.org/file/a"),
    ("url", "https://[2001:DB8::0001]:443/", "https://[2001:db8::1]/"),
    ("url", "http://example(\uff0e)org/a", "http://example.org/a"),
    ("url", "https://example.org./a", "https://example.org./a"),
    ("url", "https://www.youtube.com/watch?v=EXAMPLE", "https://www.youtube.com/watch?v=EXAMPLE"),
    ("url", "https://someone.tumblr.com/", "https://someone.tumblr.com/"),
    ("url", "https://mirakestrel.t.me/", "https://mirakestrel.t.me/"),
    ("url", "https://somespace.quora.com", "https://somespace.quora.com/"),
    ("url", "https://someone.github.io/", "https://someone.github.io/"),
    ("url", "https://co.uk/page", "https://co.uk/page"),
    ("domain", "Shop(dot)Example[.]org.", "shop.example.org"),
    ("domain", "_dmarc.example.org", "_dmarc.example.org"),
    ("domain", "shop.github.io", "shop.github.io"),
    ("domain", "mirakestrel.t.me", "mirakestrel.t.me"),
    ("keyword", "\u3000Blue\u00a0 LANTERN ", "blue lantern"),
    ("keyword", "Ⅷ", "viii"),
    ("md5", " 0123456789ABCDEF0123456789ABCDEF", "0123456789abcdef0123456789abcdef"),
    ("photodna", PHOTODNA.upper(), PHOTODNA),
    ("photodna", PHOTODNA_BASE64, PHOTODNA),
]

BAD = [
    ("email", '"ana lind"@example.org', "invalid_value"),
    ("email", "Ana <ana@example.org>", "invalid_value"),
    ("email", "ana..lind@example.org", "invalid_value"),
    ("email", "ana@localhost", "invalid_value"),
    ("email", "ana@192.0.2.7", "invalid_value"),
    ("email", "ana@[192.0.2.7]", "invalid_value"),
    ("email", "ana@example..org", "invalid_value"),
    ("email", "ana@-example.org", "invalid_value"),
    ("email", "ana@xn--a.example", "invalid_value"),
    ("url", "https://xn--strasse-.example/a", "invalid_value"),
    ("domain", "xn--1ug.example", "invalid_value"),
    ("email", "ana\u202e@example.org", "invalid_value"),
    ("email", "a" * 65 + "@example.org", "invalid_value"),
    ("email", "\ud800@example.org", "invalid_value"),
    ("email", "a" * 2049, "too_long"),
    ("phone", "0044 20 7946 0123", "invalid_value"),
    ("phone", "+1 555 0199", "invalid_value"),
    ("phone", "+1 800 LANTERN", "invalid_value"),
    ("phone", "+1 202 555 0199 or later", "invalid_value"),
    ("phone", "(+1 202 555 0199 ext 5 or 6", "invalid_value"),
    ("username", "ana lind", "invalid_value"),
    ("username", "ana\u2066lind", "invalid_value"),
    ("username", "@", "invalid_value"),
    ("username", "\u200b", "invalid_value"),
    ("username", "\ufdfa" * 120, "invalid_value"),
    ("url", "meet me at https://example.org", "invalid_value"),
    ("url", "https://example.org/\udfff", "invalid_value"),
    ("url", "https://example.org/" + "é" * 2029, "too_long"),
    ("keyword", "\ufb03" * 2049, "too_long"),
    ("keyword", "e" + "\u0301" * 2048, "too_long"),
    ("url", "https://www.google.com./?hl=de&utm_source=x", "too_broad"),
    ("url", "http://m.facebook.com:8080/index.php", "too_broad"),
    ("url", "https://mega.nz/#", "too_broad"),
    ("url", "https://github.io/", "too_broad"),
    ("url", "https://www.tumblr.com", "too_broad"),
    ("url", "https://www.tumblr.com//", "too_broad"),
    ("url", "https://t.me/", "too_broad"),
    ("url", "https://www.t.me/index.html", "too_broad"),
    ("url", "https://x.com/home", "too_broad"),
    ("url", "https://www.instagram.com/index/", "too_broad"),
    ("url", "https://www.instagram.com/Index.PHP/", "too_broad"),
    ("url", "https://es.quora.com/", "too_broad"),
    ("domain", "www.t.me", "too_broad"),
    ("domain", "quora.com", "too_broad"),
    ("domain", "www.google.com", "too_broad"),
    ("domain", "maps.google.co.uk", "too_broad"),
    ("domain", "github.io", "too_broad"),
    ("domain", "somewhere.ck", "too_broad"),
    ("domain", "192.0.2.7", "invalid_value"),
    ("domain", "*.example.org", "invalid_value"),
    ("domain", "example.org:80", "invalid_value"),
    ("domain", "example.org/", "invalid_value"),
    ("domain", "a" * 64 + ".example", "invalid_value"),
    ("video_md5", "D41D8CD98F00B204E9800998ECF8427E", "too_broad"),
    ("pdq", "0" * 64, "too_broad"),
    ("photodna", "A" * 192, "too_broad"),
    ("photodna", PHOTODNA_BASE64 + "==", "invalid_value"),
    ("sha256", "0x" + "a" * 62, "invalid_value"),
    ("md5", "a\n", "control_character"),
    ("keyword", "\x85", "control_character"),
    ("keyword", " \u3000 ", "missing_value"),
    ("ip_address", "192.0.2.7", "unknown_kind"),
    ("", "x", "unknown_kind"),
]

SHOWN = [
    ("email", "ana.lind@example.org", "an••••••@ex•••••.org", "ana.lind@example.org"),
    ("phone", "+12025550199", "+1••••••99", "+12025550199"),
    ("phone", "+442079460123", "+44••••••23", "+442079460123"),
    ("username", "ana_lind", "an••••••", "ana_lind"),
    ("payment_handle", "$analind", "$an••••••", "$analind"),
    (
        "url",
        "https://files.example.org/a.php?b=1",
        "https://f•••••.org/••••••",
        "hxxps://files[.]example[.]org/a[.]php?b=1",
    ),
    (
        "url",
        "https://example.com/photo(dot)jpg?a[.]b",
        "https://ex•••••.com/••••••",
        "hxxps://example[.]com/photo((dot))jpg?a[[.]]b",
    ),
    ("url", "http://192.0.2.7:8080/a", "http://••••••/••••••", "hxxp://192[.]0[.]2[.]7:8080/a"),
    ("domain", "shop.example.org", "s•••••.org", "shop[.]example[.]org"),
    ("keyword", "blue lantern", "b••••••", "blue lantern"),
    ("md5", "0123456789abcdef0123456789abcdef", "0123••••••ef", "0123456789abcdef0123456789abcdef"),
    ("account_id", "•", "(hidden)", "•"),
]

FOLDED = [
    ("email", "a.na+work@gmail.com", "ana@gmail.com"),
    ("email", "ana@googlemail.com", "ana@gmail.com"),
    ("email", "a.na+work@example.org", "a.na@example.org"),
    ("email", "+ana@example.org", "+ana@example.org"),
    ("username", "аnа_1ind", "ana_iind"),
    ("payment_handle", "$ana", "sana"),
    ("url", "https://example.org/", None),
]


@pytest.mark.parametrize(("kind", "value", "normal"), GOOD)
def test_normal_form_of_a_good_value(kind: str, value: str, normal: str) -> None:
    assert normal_form(kind, value, "lumen")[0] == normal
    assert normal_form(kind, normal, "lumen")[0] == normal


@pytest.mark.parametrize(
    ("kind", "value", "normal"),
    [
        ("url", "https://x.example/" + "日" * 2030, "https://x.example/" + "%E6%97%A5" * 2030),
        ("url", "https://x.example/" + "日" * 230, "https://x.example/" + "%E6%97%A5" * 230),
        ("keyword", "ß" * 2048, "ss" * 2048),
        ("username", "\ufb03" * 1000, "ffi" * 1000),
    ],
)
def test_the_length_of_a_value_is_that_of_what_is_given(kind: str, value: str, normal: str) -> None:
    assert normal_form(kind, f"  {value} ", "lumen")[0] == normal
    assert normal_form(kind, normal, "lumen", KEPT)[0] == normal
    with pytest.raises(RowFault, match="too_long"):
        normal_form(kind, normal, "lumen")


def test_no_value_is_read_again_that_is_longer_than_one_is_kept_or_in_another_form() -> None:
    for value in ("x" * (KEPT.value + 1), "e" + "\u0301" * 2048, "\u0301\u0316" * 2048):
        with pytest.raises(RowFault, match="too_long"):
            normal_form("keyword", value, "", KEPT)


@pytest.mark.parametrize(("kind", "value", "code"), BAD)
def test_normal_form_refuses_a_bad_value(kind: str, value: str, code: str) -> None:
    with pytest.raises(RowFault) as fault:
        normal_form(kind, value, "lumen")
    assert fault.value.code == code
    assert not value.strip() or value not in str(fault.value)


@pytest.mark.parametrize(("kind", "normal", "mask", "shown"), SHOWN)
def test_mask_and_display(kind: str, normal: str, mask: str, shown: str) -> None:
    assert KINDS[kind].mask(normal) == mask
    assert KINDS[kind].show(normal) == shown
    assert normal_form(kind, shown, "lumen")[0] == normal


@pytest.mark.parametrize(("kind", "normal", "folded"), FOLDED)
def test_fold_relates_spellings(kind: str, normal: str, folded: str | None) -> None:
    assert KINDS[kind].fold(normal) == folded


@pytest.mark.parametrize("name", ["email", "username", "account_id", "keyword", "url", "domain"])
def test_mask_does_not_tell_the_length(name: str) -> None:
    values = {
        "email": "{}@example.org", "url": "https://example.org/{}", "domain": "lan{}.example.org",
    }  # fmt: skip
    short, long = (values.get(name, "{}").format("lantern" * times) for times in (1, 8))
    assert KINDS[name].mask(short) == KINDS[name].mask(long)


def test_service_is_folded_and_only_kept_where_it_is_needed() -> None:
    assert normal_form(" UserName ", "ana", " LUMEN ") == ("ana", "lumen")
    assert normal_form("email", "ana@example.org", "lumen") == ("ana@example.org", "")


def test_the_length_of_a_service_is_that_of_what_is_given() -> None:
    for service, named in (("ß" * 64, "ss" * 64), (" " + "ﬃ" * 64, "ffi" * 64), ("s" * 64, "s" * 64)):
        assert normal_form("username", "ana", service) == ("ana", named)
        assert normal_form("username", "ana", named, KEPT) == ("ana", named)


@pytest.mark.parametrize(
    ("service", "code"),
    [
        ("", "missing_service"),
        ("s" * 65, "too_long"),
        ("ß" * 65, "too_long"),
        ("e\u0301" * 33, "too_long"),
        ("a\x00", "control_character"),
    ],
)
def test_service_is_checked(service: str, code: str) -> None:
    with pytest.raises(RowFault) as fault:
        normal_form("username", "ana", service)
    assert (fault.value.code, fault.value.field) == (code, "service")


def test_table_of_kinds_is_in_the_order_of_the_design() -> None:
    assert list(KINDS) == [
        "email", "phone", "username", "account_id", "payment_handle", "url", "domain", "keyword",
        "md5", "sha1", "sha256", "pdq", "photodna", "video_md5",
    ]  # fmt: skip
    assert [name for name, kind in KINDS.items() if kind.read_by_people] == list(KINDS)[:6]
    assert [name for name, kind in KINDS.items() if kind.basis == "incident"] == list(KINDS)[:5]
    assert [name for name, kind in KINDS.items() if kind.needs_service] == list(KINDS)[2:5]


def test_every_code_says_how_to_fix_it() -> None:
    assert all(fault.title and fault.how_to_fix.endswith(".") for fault in FAULTS.values())
