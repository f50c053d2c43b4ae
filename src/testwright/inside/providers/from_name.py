"""Offers what a parameter's name makes likely (a path, a url, a separator), for parameters without a hint."""

from __future__ import annotations

from ..recipes import Call, Const, Dictionary, Function, Name, Recipe, ScratchFile, Sequence, Variable

__all__ = ["FILES", "SOURCES", "by_name"]

FILES: tuple[Recipe, ...] = (
    ScratchFile("data.txt", "one\ntwo\n", as_text=True),
    ScratchFile("data.txt", "one\ntwo\n"),
    ScratchFile("data.json", '{"a": 1}', as_text=True),
    ScratchFile("missing.txt", None, as_text=True),
    ScratchFile("folder/", None, as_text=True),
    ScratchFile("data.bin", b"\x00\xff\xfeabc", as_text=True),
)
SOURCES: tuple[Recipe, ...] = tuple(
    Const(s)
    for s in (
        "x = 1",
        "def f(a, b=1, *c, d: int = 2, **e) -> int:\n    '''Doc.'''\n    return a\n",
        "class A(B):\n    x: int = 1\n\n    def f(self):\n        return self.x\n",
        "import os\nfrom a import b as c\n",
        "x: int = 1\ny: 'list[int]' = []\n__all__ = ['x', 'y']\n",
        "if a:\n    x = 1\nelse:\n    x = 2\n",
        "try:\n    import a\nexcept ImportError:\n    a = None\n",
        "async def f():\n    await g(1, *a, **b)\n",
        "lambda x: x + 1",
        "[x for x in y if x]",
    )
)
_NAMED: dict[tuple[str, ...], tuple[Recipe, ...]] = {
    ("path", "file", "filename", "filepath", "fname", "folder", "directory", "dirname", "src", "dest"): FILES,
    ("url", "uri", "link", "href"): tuple(
        Const(u) for u in ("https://example.org/a?b=c#d", "http://user:pw@host:8080/", "ftp://a.b", "/a/b", "")
    ),
    (
        "func",
        "function",
        "fn",
        "callback",
        "callable",
        "f",
        "predicate",
        "key_func",
        "handler",
        "factory",
        "getter",
        "hook",
    ): (
        Function("*args, **kwargs", Const(None)),
        Function("x", Variable("x")),
        Name("builtins", "str"),
        Name("builtins", "len"),
        Name("builtins", "bool"),
    ),
    ("sep", "separator", "delimiter", "delim"): tuple(Const(s) for s in (",", " ", "-", "", ", ")),
    ("encoding", "charset"): tuple(Const(s) for s in ("utf-8", "ascii", "latin-1", "nope")),
    ("cls", "klass", "class_", "type_", "typ", "kind", "tp"): (
        Name("builtins", "int"),
        Name("builtins", "str"),
        Name("builtins", "dict"),
        Name("builtins", "list"),
    ),
    ("module", "mod", "modname", "module_name", "package", "pkg"): (
        Const("json"),
        Name("json", ""),
        Const("os.path"),
        Const("missing_module"),
    ),
    ("module_path",): (
        Sequence("list", (Const("json"),)),
        Sequence("list", (Const("os"), Const("path"))),
        Const("json"),
    ),
    ("exc", "exception", "error", "err", "e"): (Call(Name("builtins", "ValueError"), (Const("abc"),)),),
    ("iterable", "items", "seq", "sequence", "values", "lst", "src_list", "elements", "args", "data", "rows"): (
        Sequence("list", (Const(1), Const(2), Const(3))),
        Sequence("list", ()),
        Sequence("list", (Const("a"), Const("b"), Const("a"))),
        Call(Name("builtins", "range"), (Const(5),)),
        Sequence("tuple", (Const(3), Const(1))),
    ),
    (
        "mapping",
        "dct",
        "d",
        "dictionary",
        "kwargs",
        "params",
        "options",
        "opts",
        "config",
        "attrs",
        "headers",
        "env",
        "scope",
        "namespace",
        "context",
        "globals",
    ): (
        Dictionary(((Const("a"), Const(1)),)),
        Dictionary(()),
        Dictionary(((Const("a"), Const("b")), (Const("c"), Const("d")))),
    ),
    ("code", "source", "script", "text", "src_code", "program"): SOURCES[:4],
    (
        "n",
        "count",
        "size",
        "num",
        "index",
        "i",
        "length",
        "width",
        "limit",
        "depth",
        "level",
        "start",
        "stop",
        "end",
    ): tuple(Const(n) for n in (1, 2, 0, 3, 5, -1, 10)),
}
_BY_NAME = {name: values for names, values in _NAMED.items() for name in names}


def by_name(name: str) -> tuple[Recipe, ...]:
    """Likely values for a parameter called `name` (or by its last word, "input_path"), () when it says nothing."""
    low = name.lower().strip("_")
    return _BY_NAME.get(low) or _BY_NAME.get(low.rsplit("_", 1)[-1], ())
