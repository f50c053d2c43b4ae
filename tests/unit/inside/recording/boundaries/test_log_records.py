"""Log records are told as they were let through, and no code of the program is run to word them."""

from __future__ import annotations

BEFORE = """
import logging
shown = []
class Shown(logging.Handler):
    def emit(self, record):
        import sys
        frame, names = sys._getframe(), []
        while frame is not None and len(names) < 6:
            names.append(frame.f_code.co_name)
            frame = frame.f_back
        shown.append((record.getMessage(), names))
log = logging.getLogger("shop.tills")
log.setLevel(logging.INFO)
log.addHandler(Shown())
log.propagate = False
"""


def test_records_have_logger_level_and_what_they_say(program):
    told = program(
        """
        with request(rows=False):
            log.debug("below the level")
            log.info("opened")
            log.warning("%s is %.1f short", "till 4", 2.5)
            log.info("%(who)s", {"who": "ann"})
            try:
                1 / 0
            except ZeroDivisionError:
                log.exception("broken")
        log.info("outside")
        printed = [text for text, _ in shown]
        """,
        BEFORE,
    )
    assert [span["data"] for span in told.spans("log")] == [
        {"logger": "shop.tills", "level": "INFO", "message": "opened"},
        {
            "logger": "shop.tills",
            "level": "WARNING",
            "message": "till 4 is 2.5 short",
            "template": "%s is %.1f short",
            "args": ["tuple", "till 4", 2.5],
        },
        {
            "logger": "shop.tills",
            "level": "INFO",
            "message": "ann",
            "template": "%(who)s",
            "args": ["dict", ["who", "ann"]],
        },
        {
            "logger": "shop.tills",
            "level": "ERROR",
            "message": "broken",
            "exception": {"type": "builtins:ZeroDivisionError", "message": "division by zero"},
        },
    ]
    assert told.printed == ["opened", "till 4 is 2.5 short", "ann", "broken", "outside"]


def test_objects_are_worded_by_the_program_alone_and_filters_are_obeyed(program):
    told = program(
        """
        ran = []
        class Till:
            number = 4
            def __str__(self):
                ran.append(1)
                return "till"
        log.addFilter(lambda record: "quiet" not in record.msg)
        with request(rows=False):
            log.info("%s", Till())
            log.info("quiet")
            log.info("%d of %d", 1)
        printed = len(ran)
        """,
        BEFORE.replace("shown.append((record.getMessage(), names))", "'%d' in record.msg or record.getMessage()"),
    )
    first, second = [span["data"] for span in told.spans("log")]
    assert told.printed == 1
    assert "message" not in first
    assert (first["template"], first["args"][1][1]) == ("%s", "__main__:Till")
    assert second["message"] == "%d of %d"


def test_what_is_secret_is_not_kept(program):
    told = program(
        """
        with request(rows=False):
            log.info("password=%s of %s", "corr3ct-horse", "ann")
            log.info("again: corr3ct-horse")
        """,
        BEFORE,
    )
    assert "corr3ct-horse" not in str(told.records)


def test_handlers_see_the_callers_that_they_always_saw(program):
    """Some look for the first frame that is not `logging`'s."""
    told = program(
        """
        def work():
            log.info("now")
        with request(rows=False):
            work()
        boundaries.stop()
        work()
        printed = [shown[0][1] == shown[1][1], "filter" in vars(logging.Logger)]
        """,
        BEFORE,
    )
    assert told.printed == [True, False]


def test_a_loop_leaves_room_for_others(program):
    told = program(
        """
        with request(rows=False) as scope:
            for number in range(5000):
                log.info("in the loop")
            log.info("after it")
        printed = scope.dropped["log"]
        """,
        BEFORE,
    )
    assert len(told.spans("log")) == 101
    assert told.spans("log")[-1]["data"]["message"] == "after it"
    assert told.printed == 4900
