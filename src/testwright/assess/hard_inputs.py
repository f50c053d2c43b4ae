"""Finds, in source alone, what makes a function hard to test: files, network, clock, objects that are hard to make …"""

from __future__ import annotations

import ast
from bisect import bisect_left
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property, lru_cache

from testwright.python_source.indexed_text import IndexedText
from testwright.python_source.module_names import imported_names
from testwright.python_source.source_text import Definition, child_nodes

__all__ = ["HardInputs"]

_FILES, _NETWORK, _PROCESSES, _CLOCK = "files", "network", "subprocesses", "the clock"
_CHANCE, _ENVIRONMENT, _DATABASE, _THREADS = "randomness", "the environment", "a database", "threads or async"
_INPUT = "standard input"
_ORDER = (_FILES, _NETWORK, _PROCESSES, _CLOCK, _CHANCE, _ENVIRONMENT, _DATABASE, _THREADS, _INPUT)

_LISTED = {
    _FILES: """
        open io.open codecs.open gzip. bz2. lzma. zipfile. tarfile. shutil. tempfile. glob. fileinput. linecache. shelve. dbm.
        os.chmod os.chown os.fsync os.link os.listdir os.lstat os.makedirs os.mkdir os.open os.readlink os.remove
        os.removedirs os.rename os.replace os.rmdir os.scandir os.stat os.symlink os.truncate os.unlink os.utime os.walk
        os.path.exists os.path.getmtime os.path.getsize os.path.isdir os.path.isfile os.path.islink
        os.path.lexists os.path.realpath os.path.samefile
    """,
    _NETWORK: """
        requests. httpx. aiohttp. urllib3. urllib.request. http.client. http.server. socket. socketserver. ssl. smtplib.
        poplib. imaplib. ftplib. telnetlib. xmlrpc.client. websockets. websocket. paramiko. boto3. botocore. grpc.
    """,
    _PROCESSES: """
        subprocess. pexpect. os.system os.popen os.fork os.execl os.execv os.execve os.execvp os.kill os.spawnl os.spawnv
        os.posix_spawn os.waitpid asyncio.create_subprocess_exec asyncio.create_subprocess_shell
    """,
    _CLOCK: """
        time.time time.time_ns time.sleep time.monotonic time.perf_counter time.process_time time.localtime time.gmtime
        time.ctime time.strftime datetime.datetime.now datetime.datetime.utcnow datetime.datetime.today
        datetime.date.today django.utils.timezone.now django.utils.timezone.localtime pendulum.now arrow.now arrow.utcnow
    """,
    _CHANCE: "random. secrets. uuid.uuid1 uuid.uuid4 os.urandom numpy.random.",
    _ENVIRONMENT: """
        os.environ os.environb os.getenv os.putenv os.getcwd os.chdir os.getuid os.getpid os.uname os.cpu_count sys.argv
        platform. getpass. locale.setlocale pathlib.Path.cwd pathlib.Path.home os.path.expanduser os.path.expandvars
    """,
    _DATABASE: """
        sqlite3. psycopg. psycopg2. asyncpg. aiosqlite. pymysql. MySQLdb. mysql.connector. oracledb. cx_Oracle. pyodbc.
        redis. pymongo. motor. peewee. sqlalchemy.create_engine sqlalchemy.orm.sessionmaker sqlalchemy.orm.Session
        django.db.connection django.db.connections django.db.transaction
    """,
    _THREADS: "threading. multiprocessing. concurrent.futures. asyncio. trio. anyio. _thread. queue.Queue signal.",
    _INPUT: "input sys.stdin",
}
"""A dot at the end: whatever is in that module, but not the module by itself."""
_KINDS = {name: kind for kind, names in _LISTED.items() for name in names.split()}
_HARMLESS = frozenset(
    {
        *("threading.Lock", "threading.RLock", "threading.local", "random.Random", "glob.escape", "socket.inet_aton"),
        *("urllib.request.pathname2url", "urllib.request.url2pathname", "subprocess.list2cmdline"),
    }
)
_BARRIERS = frozenset({_FILES, _NETWORK, _PROCESSES, _DATABASE, _INPUT})
"""What keeps a test from making an object; one that notes the time or starts no thread yet is made as any other."""
_BUILTINS = frozenset({"open", "input"})

_METHODS = {
    **dict.fromkeys(("read_text", "write_text", "read_bytes", "write_bytes", "iterdir", "rglob", "unlink"), _FILES),
    **dict.fromkeys(("fetchone", "fetchall", "executemany"), _DATABASE),
}
"""Of whatever object: names that hardly anything else has."""
_NAMED = frozenset(name.rstrip(".") for name in _KINDS)
_LEADING = frozenset(
    ".".join(parts[:count]) for name in _NAMED for parts in [name.split(".")] for count in range(1, len(parts) + 1)
)
_TELLING_ANYWHERE = frozenset(word.encode() for word in (*_BUILTINS, *_METHODS, "objects", "import"))
_ENTERED_NOWHERE = frozenset(
    {*(ast.Name, ast.Constant, ast.Load, ast.Store), *(ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)}
)
_ABSTRACT_BASES = frozenset({"abc.ABC", "typing.Protocol", "typing_extensions.Protocol"})
_ABSTRACT_MARKS = frozenset({"abc.abstractmethod", "abc.abstractproperty"})


