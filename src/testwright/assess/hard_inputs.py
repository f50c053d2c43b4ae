"""Finds, in source alone, what makes a function hard to test: files, network, clock, objects that are hard to make …"""

from __future__ import annotations

import ast
from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass

from testwright.python_source.module_names import imported_names
from testwright.python_source.source_text import Definition

__all__ = ["awkward_classes", "hard_inputs", "origins"]

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
_ABSTRACT_BASES = frozenset({"abc.ABC", "typing.Protocol", "typing_extensions.Protocol"})
_ABSTRACT_MARKS = frozenset({"abc.abstractmethod", "abc.abstractproperty"})


def origins(tree: ast.Module, module: str, *, is_package: bool = False) -> dict[str, str]:
    """What the names of a module stand for: `{"run": "subprocess.run"}`; its own definitions by their dotted name."""
    found = _imported(tree, module, is_package)
    for node in tree.body:
        if isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)):
            found[node.name] = f"{module}.{node.name}"
    return found


def hard_inputs(
    function: Definition,
    names: Mapping[str, str],
    *,
    module: str = "",
    owner: str = "",
    awkward: Collection[str] = (),
) -> tuple[str, ...]:
    """In words and each kind once: what it calls or reads that a test has to stand in for. `names` are the module's
    `origins`, `awkward` dotted names of classes that are hard to make, `owner` the class of a method.
    """
    kinds = _kinds(function, function.body, names, module)
    if isinstance(function, ast.AsyncFunctionDef):
        kinds.add(_THREADS)
    wanted = _wanted_classes(function, names) | ({f"{module}.{owner}"} if owner and _has_self(function) else set())
    objects = sorted({name.rpartition(".")[2] for name in wanted & frozenset(awkward)})
    return (*(kind for kind in _ORDER if kind in kinds), *_hard_objects(objects))


def awkward_classes(tree: ast.Module, names: Mapping[str, str], module: str) -> frozenset[str]:
    """Dotted names of the outermost classes whose objects a test cannot simply make: abstract ones, ones whose
    `__init__` always goes to files, network or the like, and ones that require an object of such a class of this module.
    """
    classes = {f"{module}.{node.name}": node for node in tree.body if isinstance(node, ast.ClassDef)}
    makers = {name: _maker(node) for name, node in classes.items()}
    found = {name for name, node in classes.items() if _is_abstract(node, names)}
    found |= {name for name, made in makers.items() if made and _BARRIERS & _always_met(made, names, module)}
    needs = {name: _wanted_classes(made, names) for name, made in makers.items() if made}
    while more := {name for name, wanted in needs.items() if name not in found and wanted & found}:
        found |= more
    return frozenset(found)


def _kinds(function: Definition, body: Iterable[ast.stmt], names: Mapping[str, str], module: str) -> set[str]:
    nodes = list(_own_nodes(body))
    known = _in_function(function, nodes, names, module)
    return {kind for kind in _met(nodes, known) if kind}


def _always_met(function: Definition, names: Mapping[str, str], module: str) -> set[str]:
    """Without what stands under an `if`: `shlex.shlex` reads standard input, but only if it is given nothing else."""
    return _kinds(function, [each for each in function.body if not isinstance(each, ast.If)], names, module)


def _hard_objects(names: list[str]) -> Iterator[str]:
    if names:
        yield f"objects that are hard to make: {', '.join(names)}"


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


def _own_nodes(body: Iterable[ast.stmt]) -> Iterator[ast.AST]:
    """What runs when it is called: no functions and classes inside it, no annotations, no types that `except` names."""
    waiting: list[ast.AST] = list(body)
    while waiting:
        node = waiting.pop()
        yield node
        match node:
            case ast.Name() | ast.Constant() | ast.FunctionDef() | ast.AsyncFunctionDef() | ast.ClassDef():
                continue
            case ast.Attribute(value=value):
                waiting.append(value)
            case ast.AnnAssign(target=target, value=value):
                waiting += [target] if value is None else [target, value]
            case ast.ExceptHandler(body=body):
                waiting += body
            case _:
                waiting.extend(ast.iter_child_nodes(node))


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
