import json

from spanwise_dashboards.catalogue import FILES, boards, drift, write


def test_the_committed_files_are_what_the_specs_render():
    assert drift(FILES) == ""


def test_boards_are_found_without_a_list_of_them():
    assert "spanwise-fleet" in [board.uid for board in boards()]


def test_uids_and_titles_are_unique():
    for names in ([board.uid for board in boards()], [board.title for board in boards()]):
        assert len(set(names)) == len(names)


def test_a_changed_a_missing_and_a_left_over_file_are_drift(tmp_path):
    written = write(tmp_path / "new")
    assert drift(tmp_path / "new") == ""
    written[0].write_text(written[0].read_text().replace("Success ratio", "Success"))
    assert '+      "title": "Success ratio"' in drift(tmp_path / "new")
    written[0].unlink()
    assert f"committed/{written[0].name}" in drift(tmp_path / "new")
    write(tmp_path / "new")
    (tmp_path / "new" / "old.json").write_text("{}\n")
    assert "-{}" in drift(tmp_path / "new")


def test_files_are_named_after_the_uid(tmp_path):
    for file in write(tmp_path):
        assert json.loads(file.read_text())["uid"] == file.stem