class HardInputs:
    """Those of one module: `tree` is its `text` parsed, `awkward` are dotted names of classes of the project that are
    hard to make; without them those of this module are found.
    """

    def __init__(
        self,
        tree: ast.Module,
        text: IndexedText,
        module: str,
        *,
        is_package: bool = False,
        awkward: Collection[str] | None = None,
    ) -> None:
        self._tree, self._module, self._is_package = tree, module, is_package
        self._given = awkward
        self._text = text

    def of(self, function: Definition, *, owner: str = "") -> tuple[str, ...]:
        """In words and each kind once: what it calls or reads that a test has to stand in for. `owner` is the class of a
        method.
        """
        kinds = self._kinds(function, function.body)
        if isinstance(function, ast.AsyncFunctionDef):
            kinds.add(_THREADS)
        return (*(kind for kind in _ORDER if kind in kinds), *self._hard_objects(function, owner))

    @cached_property
    def awkward(self) -> Collection[str]:
        """Dotted names of the outermost classes whose objects a test cannot simply make: abstract ones, ones whose
        `__init__` always goes to files, network or the like, and ones that require an object of such a class of this
        module.
        """
        if self._given is not None:
            return self._given
        names = self._origins
        classes = {f"{self._module}.{node.name}": node for node in self._tree.body if isinstance(node, ast.ClassDef)}
        makers = {name: _maker(node) for name, node in classes.items()}
        found = {name for name, node in classes.items() if _is_abstract(node, names)}
        found |= {name for name, made in makers.items() if made and _BARRIERS & self._always_met(made)}
        needs = {name: _wanted_classes(made, names) for name, made in makers.items() if made}
        while more := {name for name, wanted in needs.items() if name not in found and wanted & found}:
            found |= more
        return frozenset(found)

    @cached_property
    def _origins(self) -> dict[str, str]:
        """What the names of the module stand for: `{"run": "subprocess.run"}`; its own definitions by dotted name."""
        found = dict(self._imported)
        for node in self._tree.body:
            if isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)):
                found[node.name] = f"{self._module}.{node.name}"
        return found

    @cached_property
    def _imported(self) -> dict[str, str]:
        return _imported(self._tree, self._module, self._is_package)

    @cached_property
    def _telling(self) -> Sequence[int]:
        """The lines with a word without which nothing is a hard input, nor a name that hides one. Words are looked at
        ten times as fast as the tree.
        """
        if not self._text.is_ascii:
            # A name in other letters than these may be one of the words to Python.
            return range(1, len(self._text.lines) + 1)
        names = self._origins if _may_lead_to_one(self._module) else self._imported
        leading = (name.encode() for name, origin in names.items() if _may_lead_to_one(origin))
        return list(dict.fromkeys(line for line, _ in self._text.found(_TELLING_ANYWHERE.union(leading))))

    def _hard_objects(self, function: Definition, owner: str) -> Iterator[str]:
        awkward = self.awkward
        if awkward:
            own = {f"{self._module}.{owner}"} if owner and _has_self(function) else set()
            wanted = _wanted_classes(function, self._origins) | own
            if objects := sorted({name.rpartition(".")[2] for name in wanted & frozenset(awkward)}):
                yield f"objects that are hard to make: {', '.join(objects)}"

    def _kinds(self, function: Definition, body: list[ast.stmt]) -> set[str]:
        if not body or not _has_one(body[0].lineno, body[-1].end_lineno, self._telling):
            return set()
        nodes = list(_own_nodes(body, self._telling))
        known = _in_function(function, nodes, self._origins, self._module)
        return {kind for kind in _met(nodes, known) if kind}

    def _always_met(self, function: Definition) -> set[str]:
        """Without what stands under an `if`: `shlex.shlex` reads standard input, but only if it is given nothing else."""
        body = [each for each in function.body if not isinstance(each, ast.If)]
        return self._kinds(function, body)


@lru_cache(maxsize=4096)
def _may_lead_to_one(origin: str) -> bool:
    """Whether what has this dotted name is a hard input, is in one, or has one in it."""
    parts = origin.split(".")
    return origin in _LEADING or any(".".join(parts[:count]) in _NAMED for count in range(1, len(parts) + 1))


def _imported(tree: ast.Module, module: str, is_package: bool) -> dict[str, str]:
    names = imported_names(tree, module, is_package=is_package)
    return {each.name: f"{each.module}.{each.qualname}" if each.qualname else each.module for each in names}


