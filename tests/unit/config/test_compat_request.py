from __future__ import annotations

import pytest

from testwright.config.compat_request import CompatFlags, prepare_compat


@pytest.mark.parametrize(("above", "is_found"), [(0, True), (5, True), (6, False)])
def test_classes_are_looked_for_below_the_nearest_project_no_more_than_five_folders_above(tmp_path, above, is_found):
    folders = [tmp_path, *(tmp_path.joinpath(*"abcdef"[: number + 1]) for number in range(6))]
    target = folders[-1] / "m.py"
    folders[-1].mkdir(parents=True)
    target.write_text("def f(): ...\n")
    (folders[6 - above] / "requirements.txt").write_text("")
    request = prepare_compat(str(target), None, CompatFlags(), {"output": str(tmp_path / "out")})
    assert request.scan_root == str(folders[6 - above] if is_found else folders[-1])
