"""Makes the questions that pytest-generator would ask about the functions of some modules."""

from __future__ import annotations

import ast
import tokenize
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from testwright.config.compat_request import CompatRequest
from testwright.errors import ProjectError, TestwrightError
from testwright.execute.class_methods import public_methods
from testwright.llm.exchange import ModelRequest, Sampling
from testwright.nouns import Target
from testwright.propose.from_model.pytest_generator_prompt import TEMPLATE, asked_code, fine_tuned_request
from testwright.python_source.class_index import ClassIndex, IndexedClass, classes_in, scan_classes
from testwright.python_source.dependency_comment import KnownClasses, annotated_classes, imported_classes
from testwright.python_source.parsing import parse_source
from testwright.python_source.read_module import parse
from testwright.python_source.signature_text import SignatureText, signatures_of
from testwright.workers import scratch_folder
from testwright.write.stored_file import write_atomically

__all__ = ["ModuleQuestions", "Question", "context_size", "questions_of"]

_BYTES_OF_A_TOKEN = 2.5
"""Fewer than Python has with the tokenizers of any current model: a context is planned rather too large."""
_STEP = 256

Imported = Mapping[tuple[str, str], Mapping[str, Sequence[str]]]


@dataclass(frozen=True, slots=True)
class Question:
    """One function, and what the model is asked about it."""

    function: str
    request: ModelRequest


@dataclass(frozen=True, slots=True)
class ModuleQuestions:
    """`left_out` says by function why nothing is asked about it; `problem` why nothing is asked at all."""

    target: Target
    source: str = ""
    questions: tuple[Question, ...] = ()
    left_out: Mapping[str, str] = field(default_factory=dict)
    problem: TestwrightError | None = None


def questions_of(
    request: CompatRequest, *, notice: Callable[[str], None], stop: Callable[[], bool]
) -> list[ModuleQuestions]:
    """Of every target in turn. Classes are imported in a worker, for the names of their methods' parameters."""
    sources = {target.source: _source(target) for target in request.targets}
    trees = {path: parse_source(text, path) for path, text in sources.items() if isinstance(text, str)}
    index = _index(request, notice)
    known = _Known(request, index, trees, _imported(request, trees, notice, stop) if index is not None else {})
    return [_of_module(request, target, sources[target.source], known) for target in request.targets]


def _source(target: Target) -> str | TestwrightError:
    try:
        with tokenize.open(target.source) as stream:
            text = stream.read()
        parse(text, target.source)
    except TestwrightError as error:
        return error
    except (OSError, SyntaxError, UnicodeDecodeError) as error:
        return ProjectError(
            f"{target.source!r} cannot be read: {error}",
            slug="source-unreadable",
            where=target.source,
            hint="check the file's rights and its encoding",
        )
    return text


# ── what is known of classes ─────────────────────────────────────────────────────────────────────────────────────────


@dataclass(frozen=True, slots=True)
class _Known:
    """Without an index, nothing is known of any class."""

    request: CompatRequest
    index: ClassIndex | None
    trees: Mapping[str, ast.Module]
    imported: Imported

    def classes_of(self, target: Target, source: str) -> KnownClasses:
        """Importing shows more than reading, and the file's own classes come before others of the same name."""
        if self.index is None:
            return KnownClasses()
        places = imported_classes(self.trees[target.source], _package(target))
        imported = {name: self.imported[m, name] for name, m in places.items() if (m, name) in self.imported}
        own: dict[str, IndexedClass] = classes_in(source, target.source)
        return KnownClasses(imported, {**self.index.classes, **own})


def _package(target: Target) -> str:
    is_package = Path(target.source).name == "__init__.py"
    return target.module if is_package else target.module.rpartition(".")[0]


def _index(request: CompatRequest, notice: Callable[[str], None]) -> ClassIndex | None:
    if request.index is not None or not request.scan_root:
        return request.index
    notice(f"reading the classes in {request.scan_root}")
    index = scan_classes(request.scan_root)
    if request.save_index:
        write_atomically(Path(request.save_index).absolute(), index.to_text())
    return index


def _imported(
    request: CompatRequest, trees: Mapping[str, ast.Module], notice: Callable[[str], None], stop: Callable[[], bool]
) -> Imported:
    wanted: dict[tuple[str, str], None] = {}
    for target in request.targets:
        if target.source in trees:
            wanted.update(dict.fromkeys(_wanted(target, trees[target.source])))
    if not wanted:
        return {}
    notice(f"importing {len(wanted)} classes in the sandbox, for their methods")
    roots = dict.fromkeys(root for target in request.targets for root in target.import_roots)
    with scratch_folder() as scratch:
        return public_methods(wanted, python=request.options.python, sys_path=list(roots), scratch=scratch, stop=stop)


def _wanted(target: Target, tree: ast.Module) -> Iterable[tuple[str, str]]:
    places = imported_classes(tree, _package(target))
    functions = [node for node in ast.walk(tree) if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)]
    names = {name for node in functions for name in annotated_classes(node).values()}
    return sorted((places[name], name) for name in names if name in places)


# ── the questions ────────────────────────────────────────────────────────────────────────────────────────────────────


def _of_module(request: CompatRequest, target: Target, source: str | TestwrightError, known: _Known) -> ModuleQuestions:
    if isinstance(source, TestwrightError):
        return ModuleQuestions(target, problem=source)
    classes = known.classes_of(target, source)
    questions: list[Question] = []
    left_out: dict[str, str] = {}
    for function in _each_once(signatures_of(source, target.source)):
        why = _why_not(function, strict=request.strict)
        if why:
            left_out[function.qualname] = why
        else:
            questions.append(Question(function.qualname, _request(request, function, classes)))
    return ModuleQuestions(target, source, tuple(questions), left_out)


def _each_once(functions: Sequence[SignatureText]) -> list[SignatureText]:
    """Of several with one name, as in both branches of an `if`, and after overloads, the last."""
    return list({each.qualname: each for each in functions}.values())


def _why_not(function: SignatureText, *, strict: bool) -> str:
    if strict:
        return "methods are not asked about" if function.is_method else ""
    if function.is_closure:
        return "no test can name a function inside of another"
    name = function.node.name
    return "it is called by operators, not by name" if function.is_method and name[:2] == name[-2:] == "__" else ""


def _request(request: CompatRequest, function: SignatureText, classes: KnownClasses) -> ModelRequest:
    in_class = function.qualname.rpartition(".")[0] if function.is_method else ""
    code = asked_code(function, classes, in_class=in_class)
    return fine_tuned_request(request.generator.template or TEMPLATE, code, _sampling(request))


def _sampling(request: CompatRequest) -> Sampling:
    generator, options = request.generator, request.options
    temperature = options.model_temperature
    return Sampling(
        temperature=generator.temperature if temperature is None else temperature,
        top_p=generator.top_p,
        repeat_penalty=generator.repeat_penalty,
        max_tokens=generator.max_tokens,
        seed=options.seed,
    )


def context_size(request: CompatRequest, modules: Sequence[ModuleQuestions]) -> int:
    """What is set, or more where the longest question and a whole reply would not fit."""
    if request.options.model_context_size is not None:
        return request.options.model_context_size
    longest = max((len(q.request.prompt.encode()) for m in modules for q in m.questions), default=0)
    needed = int(longest / _BYTES_OF_A_TOKEN) + 1 + request.generator.max_tokens
    return max(request.generator.n_ctx, -(-needed // _STEP) * _STEP)
