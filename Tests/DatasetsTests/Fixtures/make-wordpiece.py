"""Writes wordpiece.json: a small vocabulary, texts that are hard on a tokenizer, and the pieces that Hugging Face's
tokenizers make of them under four sets of rules, and texts with added tokens of every kind. Made with tokenizers
0.23.3:

    python make-wordpiece.py
"""

import json
import pathlib
import random
import unicodedata

from tokenizers import AddedToken, Tokenizer, models, normalizers, pre_tokenizers

SPECIAL = ["[PAD]", "[unused0]", "[UNK]", "[CLS]", "[SEP]", "[MASK]"]
WORDS = """un aff able the a b c d e f g h i l n o r s t u x 1 2 3 , . ! ? - ' " # ( ) [ ] $ + = < > ^ ` | ~ % & * / : ; @ _ {
} \\ hello world istanbul strasse straße grosse groß É É é ö ü ø ł ß ﬁ fi fine naive naïve σας σασ σ ς ά α 中 文 字 日 本 ひ ら が な カ
한 국 ᄒ ᅡ ᆫ и й и́ ё е к т ш़ ह ि न ् द ी हिन्दी ع ر ب ي ة ש ל ו ם ไ ท ย … “ ” ¿ ¡ — 、 。 € ² ½ ① ǆ ᾳ ά ﷲ 👩 🇩 x y z
Hello World The É ISTANBUL CLS cls token""".split()
PIECES = """aff able ##aff ##able ##a ##b ##e ##i ##l ##n ##o ##r ##s ##t ##u ##x ##ing ##ed ##1 ##2 ##, ##中 ##σ ##ς ##é ##ö ##ß
##ら ##が ##な ##国 ##ᅡ ##ᆫ ##ि ##न ##् ##ı ##İ ## ##d ##y ##z""".split()
TEXTS = [
    "",
    "   \t\r\n ",
    "Hello, World!  unaffable UNAFFABLE",
    "naïve Naïve NAÏVE nai\u0308ve na\u00efve",
    "Straße STRASSE große GROẞE ﬁne",
    "İstanbul ISTANBUL ıstanbul",
    "ΣΑΣ σας Άά ΆΑ ᾼ",
    "中文字abc中 文,日本ひらがなカ",
    "한국 한국어 \u1112\u1161\u11ab",
    "и\u0306 й Ё ё\u0301 кит",
    "हिन्दी ह\u093fन\u094dद\u0940",
    "العربية עִבְרִית ไทย",
    "a\u200bb a\u200db a\u00adb a\ufeffb a\u0000b a\ufffdb a\u0007b a\u007fb a\u0085b",
    "a\u00a0b a\u3000b a\u2003b a\u2028b a\u2029b a\u1680b a\u180eb",
    "x²+y²=½ ① $1,2.3% ^`|~<> a_b #tag {x}",
    "don't co-operate “x” ‘y’ ¿a? —b… 、。",
    "[CLS] a [SEP] b [MASK] [mask] [PAD][UNK] [CLS a] x[SEP]y [unused0]",
    "##ing ## a##b",
    "a" * 100,
    "a" * 101,
    "é" * 100 + " " + "é" * 101 + " " + "e\u0301" * 100,
    "zzzq quux zzz",
    "👩\u200d👩\u200d👧 🇩🇪 x\ufe0f 1\u20e3",
    "\u1734a\u1734 \u1885x\u1886 \ua9bd \u166d \U000111c9 \U0001171e b",
    "a\u061db a\u2e43b a\u0890b a\u08e2b a\u2e3ab \U0001e95e x",
    "\U0002b820\U0002b91f\U0002b920 \U00020000x \uf900y",
    "a\u0300\u0301\u0327b \u0300 e\u20dd \u0903x",
    "Ǆ ǅ ǆ K Å Ω ſ",
    "\ue000a \U000f0000b \U0010fffd \u0378c \ud7ffd",
    "tokens token tokened tokening",
]
ADDED = {
    "plain": {},
    "whole": {"single_word": True},
    "left": {"lstrip": True},
    "right": {"rstrip": True},
    "both": {"single_word": True, "lstrip": True, "rstrip": True},
}
# Spellings that begin alike, have capitals, accents and spaces, and are words of the vocabulary.
SPELLINGS = ["[E11]", "<url>", "<url>s", "Ab É", "the cat", "x"]
ADDED_TEXTS = [
    "a [E11] b", "a[E11]b [e11]", "The cat <url>s <url> <URL>s x<url>y <ürl>", "ab é AB E\u0301 Ab  É ab\u00a0é",
    " \u2003[E11]\t\r\n [E11]  \u200b[E11]", "the cat THE CAT thé cat the catx _the cat the cat_ the cat.",
    "x X ax x\u0301 x\u200d x1 x² xⅧ x\u0903 x中x [x]", "[CLS][E11][E11]<url><url>s[SEP]", "[E11", "<url>" * 3, " x ",
    "a\u0000x \u00adx", "[E11] [E11]\u3000<url>  Ab É the cat  x",
]
RULES = {
    "uncased": {"lowercase": True, "strip_accents": None, "handle_chinese_chars": True},
    "cased": {"lowercase": False, "strip_accents": None, "handle_chinese_chars": True},
    "accented": {"lowercase": True, "strip_accents": False, "handle_chinese_chars": False},
    "stripped": {"lowercase": False, "strip_accents": True, "handle_chinese_chars": True},
}

