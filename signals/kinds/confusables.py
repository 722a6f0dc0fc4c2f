"""What a name looks like, so that `раyра1` and `paypal` can be shown side by side.

A small table in the manner of UTS #39 for the scripts seen most: Cyrillic, Greek and Armenian letters that look Latin,
digits and signs that look like letters. It works on case-folded names, where `I` has become `i`; so `i`, `l` and `1`
are one shape. Two names with one skeleton are only *related*: the table may err, and nothing is merged over it.
"""

from unicodedata import category, normalize

_LOOKS_LIKE = {
    "a": "аαɑ", "b": "вьƅ", "c": "сϲᴄ", "d": "ԁɗ", "e": "еєҽ3", "f": "ғϝ", "g": "ɡց9", "h": "һнհ", "i": "1lі|!ıιӏɩ",
    "j": "јϳ", "k": "кκ", "m": "мϻ", "n": "пηո", "o": "0оοօσ", "p": "рρ", "q": "ԛգ", "r": "гʀ", "s": "ѕ5$ꜱ", "t": "тτ7",
    "u": "υսцʋ", "v": "νѵ", "w": "ѡωԝա", "x": "хχ×", "y": "уγүყ", "z": "ᴢʐ2",
}  # fmt: skip
_TABLE = str.maketrans({sign: letter for letter, signs in _LOOKS_LIKE.items() for sign in signs})


def skeleton(name: str) -> str:
    """The Latin shape of a case-folded name; marks above and below letters fall away, unless there is nothing else."""
    if not name.isascii():
        name = "".join(sign for sign in normalize("NFKD", name) if category(sign) != "Mn") or name
    return name.translate(_TABLE).replace("rn", "m").replace("vv", "w")
