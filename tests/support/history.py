"""A newsroom's history in git: seeded commits of every kind an editor makes, and some they should not."""

import random

from tests.support.repository import Link, Repository

TOPICS = ["Azure", "AI", "Storage", "Security"]
# Never articles, before or after: a file that was one and turned bad would keep its last good version.
FOR_GOOD = ("_news/broken", "_news/link")
LINKS = [
    f'  - title: "Related {n}"\n    webUrl: https://r.example/{n}\n    quality: {n}\n'
    for n in range(12)
]


class History:
    """Grows a repository commit by commit; `live` are its files on the branch that is watched."""

    def __init__(self, repository: Repository, seed: int) -> None:
        self.repository = repository
        self._chance = random.Random(seed)
        self._number = 0

    def step(self) -> str:
        """One more commit on main, or a merge, or a force-push; gives what it was."""
        choice = self._chance.random()
        if choice < 0.08 and self.repository.tip():
            return self._force_push()
        if choice < 0.2 and self.repository.tip():
            return self._merge()
        self._commit("main")
        return "commit"

    def _commit(self, branch: str) -> None:
        files: dict[str | bytes, object] = {}
        renames = {}
        live = sorted(self.repository.files(branch)) if self.repository.tip(branch) else []
        for _ in range(self._chance.randint(1, 6)):
            self._number += 1
            kind = self._chance.choice(
                ["add", "add", "add", "edit", "edit", "delete", "rename", "rename", "rewrite",
                 "broken", "topic", "provider", "site", "page", "link", "copy"]
            )  # fmt: skip
            articles = [
                path
                for path in live
                if path.startswith(("_news/", "_learning/"))
                and not path.startswith(FOR_GOOD)
                and path not in {*files, *renames}
            ]
            old = self._chance.choice(articles) if articles else None
            new = self._name()
            if kind in {"edit", "delete", "rename", "rewrite", "copy"} and old is None:
                kind = "add"
            if kind == "edit":
                files[old] = self._article(old)
            elif kind == "delete":
                files[old] = None
            elif kind == "rename":
                renames[old] = new
            elif kind == "rewrite":
                files[old], files[new] = None, self._article(old)
            elif kind == "copy":
                files[new] = self.repository.read(self.repository.tip(branch), old)
            else:
                files |= self._other(kind, new)
        self.repository.commit(files, renames=renames, branch=branch)

    def _other(self, kind, new):
        number, is_gone = self._number, self._chance.random() < 0.3
        host = f"host{self._chance.randrange(4)}.example"
        topic = self._chance.choice(TOPICS)
        path, text = {
            "broken": (f"_news/broken-{number}.md", "---\ntitle: [\n---\n"),
            "link": (f"_news/link-{number}.md", Link("../README.md")),
            "page": (f"pages/{number}.md", "---\ntitle: About\n---\n"),
            "site": ("_config.yml", f"url: https://s{number}.example\n"),
            "topic": (f"_data/topics/{topic}.yaml", f"name: {topic}\naliases: [a{number}]\n"),
            "provider": (
                f"_data/organizations/{host}.md",
                f"---\ndomain: {host}\nname: Host {number}\n---\n",
            ),
        }.get(kind, (new, self._article(new)))
        return {path: None if is_gone and kind in {"site", "topic", "provider"} else text}

    def _article(self, path):
        chance, number = self._chance, self._number
        lines = ["---", f'title: "Story {number} of {chance.choice(TOPICS)}"']
        lines.append(f"webUrl: https://host{chance.randrange(4)}.example/{path}")
        if chance.random() < 0.7:
            lines.append(f"publishedDateTime: 2020-0{chance.randint(1, 9)}-11T09:00:00Z")
        if chance.random() < 0.7:
            lines.append(f"quality: {chance.randrange(130)}")
        lines.append(f"published: {chance.choice(['true', 'false'])}")
        lines.append(f"topics: [{chance.choice(TOPICS)}, Own {number % 5}]")
        lines.append("images:\n  - url: /picture.png")
        related = "".join(chance.sample(LINKS, chance.randint(0, 5)))
        lines += ["related:", related.rstrip("\n")] if related else []
        return "\n".join([*lines, "---", ""])

    def _name(self):
        return f"{self._chance.choice(['_news', '_learning/deep'])}/{self._number}.md"

    def _merge(self):
        back = self._chance.randint(0, 3)
        base = self._ancestor(back)
        self.repository.branch("side", base)
        for _ in range(self._chance.randint(1, 2)):
            self._commit("side")
        self.repository.merge("side")
        return f"merge of a branch {back} commits old"

    def _force_push(self):
        back = self._chance.randint(1, 4)
        self.repository.branch("main", self._ancestor(back))
        if self._chance.random() < 0.5:
            self._commit("main")
        return f"force-push {back} commits back"

    def _ancestor(self, back):
        line = self.repository.git("rev-list", "--first-parent", "main").split()
        return line[min(back, len(line) - 1)]
