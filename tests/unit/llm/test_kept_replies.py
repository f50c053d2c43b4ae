"""Replies are kept by what was asked; a run with them needs no model, and a question that is new is an error."""

from __future__ import annotations

import json
import os
import stat
import threading
from dataclasses import replace

import pytest

from testwright.errors import ModelError
from testwright.llm.context_fit import fit
from testwright.llm.exchange import Message, ModelReply, ModelRequest, Sampling, Usage
from testwright.llm.kept_replies import KeptReplies, ReplayedModel
from testwright.llm.model_settings import ModelSettings, Price
from testwright.llm.opening import open_model
from testwright.llm.reply_keys import reply_key
from testwright.llm.reply_store import ReplyStore
from testwright.llm.scripted import ScriptedModel

ASKED = ModelRequest(messages=(Message("user", "one question"),), sampling=Sampling(seed=3))


@pytest.fixture
def store(tmp_path):
    return ReplyStore(str(tmp_path / "replies"), 10)


@pytest.mark.parametrize(
    "other",
    [
        replace(ASKED, messages=(Message("user", "another"),)),
        replace(ASKED, messages=(Message("system", "one question"),)),
        replace(ASKED, messages=(), prompt="one question"),
        replace(ASKED, sampling=Sampling(seed=4)),
        replace(ASKED, sampling=Sampling(seed=3, temperature=0.5)),
        replace(ASKED, sampling=Sampling(seed=3, max_tokens=9)),
        replace(ASKED, sampling=Sampling(seed=3, stop=("x",))),
        replace(ASKED, sampling=Sampling(seed=3, top_p=0.5)),
        replace(ASKED, sampling=Sampling(seed=3, repeat_penalty=1.5)),
        replace(ASKED, schema={"type": "object"}),
        replace(ASKED, grammar="root ::= x"),
        replace(ASKED, sample=1),
        replace(ASKED, template_arguments={"enable_thinking": False}),
    ],
)
def test_all_that_a_reply_depends_on_tells_questions_apart(other):
    assert reply_key("m", ASKED) == reply_key("m", replace(ASKED)) != reply_key("m", other)
    assert reply_key("m", ASKED) != reply_key("n", ASKED)


def test_what_was_asked_is_not_asked_again_unless_anew(store):
    model = ScriptedModel(["first", "second"], context_size=900)
    told: list[str] = []
    auto = KeptReplies(model, store, "auto", "a", Price("m", 1e6, 0))
    assert not auto.complete(ASKED).cached
    again = auto.complete(ASKED, told=told.append)
    assert (again.text, again.cached, again.cost, told) == ("first", True, 3.0, ["first"])
    assert KeptReplies(model, store, "refresh", "a").complete(ASKED).text == "second"
    assert auto.complete(ASKED).text == "second"
    assert len(model.requests) == 2


def test_without_the_model_all_is_as_it_was_and_nothing_else_is_answered(store):
    with pytest.raises(ModelError) as caught:
        ReplayedModel(store, "a")
    assert caught.value.slug == "reply-not-kept"
    first = KeptReplies(
        ScriptedModel([ModelReply("x", "length", Usage(1, None), 2.5)], context_size=900), store, "auto", "a"
    )
    kept = first.complete(ASKED)
    counted = fit(ScriptedModel([], context_size=900), ASKED)
    replayed = ReplayedModel(store, "a")
    assert replace(replayed.complete(ASKED), cached=False) == kept
    assert fit(replayed, ASKED) == counted
    with pytest.raises(ModelError) as caught:
        replayed.complete(replace(ASKED, sample=1))
    assert caught.value.slug == "reply-not-kept"


def test_errors_and_what_was_stopped_are_not_kept(store, tmp_path):
    model = ScriptedModel([ModelError("no", slug="model-busy"), ModelReply("hal", "cancelled"), "good"])
    client = KeptReplies(model, store, "auto", "a")
    with pytest.raises(ModelError, match="no"):
        client.complete(ASKED)
    assert client.complete(ASKED).finish == "cancelled"
    assert not (tmp_path / "replies" / "replies").exists()
    assert client.complete(ASKED).text == "good"


@pytest.mark.parametrize(
    "text", ["", "{", "[]", '{"text": 1, "finish": "stop"}', '{"text": "x", "finish": "y"}', "\xff"]
)
def test_a_broken_file_is_not_there(store, tmp_path, text):
    key = reply_key("m", ASKED)
    store.keep_reply(key, ModelReply("x"))
    file = next((tmp_path / "replies" / "replies").rglob("*.json"))
    file.write_bytes(text.encode("latin-1"))
    assert store.reply(key) is None


def test_the_folder_is_the_users_alone_and_bounded(tmp_path):
    store = ReplyStore(str(tmp_path / "replies"), 0.01)
    for number in range(60):
        store.keep_reply(f"{number:064}", ModelReply("x" * 500))
        os.utime(store._path("replies", f"{number:064}"), (number, number))
    assert stat.S_IMODE((tmp_path / "replies").stat().st_mode) == 0o700
    files = [path for path in (tmp_path / "replies").rglob("*") if path.is_file()]
    assert 0 < sum(path.stat().st_size for path in files) <= 10_000
    assert store.reply(f"{59:064}") is not None
    assert store.reply(f"{0:064}") is None
    assert [path for path in files if path.suffix != ".json"] == []


def test_several_threads_may_keep_the_same(store):
    writers = [threading.Thread(target=store.keep_reply, args=("ab" * 32, ModelReply("same"))) for _ in range(8)]
    for writer in writers:
        writer.start()
    for writer in writers:
        writer.join()
    kept = store.reply("ab" * 32)
    assert kept is not None
    assert kept.text == "same"


def test_a_folder_that_cannot_be_written_to_is_explained(tmp_path):
    (tmp_path / "file").write_text("")
    with pytest.raises(ModelError) as caught:
        ReplyStore(str(tmp_path / "file" / "replies"), 1).keep_reply("ab" * 32, ModelReply("x"))
    assert caught.value.slug == "replies-not-writable"


def test_a_whole_run_again_without_its_script(tmp_path):
    script = tmp_path / "script.jsonl"
    script.write_text('"a"\n"b"\n')
    settings = ModelSettings(replies="auto", replies_folder=str(tmp_path / "kept"), max_calls=2)
    requests = [replace(ASKED, sample=number) for number in range(3)]

    def run(settings):
        client, replies = open_model(f"scripted:{script}", settings), []
        for request in requests:
            try:
                replies.append(client.complete(request).text)
            except ModelError as error:
                replies.append(error.slug)
        return replies

    assert run(settings) == ["a", "b", "model-budget-spent"]
    script.write_text('"c"\n"b"\n')
    first = run(settings)
    assert first == ["c", "b", "model-budget-spent"]
    script.unlink()
    assert run(replace(settings, replies="replay")) == first
    kept = [json.loads(path.read_text()) for path in sorted((tmp_path / "kept" / "replies").rglob("*.json"))]
    assert sorted(each["text"] for each in kept) == ["b", "c"]
