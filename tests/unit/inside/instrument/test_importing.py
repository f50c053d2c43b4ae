"""One module of a package is loaded instrumented, looks as if loaded as ever, and is loaded once."""

from __future__ import annotations

import importlib
import inspect
import sys
import textwrap
from collections.abc import Iterator
from pathlib import Path

import pytest

from testwright.inside.instrument import Recorder, import_instrumented


@pytest.fixture
def package(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """A folder `twpkg` to write modules into; what was imported from it is forgotten again."""
    folder = tmp_path / "twpkg"
    folder.mkdir()
    monkeypatch.syspath_prepend(str(tmp_path))
    before = set(sys.modules)
    yield folder
    for name in set(sys.modules) - before:
        if name.split(".")[0] == "twpkg":
            del sys.modules[name]


def write(folder: Path, **modules: str) -> None:
    for name, source in modules.items():
        (folder / f"{name}.py").write_text(textwrap.dedent(source))


def test_module_looks_as_ever(package: Path) -> None:
    write(package, __init__="", core="'doc'\ndef f(x):\n    return 1 if x == 2 else 0\n", other="def g(): pass\n")
    recorder = Recorder()

    module = import_instrumented("twpkg.core", str(package / "core.py"), recorder)

    assert module is sys.modules["twpkg.core"] is importlib.import_module("twpkg.core")
    assert (module.__name__, module.__package__, module.__file__) == (
        "twpkg.core",
        "twpkg",
        str(package / "core.py"),
    )
    assert module.__spec__ is not None
    assert module.__spec__.origin == module.__file__
    assert module.__loader__ is module.__spec__.loader
    assert inspect.getsource(module.f) == "def f(x):\n    return 1 if x == 2 else 0\n"
    assert inspect.getsource(module).startswith("'doc'")
    assert module.f(2) == 1
    assert [row[1:] for row in recorder.comparisons] == [("==", 2, 2)]
    assert not [finder for finder in sys.meta_path if type(finder).__name__ == "_OneModule"]
    assert "_tw_hit" not in vars(importlib.import_module("twpkg.other"))
    assert not list(package.glob("__pycache__/core*"))


def test_import_itself_is_told_apart(package: Path) -> None:
    write(package, __init__="", core="def f(x):\n    return x == 1\nf(1)\nif f(2):\n    pass\n")
    recorder = Recorder()

    import_instrumented("twpkg.core", str(package / "core.py"), recorder)

    hit = [recorder.arcs[number].kind for number, is_hit in enumerate(recorder.first_line_hits) if is_hit]
    assert hit == ["module", "function-entry", "if-false"]
    assert recorder.hit_numbers() == ()
    assert recorder.comparisons == []
    assert recorder.recording


def test_package_init_imported_by_its_own_submodule(package: Path) -> None:
    write(
        package,
        __init__="from .core import f\ndef top(x):\n    return f(x) if x > 1 else None\n",
        core="def f(x): return x\n",
    )
    recorder = Recorder()

    module = import_instrumented("twpkg", str(package / "__init__.py"), recorder)

    assert module.__path__ == [str(package)]
    assert module.top(2) == 2
    assert recorder.comparisons


def test_parent_that_imports_it_gets_the_instrumented_one(package: Path) -> None:
    write(package, __init__="from .core import f\n", core="def f(x): return x == 1\n")
    recorder = Recorder()

    import_instrumented("twpkg.core", str(package / "core.py"), recorder)
    sys.modules["twpkg"].f(3)

    assert recorder.comparisons


def test_parent_that_loads_lazily(package: Path) -> None:
    write(
        package,
        __init__="""
            import importlib
            def __getattr__(name):
                if name == "f":
                    return importlib.import_module(".core", __name__).f
                raise AttributeError(name)
        """,
        core="def f(x): return x == 1\n",
    )
    recorder = Recorder()

    import_instrumented("twpkg.core", str(package / "core.py"), recorder)
    sys.modules["twpkg"].f(3)

    assert recorder.comparisons


def test_module_that_replaces_itself(package: Path) -> None:
    write(
        package,
        __init__="",
        core="""
            import sys, types
            class Lazy(types.ModuleType):
                def f(self, x): return x == 1
            sys.modules[__name__] = Lazy(__name__)
        """,
    )
    recorder = Recorder()

    module = import_instrumented("twpkg.core", str(package / "core.py"), recorder)

    assert type(module).__name__ == "Lazy"
    assert module.f(3) is False
    assert recorder.comparisons


def test_source_stands_in_for_the_file(package: Path) -> None:
    write(package, __init__="", core="x = 1\n")
    source = "# -*- coding: latin-1 -*-\ndef f(): return 'é'\n".encode("latin-1")

    module = import_instrumented("twpkg.core", str(package / "core.py"), Recorder(), source=source)

    assert module.f() == "é"
    assert module.__loader__.get_source("twpkg.core") == source.decode("latin-1")


def test_imported_before_is_refused(package: Path) -> None:
    write(package, __init__="", core="x = 1\n")
    importlib.import_module("twpkg.core")

    with pytest.raises(ImportError, match="not loaded twice"):
        import_instrumented("twpkg.core", str(package / "core.py"), Recorder())


def test_something_else_in_its_place_is_refused(package: Path) -> None:
    write(package, __init__="import sys, types\nsys.modules['twpkg.core'] = types.ModuleType('x')\n", core="x = 1\n")

    with pytest.raises(ImportError, match="but not from"):
        import_instrumented("twpkg.core", str(package / "core.py"), Recorder())


def test_failing_import_raises_its_own_error_and_leaves_nothing(package: Path) -> None:
    write(package, __init__="", core="def f():\n    raise RuntimeError('broken')\n\nf()\n")

    with pytest.raises(RuntimeError, match="broken") as caught:
        import_instrumented("twpkg.core", str(package / "core.py"), Recorder())

    assert "twpkg.core" not in sys.modules
    assert caught.traceback[-1].lineno == 1
    assert not [finder for finder in sys.meta_path if type(finder).__name__ == "_OneModule"]


def test_syntax_error_is_the_plain_one(package: Path) -> None:
    write(package, __init__="", core="def f(:\n")

    with pytest.raises(SyntaxError) as caught:
        import_instrumented("twpkg.core", str(package / "core.py"), Recorder())

    assert caught.value.filename == str(package / "core.py")
