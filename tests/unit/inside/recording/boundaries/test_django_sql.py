"""Every statement of a Django project is seen as it was sent, with what came back; the project sees no difference."""

from __future__ import annotations

import pytest

pytest.importorskip("django")


def test_a_statement_has_its_parameters_and_the_rows_that_were_fetched(program):
    told = program("""
        with request():
            printed = [list(Tool.objects.filter(name="Saw").values_list("id", "name")), len(connection.queries)]
    """)
    (span,) = told.spans("sql")
    assert (span["name"], span["data"]["parameters"]) == ("SELECT", ["tuple", "Saw"])
    assert span["data"]["rows"] == ["list", ["tuple", 1, "Saw"]]
    assert span["data"]["columns"] == ["id", "name"]
    assert (span["data"]["connection"], span["data"]["vendor"], span["data"]["many"]) == ("default", "sqlite", False)
    assert told.printed == [[[1, "Saw"]], 0]


def test_nothing_is_fetched_that_the_program_does_not_fetch(program):
    told = program("""
        Region.objects.bulk_create([Region(name=f"R{n}") for n in range(150)])
        with request(rows=False):
            with connection.cursor() as cursor:
                cursor.execute("SELECT name FROM shop_region ORDER BY id")
                printed = [cursor.fetchone(), cursor.fetchmany(2)]
            with connection.cursor() as cursor:
                cursor.execute("SELECT id FROM shop_region ORDER BY id")
                printed.append(len([row for row in cursor]))
            kept = connection.cursor()
            kept.execute("SELECT id FROM shop_region ORDER BY id")
            kept.fetchone()
    """)
    first, second, third = [span["data"]["rows"] for span in told.spans("sql")]
    assert first == ["list", ["tuple", "Coast"], ["tuple", "R0"], ["tuple", "R1"]]
    assert told.printed == [["Coast"], [["R0"], ["R1"]], 151]
    assert second[:3] == ["cut", "list", 151]
    assert len(second[4]) == 101
    assert third == ["list", ["tuple", 1]]


def test_an_error_is_the_programs_own(program):
    told = program("""
        from django.db import IntegrityError
        with request():
            try:
                Region.objects.create(name="Coast")
            except IntegrityError as error:
                printed = [str(error), type(error.__cause__).__module__]
    """)
    failed = next(span["data"] for span in told.spans("sql") if span["name"] == "INSERT")
    assert failed["raised"]["type"] == "django.db.utils:IntegrityError"
    assert told.printed == ["UNIQUE constraint failed: shop_region.name", "sqlite3"]
    assert told.table("shop_region")["reverted"] is True


def test_transactions_and_savepoints_are_told(program):
    told = program("""
        with request():
            with transaction.atomic():
                try:
                    with transaction.atomic():
                        Tag.objects.create(name="gone")
                        raise LookupError
                except LookupError:
                    Tag.objects.create(name="here")
            try:
                with transaction.atomic():
                    Tag.objects.all().delete()
                    raise LookupError
            except LookupError:
                pass
        printed = list(Tag.objects.values_list("name", flat=True))
    """)
    words = [" ".join(sql.split()[:2]).partition(' "')[0] for sql in told.sql]
    assert words[:6] == ["BEGIN", "SAVEPOINT", "INSERT INTO", "ROLLBACK TO", "RELEASE SAVEPOINT", "INSERT INTO"]
    assert words[6] == "COMMIT"
    assert words[7] == "BEGIN"
    assert words[-1] == "ROLLBACK"
    assert [span["data"]["atomic"] for span in told.spans("sql")][2] is True
    assert told.printed == ["heavy", "here"]
    assert [row[2] for row in told.table("shop_tag")["after"][1:]] == ["heavy", "here"]