vocabulary = list(dict.fromkeys(SPECIAL + WORDS + PIECES))
ids = {piece: index for index, piece in enumerate(vocabulary)}
found = {}
for name, rules in RULES.items():
    tokenizer = Tokenizer(models.WordPiece(ids, unk_token="[UNK]"))
    tokenizer.normalizer = normalizers.BertNormalizer(clean_text=True, **rules)
    tokenizer.pre_tokenizer = pre_tokenizers.BertPreTokenizer()
    tokenizer.add_special_tokens(["[UNK]", "[SEP]", "[PAD]", "[CLS]", "[MASK]"])
    found[name] = [tokenizer.encode(text, add_special_tokens=False).ids for text in TEXTS]
# Marks of all classes and letters that have them, among them those of Unicode 10 and later, which the reference neither
# decomposes nor puts in order.
later = random.Random(5)
points = [point for point in range(0xC0, 0x1F000) if not 0xAC00 <= point <= 0xD7A3]
marks = [chr(point) for point in points if unicodedata.combining(chr(point))]
letters = [chr(point) for point in points if unicodedata.normalize("NFD", chr(point)) != chr(point)]
new = [mark for mark in marks if normalizers.NFD().normalize_str("a" + mark + "\u0334") == "a" + mark + "\u0334"]
mixed = [
    "".join(later.choice(later.choice([marks, marks, letters, new, ["\U00011938", "a", "한"]])) for _ in range(10))
    for _ in range(150)
]
normalizer = normalizers.BertNormalizer(clean_text=True, **RULES["stripped"])
words = [
    [word for word, _ in pre_tokenizers.BertPreTokenizer().pre_tokenize_str(normalizer.normalize_str(text))] for text in mixed
]
added = []
for kind, flags in ADDED.items():
    for normalized in (False, True):
        for rules in ("uncased", "cased"):
            tokenizer = Tokenizer(models.WordPiece(ids, unk_token="[UNK]"))
            tokenizer.normalizer = normalizers.BertNormalizer(clean_text=True, **RULES[rules])
            tokenizer.pre_tokenizer = pre_tokenizers.BertPreTokenizer()
            tokenizer.add_special_tokens(["[UNK]", "[SEP]", "[PAD]", "[CLS]", "[MASK]"])
            tokenizer.add_tokens([AddedToken(text, normalized=normalized, **flags) for text in SPELLINGS])
            added.append(
                {
                    "rules": rules,
                    "normalized": normalized,
                    "flags": sorted(flags),
                    "tokens": {text: tokenizer.token_to_id(text) for text in SPELLINGS},
                    "ids": [tokenizer.encode(text, add_special_tokens=False).ids for text in ADDED_TEXTS],
                }
            )
path = pathlib.Path(__file__).parent / "wordpiece.json"
reference = {
    "vocabulary": vocabulary,
    "texts": TEXTS,
    "ids": found,
    "added_texts": ADDED_TEXTS,
    "added": added,
    "mixed": mixed,
    "words": words,
}
path.write_text(json.dumps(reference, separators=(",", ":"), ensure_ascii=False) + "\n")
