"""Opens a model: finds its backend by its address, and says before anything is sent where it goes."""

from __future__ import annotations

import importlib.util
from typing import Any

from testwright.errors import ModelError
from testwright.llm.addresses import Address, read_address
from testwright.llm.cpu_share import threads_for_model
from testwright.llm.exchange import ModelClient, Told
from testwright.llm.kept_replies import KeptReplies, ReplayedModel
from testwright.llm.model_settings import ModelSettings
from testwright.llm.reply_store import ReplyStore
from testwright.llm.scripted_file import scripted_from
from testwright.llm.spending import BoundedModel, price_of

__all__ = ["described_model", "open_model"]


def open_model(address: str, settings: ModelSettings, *, announce: Told | None = None) -> ModelClient:
    """`announce` is told where requests go and what is loaded, before that is done. Close the client in the end."""
    found = read_address(address, has_server=_has_server(address, settings))
    store = ReplyStore(settings.replies_folder, settings.replies_mb)
    if settings.replies == "replay":
        # Within the same budget, so that a run stops where it stopped when its replies were kept.
        return BoundedModel(ReplayedModel(store, address), settings, found.name)
    client = BoundedModel(_backend(found, settings, announce or _unheard), settings, found.name)
    if settings.replies == "off":
        return client
    # A script costs nothing, and may have changed.
    mode = "refresh" if found.kind == "scripted" else settings.replies
    return KeptReplies(client, store, mode, address, price_of(found.name, settings.prices))


def described_model(address: str, settings: ModelSettings) -> str:
    """What would be asked, and where. Raises what is known to go wrong before anything is loaded or sent."""
    found = read_address(address, has_server=_has_server(address, settings))
    if found.kind == "server":
        from testwright.llm.hosts import allowed_host

        host = allowed_host(settings)
        _extra("openai", "openai", "openai")
        return f"{found.name} at {host.shown}" + (", on this machine" if host.is_local else "")
    if found.kind == "scripted":
        return f"replies of {found.name}"
    if found.kind == "file":
        from testwright.llm.gguf_file import checked_gguf

        checked_gguf(found.name)
    _extra("xllamacpp" if importlib.util.find_spec("llama_cpp") is None else "llama_cpp", "xllamacpp", "local")
    if found.kind == "hub":
        _extra("huggingface_hub", "huggingface-hub", "local")
    threads = settings.threads or threads_for_model()
    return f"{address}, on this machine, with {threads} thread{'' if threads == 1 else 's'}"


def _has_server(address: str, settings: ModelSettings) -> bool:
    """One that is named in the environment, for other programs, does not make a file's name that of its model."""
    return settings.is_host_named or (bool(settings.base_url) and not address.endswith(".gguf"))


def _backend(address: Address, settings: ModelSettings, announce: Told) -> ModelClient:
    if address.kind == "scripted":
        return scripted_from(address.name, context_size=settings.context_size)
    if address.kind == "server":
        return _server(address.name, settings, announce)
    if address.kind == "hub":
        load = _extra("testwright.llm.hub_files", "huggingface-hub", "local").hub_file
        return _in_process(load(address.name, address.file, settings, announce), settings, announce)
    return _in_process(address.name, settings, announce)


def _server(name: str, settings: ModelSettings, announce: Told) -> ModelClient:
    from testwright.llm.hosts import allowed_host

    host = allowed_host(settings)
    module = _extra("testwright.llm.openai_server", "openai", "openai")
    note = "" if host.is_local or host.is_encrypted else ", unencrypted"
    announce(f"{name!r} is asked at {host.shown}{note}" + ("" if host.is_local else ": questions contain your code"))
    client: ModelClient = module.ServerModel(name, settings)
    return client


def _in_process(path: str, settings: ModelSettings, announce: Told) -> ModelClient:
    from testwright.llm.gguf_file import checked_gguf

    checked_gguf(path)
    if importlib.util.find_spec("xllamacpp") is None and importlib.util.find_spec("llama_cpp") is not None:
        announce(f"{path!r} is loaded, on this machine")
        from testwright.llm.llama_cpp_file import LlamaCppFile

        return LlamaCppFile(path, settings)
    _extra("xllamacpp", "xllamacpp", "local")
    announce(f"{path!r} is loaded, on this machine")
    from testwright.llm.llama_file import LlamaFile

    return LlamaFile(path, settings)


def _extra(module: str, library: str, extra: str) -> Any:
    """The module, which is imported only when it is needed: it takes longer than all the rest."""
    try:
        return importlib.import_module(module)
    except ModuleNotFoundError as error:
        raise ModelError(
            f"this model needs {library!r}, which is not installed here",
            slug="model-extra-missing",
            where=f"import {error.name or library}",
            hint=f"run `pip install 'testwright[{extra}]'`",
        ) from error


def _unheard(text: str) -> None:
    return None
