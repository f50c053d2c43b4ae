"""Instances that functions return, and instances after methods that return them."""

SOURCE = """
class Job:
    def __init__(self):
        self.unit = ''

    @property
    def seconds(self):
        self.unit = 'seconds'
        return self

    def tagged(self, tag):
        self.tag = tag
        return self

    def plain(self):
        return 1

def every(interval) -> Job:
    job = Job()
    job.interval = interval
    return job

async def later() -> Job:
    return Job()

def _hidden() -> Job:
    return Job()
"""


def test_what_public_functions_return(maker_of, values):
    maker = maker_of(SOURCE)
    kind = maker.live.classes["Job"]
    made = values(lambda: maker.objects.others.given(kind, 0))
    assert made
    assert all(type(v) is kind and hasattr(v, "interval") for v in made)


def test_a_string_of_calls(maker_of, values):
    maker = maker_of(SOURCE)
    kind = maker.live.classes["Job"]
    start = maker.objects.construct(kind, 0)
    made = values(lambda: maker.objects.others.carried_on(kind, start, 0))
    assert any(v.unit == "seconds" for v in made)
    assert any(hasattr(v, "tag") for v in made)


def test_a_class_without_either_is_made_by_its_constructor(maker_of, values):
    maker = maker_of("class A:\n    pass\n")
    kind = maker.live.classes["A"]
    assert maker.objects.others.given(kind, 0) is None
    assert all(type(v) is kind for v in values(lambda: maker.objects.make(kind, 0)))
