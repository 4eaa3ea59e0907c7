"""Damaged copies of files, as an editor, a merge or an enemy leaves them: seeded, fast, many."""

import random

HOSTILE = [
    b"*a", b"&a b", b"!!python/name:os.system", b"<<", b"- " * 50, b"[" * 500, b"{a: " * 50, b'"', b"'", b"|",
    b">", b"? x", b"%TAG ! x", b"---", b"...", b"\t", b"\xef\xbb\xbf", b"\xe2\x80\xa8", b"\xc2\x85", b"\0", b"~",
    b"<<: *a", b"@", b"2020-02-30", b"1e999", b"0x7f", b"9" * 400, b"-1", b"javascript:alert(1)", b"https://[",
    b"\xff\xfe", b"\r", b"\r\n", b"# x", b" #x", b": ", b"x: y: z", b"related:", b"related:\n  - title: x",
    b"  - title: again", b"- title: at the margin", b" - a", b"\n\n", b"title: x\nrelated:\n  - title: y",
    b'"open', b"'open", b"|\n  block\n", b">-\n   folded\n  less", b"{related: [", b"- - - x", b"\xed\xa0\x80",
]  # fmt: skip


def mutant(data: bytes, chance: random.Random) -> bytes:
    """One change of lines or bytes, seldom up to three; now and then a cut end."""
    lines = data.splitlines(keepends=True) or [b""]
    for _ in range(chance.choice([1, 1, 1, 1, 2, 3])):
        at = chance.randrange(len(lines))
        change = chance.randrange(9)
        if change == 0 and len(lines) > 1:
            del lines[at]
        elif change == 1:
            lines.insert(at, lines[at])
        elif change == 2:
            lines.insert(chance.randrange(len(lines)), lines.pop(at))
        elif change == 3:
            lines[at] = b" " * chance.randint(0, 5) + lines[at].lstrip(b" ")
        elif change == 4:
            lines.insert(at, chance.choice(HOSTILE) + b"\n")
        elif change == 5:
            head, colon, _ = lines[at].partition(b":")
            lines[at] = head + colon + b" " + chance.choice(HOSTILE) + b"\n"
        elif change == 6:
            place = chance.randrange(len(lines[at]) + 1)
            lines[at] = lines[at][:place] + chance.choice(HOSTILE) + lines[at][place:]
        elif change == 7:
            place = chance.randrange(max(1, len(lines[at])))
            lines[at] = lines[at][:place] + bytes([chance.randrange(256)]) + lines[at][place + 1 :]
        else:
            lines[at] = lines[at].rstrip(b"\n")
        lines = lines or [b""]
    whole = b"".join(lines)
    return whole[: chance.randrange(len(whole) + 1)] if chance.random() < 0.05 else whole