@dataclass(frozen=True, slots=True)
class _Known:
    """What names stand for in one function; `own` are those that it binds itself, which may stand for anything."""

    origins: Mapping[str, str]
    own: frozenset[str]

    def origin(self, node: ast.expr) -> str:
        """ "subprocess.run" for `sp.run`; "" for what begins with a name of the function's own or with no name."""
        parts: list[str] = []
        while isinstance(node, ast.Attribute):
            parts.append(node.attr)
            node = node.value
        if not isinstance(node, ast.Name) or node.id in self.own:
            return ""
        root = self.origins.get(node.id, node.id if node.id in _BUILTINS and not parts else "")
        return ".".join([root, *reversed(parts)]) if root else ""


def _in_function(function: Definition, nodes: Iterable[ast.AST], names: Mapping[str, str], module: str) -> _Known:
    own = {argument.arg for argument in _arguments(function)}
    statements: list[ast.stmt] = []
    for node in nodes:
        if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store):
            own.add(node.id)
        elif isinstance(node, (ast.Import, ast.ImportFrom)):
            statements.append(node)
    local = _imported(ast.Module(statements, []), module, False) if statements else {}
    return _Known({**names, **local}, frozenset(own - local.keys()))


def _own_nodes(body: Iterable[ast.stmt], lines: Sequence[int]) -> Iterator[ast.AST]:
    """What runs when it is called: no functions and classes inside it, no annotations, no types that `except` names.
    Only statements that have one of `lines`, which are in order.
    """
    waiting: list[ast.AST] = list(body)
    while waiting:
        node = waiting.pop()
        if isinstance(node, ast.stmt) and not _has_one(node.lineno, node.end_lineno, lines):
            continue
        yield node
        if type(node) in _ENTERED_NOWHERE:
            continue
        match node:
            case ast.Attribute(value=value):
                waiting.append(value)
            case ast.AnnAssign(target=target, value=value):
                waiting += [target] if value is None else [target, value]
            case ast.ExceptHandler(body=body):
                waiting += body
            case _:
                waiting += child_nodes(node)


def _has_one(first: int, last: int | None, lines: Sequence[int]) -> bool:
    """Whether one of `lines`, which are in order, is from `first` to `last`."""
    place = bisect_left(lines, first)
    return place < len(lines) and lines[place] <= (last or first)


def _met(nodes: Iterable[ast.AST], known: _Known) -> Iterator[str]:
    for node in nodes:
        match node:
            case ast.Attribute(value=ast.Name(id=name), attr="objects") if name[:1].isupper():
                yield _DATABASE  # the manager of a Django model
            case ast.Call(func=ast.Attribute(attr=attr)) if attr in _METHODS:
                yield _METHODS[attr]
            case ast.Attribute() | ast.Name(ctx=ast.Load()):
                yield _kind(known.origin(node))


def _kind(origin: str) -> str:
    """ "" for what is no hard input. Exceptions are none either: they are raised and caught, not asked for anything."""
    if not origin or origin in _HARMLESS or origin.endswith("Error"):
        return ""
    parts = origin.split(".")
    starts = [".".join(parts[:count]) for count in range(len(parts), 0, -1)]
    found = [_KINDS.get(start, _KINDS.get(f"{start}.", "") if start != origin else "") for start in starts]
    return next(filter(None, found), "")


def _arguments(function: Definition) -> list[ast.arg]:
    given = function.args
    starred = [argument for argument in (given.vararg, given.kwarg) if argument]
    return [*given.posonlyargs, *given.args, *given.kwonlyargs, *starred]


def _required(function: Definition) -> list[ast.arg]:
    given = function.args
    positional = [*given.posonlyargs, *given.args]
    named = [argument for argument, default in zip(given.kwonlyargs, given.kw_defaults, strict=True) if default is None]
    return [*positional[: len(positional) - len(given.defaults)], *named]


def _wanted_classes(function: Definition, names: Mapping[str, str]) -> set[str]:
    """Dotted names in the annotations of required parameters, also of those in quotation marks."""
    known = _Known(names, frozenset())
    found: set[str] = set()
    for argument in _required(function):
        for node in ast.walk(argument.annotation) if argument.annotation else ():
            if isinstance(node, (ast.Name, ast.Attribute)):
                found.add(known.origin(node))
            elif isinstance(node, ast.Constant) and isinstance(node.value, str):
                found.add(names.get(node.value.strip(), ""))
    return found - {""}


def _has_self(function: Definition) -> bool:
    marks = {node.id for node in function.decorator_list if isinstance(node, ast.Name)}
    return function.name not in ("__init__", "__new__") and not marks & {"staticmethod", "classmethod"}


def _maker(node: ast.ClassDef) -> Definition | None:
    made = (each for each in node.body if isinstance(each, ast.FunctionDef) and each.name == "__init__")
    return next(made, None)


def _is_abstract(node: ast.ClassDef, names: Mapping[str, str]) -> bool:
    known = _Known(names, frozenset())
    marks = (mark for each in node.body for mark in getattr(each, "decorator_list", ()))
    bases = {known.origin(base.value if isinstance(base, ast.Subscript) else base) for base in node.bases}
    return bool(bases & _ABSTRACT_BASES) or any(known.origin(mark) in _ABSTRACT_MARKS for mark in marks)