def test_all_databases_and_threads_are_seen(program):
    told = program("""
        import contextvars, threading
        Region.objects.using("other").create(name="Far")
        with request():
            list(Region.objects.all())
            list(Region.objects.using("other").all())
            context = contextvars.copy_context()
            thread = threading.Thread(target=lambda: (list(Tag.objects.all()), connection.close()))
            thread = threading.Thread(target=context.run, args=(lambda: (list(Tag.objects.all()), connection.close()),))
            thread.start()
            thread.join()
    """)
    assert [span["data"]["connection"] for span in told.spans("sql")] == ["default", "other", "default"]
    assert [(each["data"]["connection"], each["data"]["before"][1][2]) for each in told.spans("rows")] == [
        ("default", "Coast"),
        ("other", "Far"),
        ("default", "heavy"),
    ]


def test_asynchronous_code_is_seen(program):
    told = program("""
        import asyncio
        async def main():
            with request():
                return [tool.name async for tool in Tool.objects.all()], await Tag.objects.acount()
        printed = asyncio.run(main())
    """)
    assert told.printed == [["Saw"], 1]
    assert [sql.split()[0] for sql in told.sql] == ["SELECT", "SELECT"]
    assert told.spans("sql")[0]["data"]["rows"][1][3] == "Saw"


def test_the_project_sees_no_difference(program):
    told = program("""
        from django.test.utils import CaptureQueriesContext
        seen = []
        def blocker(execute, sql, params, many, context):
            seen.append(sql)
            return execute(sql, params, many, context)
        def work():
            with CaptureQueriesContext(connection) as queries, connection.execute_wrapper(blocker):
                with transaction.atomic():
                    tool = Tool.objects.get(pk=1)
                    tool.tags.add(Tag.objects.create(name="new"))
                    tool.delete()
                    transaction.set_rollback(True)
            return [query["sql"].split()[0] for query in queries]
        printed = [work()]
        with request():
            printed.append(work())
        statements = len(seen)
        boundaries.stop()
        printed += [work(), statements, connection.execute_wrappers]
    """)
    first, second, third, statements, wrappers = told.printed
    assert first == second == third
    assert wrappers == []
    assert statements % 2 == 0


def test_outside_of_a_trace_nothing_is_kept(program):
    assert program("list(Tool.objects.all())").records == []


def test_passwords_are_redacted_by_their_columns(program):
    told = program("""
        Account.objects.create(name="ann", password="corr3ct-horse")
        with request():
            account = Account.objects.get(name="ann")
            account.password = "batt3ry-staple"
            account.save()
    """)
    assert told.table("shop_account")["before"][1][3][0] == "secret"
    assert "corr3ct" not in str(told.records)
    assert "batt3ry" not in str(told.records)
    assert "ann" in str(told.records)


def test_a_run_keeps_what_is_new_and_counts_the_rest_and_a_request_keeps_all(program):
    told = program("""
        def work():
            for name in ("Saw", "Axe", "Saw", "Pick"):
                list(Tool.objects.filter(name=name))
            for names in (["Saw"], ["Saw", "Axe"], ["Saw", "Axe", "Pick"]):
                list(Tool.objects.filter(name__in=names))
            for _ in range(3):
                with transaction.atomic(), transaction.atomic():
                    pass

        counts = []
        whole = session.begin("script", "main.py", whole=True)
        work()
        counts.append(dict(whole.dropped))
        session.end(whole)
        with request(rows=False) as scope:
            work()
            counts.append(dict(scope.dropped))
        printed = counts
    """)
    script, request = [each["id"] for each in told.records if each["e"] == "trace"]
    kept = [(span["name"], span["data"]["parameters"]) for span in told.spans("sql") if span["trace"] == script]
    assert kept[:2] == [("SELECT", ["tuple", "Saw"]), ("SELECT", ["tuple", "Saw"])]
    assert [name for name, _ in kept[2:]] == ["BEGIN", "SAVEPOINT", "RELEASE", "COMMIT"]
    assert len([span for span in told.spans("sql") if span["trace"] == request]) == 7 + 12
    assert told.printed == [{"sql": 7 + 12 - 6}, {}]
