"""Turns a project's configuration and flags into what a model is opened with."""

from __future__ import annotations

import os
from collections.abc import Mapping
from typing import cast

from testwright.config.project import Project
from testwright.config.request import full_path
from testwright.config.sources import Settings
from testwright.inside.recording.log_file import REMEMBERED
from testwright.llm.model_settings import ModelSettings, Price, ReplyMode

__all__ = ["model_settings"]


def model_settings(
    settings: Settings, project: Project, *, environment: Mapping[str, str] | None = None
) -> ModelSettings:
    """For `open_model`. OPENAI_BASE_URL is often set for other programs: it names a server, but allows nothing."""
    options, around = settings.options, os.environ if environment is None else environment
    source = next(value.source for value in settings.values if value.name == "model_base_url")
    general = around.get("OPENAI_BASE_URL", "")
    base_url = options.model_base_url or general
    return ModelSettings(
        base_url=base_url,
        is_host_named=bool(options.model_base_url),
        # A project from elsewhere could name a host of its own, to be sent the key of whoever tries it.
        may_send_key=not source.startswith("pyproject.toml") or base_url == general,
        is_offline=options.model_offline,
        context_size=options.model_context_size,
        threads=options.model_threads,
        max_calls=options.model_max_calls,
        max_tokens=options.model_max_tokens,
        max_cost=options.model_max_cost,
        prices=tuple(Price(**each) for each in options.model_prices),
        replies=cast(ReplyMode, options.model_replies),
        replies_folder=_replies_folder(settings, project),
        replies_mb=options.model_replies_mb,
        seconds_per_token=options.model_seconds_per_token,
    )


def _replies_folder(settings: Settings, project: Project) -> str:
    named = settings.options.model_replies_folder
    if named:
        return full_path("model_replies_folder", named, settings, project)
    return os.path.join(project.root, REMEMBERED, "replies")
