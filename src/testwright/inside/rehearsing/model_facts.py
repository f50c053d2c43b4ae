"""Tells what has to be known of a project's models to write a test that makes rows."""

from __future__ import annotations

import importlib
import importlib.util
import logging
from collections.abc import Iterable, Mapping
from typing import Any

from ..recording.values import snapshot
from .project_functions import NotImportable, imported

__all__ = ["chosen_factories", "factories", "model_facts"]


def model_facts() -> list[dict[str, Any]]:
    """Of every model that is not one more view of another: its label, where it is imported from, its table, and its
    fields in order.
    """
    from django.apps import apps

    return [_facts(model) for model in apps.get_models(include_auto_created=True) if not model._meta.proxy]


def factories(modules: Iterable[str]) -> dict[str, dict[str, Any]]:
    """By model, the factory of factory_boy that makes it: where it is imported from, and what it gives by itself.

    Of several for one model the one that is named after it, else the first. Modules that cannot be imported give none.
    """
    if importlib.util.find_spec("factory") is None:
        return {}
    found: dict[str, dict[str, Any]] = {}
    for name in modules:
        try:
            module = importlib.import_module(name)
        except Exception as error:  # noqa: BLE001  a module of tests may want what is not there
            logging.getLogger(__name__).debug("%s cannot be imported: %s", name, error)
            continue
        for thing in vars(module).values():
            if _is_factory(thing):
                told = _factory(thing)
                label = told["label"]
                exact = thing.__name__ == f"{label.rpartition('.')[2]}Factory"
                if label not in found or exact:
                    found[label] = told
    return found


def chosen_factories(chosen: Iterable[Mapping[str, Any]]) -> dict[str, dict[str, Any]]:
    """By model, those that settings name; NotImportable for what is no factory of factory_boy for a model."""
    found = {}
    for each in chosen:
        thing = imported(each["path"], "factories")
        if not _is_factory(thing):
            raise NotImportable(
                f"{each['path']!r} is {thing!r:.80}, and no factory of factory_boy that makes rows of a model",
                "factories",
            )
        told = _factory(thing)
        found[told["label"]] = told | {"with_key": bool(each.get("pk"))}
    return found


def _is_factory(thing: Any) -> bool:
    if importlib.util.find_spec("factory") is None:
        return False
    import factory

    return isinstance(thing, type) and issubclass(thing, factory.django.DjangoModelFactory) and bool(thing._meta.model)


def _factory(thing: type[Any]) -> dict[str, Any]:
    meta: Any = thing._meta
    return {
        "label": meta.get_model_class()._meta.label,
        "module": thing.__module__,
        "name": thing.__qualname__,
        "gives": sorted(meta.base_declarations),
        "with_key": False,
    }


def _facts(model: type[Any]) -> dict[str, Any]:
    from django.db import router

    meta = model._meta
    return {
        "label": meta.label,
        "module": model.__module__,
        "name": model.__qualname__,
        "table": meta.db_table,
        "pk": meta.pk.name,
        "auto_created": _through_of(meta.auto_created, model) if meta.auto_created else None,
        "is_user": _is_user(model),
        "database": router.db_for_write(model),
        "fields": [_field(field) for field in meta.concrete_fields],
    }


def _through_of(owner: type[Any], through: type[Any]) -> dict[str, str] | None:
    """Of the table that Django makes for a relation of many to many: whose it is, and its two columns."""
    for field in owner._meta.local_many_to_many:
        if field.remote_field.through is through:
            return {
                "owner": _label(owner),
                "name": field.name,
                "from": field.m2m_column_name(),
                "to": field.m2m_reverse_name(),
                "model": _label(field.remote_field.model),
            }
    return None


def _label(model: type[Any]) -> str:
    """Of the model that has the rows: a proxy has none of its own."""
    return str(model._meta.concrete_model._meta.label)


def _is_user(model: type[Any]) -> bool:
    from django.contrib.auth import get_user_model

    try:
        return model is get_user_model()._meta.concrete_model
    except Exception:  # noqa: BLE001  a project without users
        return False


def _field(field: Any) -> dict[str, Any]:
    remote = field.remote_field
    return {
        "name": field.name,
        "attname": field.attname,
        "column": field.column,
        "type": field.get_internal_type(),
        "to": _label(remote.model) if remote is not None else "",
        "to_field": remote.get_related_field().attname if remote is not None else "",
        "pk": bool(field.primary_key),
        "null": bool(field.null),
        "blank": bool(field.blank),
        "unique": bool(field.unique),
        "auto": field.get_internal_type() in ("AutoField", "BigAutoField", "SmallAutoField"),
        "now": bool(getattr(field, "auto_now", False) or getattr(field, "auto_now_add", False)),
        "file": hasattr(field, "upload_to"),
        "parent": bool(getattr(remote, "parent_link", False)),
        "has_default": bool(field.has_default()),
        "default": _default(field),
    }


def _default(field: Any) -> Any:
    """What a row has that was made without it, as a plain value; of a function that is called only what is always the same."""
    if not field.has_default():
        return None if field.null or not field.empty_strings_allowed else ""
    if callable(field.default) and field.default not in (dict, list):
        return ["opaque", "", "a function"]
    return snapshot(field.get_default())
