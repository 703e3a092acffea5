"""Ways to a stale or wrong output that other systems have, and some that nobody has reported; each is closed here.

The letters are those of the classes in which reports of them fall: (A) source that is imported is not in the key, (B)
nor are data, environment and versions, (C) results are made anew without need, (D) pages do not show what has changed,
(E) failures are stored or hidden, (F) time stamps and absolute paths decide, (G) drift of versions is hidden, (H) merge
conflicts in what is committed.
"""

import os
import shutil
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from knapper.diagnostics import Code
from knapper.snippets.result import State
from tests.snippets.projects import VALUE, Lab

# A: source that is imported -------------------------------------------------------------------------------------------

HELPER = "import helper\nhelper.VALUE"
FORMS = {
    "import": HELPER,
    "from": "from helper import VALUE\nVALUE",
    "within a function": "def read():\n    import helper\n    return helper.VALUE\nread()",
    "import_module": "import importlib\nimportlib.import_module('helper').VALUE",
    "__import__": "__import__('helper').VALUE",
    "exec": "exec('import helper')\nhelper.VALUE",
    "find_spec and exec_module": (
        "import importlib.util\nspec = importlib.util.find_spec('helper')\n"
        "module = importlib.util.module_from_spec(spec)\nspec.loader.exec_module(module)\nmodule.VALUE"
    ),
    "in a thread": (
        "import threading\nfound = []\ndef work():\n    import helper\n    found.append(helper.VALUE)\n"
        "thread = threading.Thread(target=work)\nthread.start()\nthread.join()\nfound[0]"
    ),
}


@pytest.mark.parametrize("body", FORMS.values(), ids=FORMS)
@pytest.mark.parametrize("folder", ["src", "snippets"])
def test_a_helper_edited(lab: Lab, body: str, folder: str) -> None:
    lab.write(f"{folder}/helper.py", "VALUE = 1")
    lab.script(body)
    assert lab.value() == "1"
    lab.quietly(f"{folder}/helper.py", "VALUE = 2")
    assert not lab.is_fresh()
    assert f"{folder}/helper.py has changed" in lab.why()
    assert lab.value() == "2"


def test_a_helper_of_a_helper_edited(lab: Lab) -> None:
    lab.files({"src/helper.py": "from other import VALUE", "src/other.py": "VALUE = 1"})
    lab.script(HELPER)
    assert lab.value() == "1"
    lab.quietly("src/other.py", "VALUE = 2")
    assert lab.value() == "2"


def test_a_helper_deleted(lab: Lab) -> None:
    helper = lab.write("src/helper.py", "VALUE = 1")
    lab.script("try:\n    import helper\n    value = helper.VALUE\nexcept ImportError:\n    value = 0\nvalue")
    assert lab.value() == "1"
    helper.unlink()
    assert lab.value() == "0"
    assert lab.is_fresh()
    lab.write("src/helper.py", "VALUE = 3")
    assert "module helper is now src/helper.py" in lab.why()
    assert lab.value() == "3"


SHADOWS = {
    "module by a package": ({"src/helper.py": "VALUE = 1"}, {"src/helper/__init__.py": "VALUE = 2"}),
    "src by the script's folder": ({"src/helper.py": "VALUE = 1"}, {"snippets/helper.py": "VALUE = 2"}),
    "namespace by a module": (
        {"src/helper/inner.py": "", "snippets/one.py": f"{VALUE}import helper\ngetattr(helper, 'VALUE', 1)"},
        {"src/helper.py": "VALUE = 2"},
    ),
    "namespace that becomes regular": (
        {"src/helper/inner.py": "", "snippets/one.py": f"{VALUE}import helper\ngetattr(helper, 'VALUE', 1)"},
        {"src/helper/__init__.py": "VALUE = 2"},
    ),
    "standard library": (
        {"snippets/one.py": f"{VALUE}import random\ngetattr(random, 'VALUE', 1)"},
        {"snippets/random.py": "VALUE = 2"},
    ),
    "distribution": (
        {"snippets/one.py": f"{VALUE}import wcwidth\ngetattr(wcwidth, 'VALUE', 1)"},
        {"src/wcwidth.py": "VALUE = 2"},
    ),
    "submodule": (
        {
            "src/package/__init__.py": "VALUE = 1",
            "snippets/one.py": f"{VALUE}try:\n    from package.inner import VALUE\nexcept ImportError:\n"
            "    from package import VALUE\nVALUE",
        },
        {"src/package/inner.py": "VALUE = 2"},
    ),
    "attribute of a package by a module": (
        {
            "src/package/__init__.py": "def __getattr__(name):\n    if name != 'inner':\n"
            "        raise AttributeError(name)\n    import types\n    return types.SimpleNamespace(VALUE=1)",
            "snippets/one.py": f"{VALUE}try:\n    import package.inner as inner\nexcept ImportError:\n"
            "    from package import inner\ninner.VALUE",
        },
        {"src/package/inner.py": "VALUE = 2"},
    ),
}


@pytest.mark.parametrize(("before", "after"), SHADOWS.values(), ids=SHADOWS)
def test_a_new_file_that_shadows(lab: Lab, before: dict[str, str], after: dict[str, str]) -> None:
    lab.script(HELPER)
    lab.files(before)
    assert lab.value() == "1"
    assert lab.is_fresh()
    lab.files(after)
    assert not lab.is_fresh()
    assert lab.value() == "2"
    assert lab.is_fresh()


@pytest.mark.parametrize("name", ["time", "os", "encodings", "builtins", "site"])
def test_a_file_with_the_name_of_what_python_loads_first_changes_nothing(lab: Lab, name: str) -> None:
    lab.script(f"import {name}\n'VALUE' in dir({name})")
    assert lab.value() == "False"
    lab.write(f"snippets/{name}.py", "VALUE = 2")
    assert lab.is_fresh()
    lab.workshop.results(force=True)
    assert lab.value() == "False"


def test_b_folder_with_the_name_of_a_distribution_hides_neither_it_nor_its_version(lab: Lab) -> None:
    lab.write("snippets/pyparsing/notes.txt", "")
    lab.script("exec('import pyparsing')\npyparsing.__name__")
    assert lab.value() == "pyparsing"
    provenance = lab.result().provenance
    assert provenance is not None
    assert "pyparsing" in provenance.versions
    assert lab.is_fresh()


def test_a_namespace_package_in_two_folders(lab: Lab) -> None:
    lab.files({"src/space/part.py": "VALUE = 1", "snippets/space/other.py": "VALUE = 10"})
    lab.script("import space.part, space.other\nspace.part.VALUE + space.other.VALUE")
    assert lab.value() == "11"
    assert lab.is_fresh()
    lab.quietly("src/space/part.py", "VALUE = 2")
    assert lab.value() == "12"


def test_a_relative_import(lab: Lab) -> None:
    lab.files({"src/package/__init__.py": "from .inner import VALUE", "src/package/inner.py": "VALUE = 1"})
    lab.script("import package\npackage.VALUE")
    assert lab.value() == "1"
    lab.quietly("src/package/inner.py", "VALUE = 2")
    assert lab.value() == "2"


def test_a_module_that_is_looked_for_and_not_imported(lab: Lab) -> None:
    helper = lab.write("src/helper.py", "VALUE = 1")
    lab.script("import importlib.util\nimportlib.util.find_spec('helper') is not None")
    assert lab.value() == "True"
    helper.unlink()
    assert lab.value() == "False"
    lab.write("src/helper.py", "VALUE = 1")
    assert lab.value() == "True"


def test_a_compiled_file_is_never_believed(lab: Lab) -> None:
    import py_compile

    helper = lab.write("src/helper.py", "VALUE = 1")
    py_compile.compile(str(helper), doraise=True)
    lab.script(HELPER)
    assert lab.value() == "1"
    lab.quietly("src/helper.py", "VALUE = 2")
    assert lab.value() == "2"


def test_d_modules_and_their_state_do_not_carry_over(lab: Lab) -> None:
    lab.write("src/helper.py", "VALUES = []")
    for name in ("one", "two"):
        lab.script("import helper, sys\nhelper.VALUES.append(1)\nsys.foo = getattr(sys, 'foo', 0) + 1\n"
                   "len(helper.VALUES), sys.foo, 'other' in sys.modules", name)  # fmt: skip
    lab.write("src/other.py", "")
    lab.script("import other\n1", "three")
    results = lab.workshop.results()
    assert results["one"].outputs["value"].text == results["two"].outputs["value"].text == "(1, 1, False)"
    lab.workshop.results(force=True)
    assert lab.value() == "(1, 1, False)"


# B: data, environment, versions ---------------------------------------------------------------------------------------

READS = '# /// script\n# [tool.knapper]\n# reads = ["data/*.txt"]\n# ///\n'


def reading(lab: Lab, body: str) -> None:
    lab.write("snippets/one.py", f"{READS}{VALUE}{body}")


def test_b_data_edited_deleted_and_added(lab: Lab) -> None:
    lab.write("data/a.txt", "1")
    reading(lab, "import glob\n'+'.join(open(path).read() for path in sorted(glob.glob('data/*.txt')))")
    assert lab.value() == "1"
    lab.quietly("data/a.txt", "2")
    assert "data/a.txt has changed" in lab.why()
    assert lab.value() == "2"
    lab.write("data/b.txt", "3")
    assert "data/b.txt is new" in lab.why()
    assert lab.value() == "2+3"
    (lab.root / "data/a.txt").unlink()
    assert "data/a.txt is gone" in lab.why()
    assert lab.value() == "3"


LISTINGS = [
    "len(os.listdir('data'))",
    "len(list(os.scandir('data')))",
    "len(glob.glob('data/*'))",
    "len(list(pathlib.Path('data').iterdir()))",
    "len(next(os.walk('data'))[2])",
]


@pytest.mark.parametrize("ask", LISTINGS)
def test_b_a_folder_that_is_listed(lab: Lab, ask: str) -> None:
    lab.write("data/a.txt", "1")
    reading(lab, f"import glob, os, pathlib\n{ask}")
    assert lab.value() == "1"
    assert lab.is_fresh()
    lab.write("data/not-declared.csv", "")
    assert not lab.is_fresh()
    assert "the folder data" in lab.why()
    assert lab.value() == "2"


def test_b_a_folder_of_modules_that_is_listed(lab: Lab) -> None:
    lab.write("src/helper.py", "")
    header = '# /// script\n# [tool.knapper]\n# reads = ["src/helper.py"]\n# ///\n'
    lab.write("snippets/one.py", f"{header}{VALUE}import pkgutil\nlen(list(pkgutil.iter_modules(['src'])))")
    assert lab.value() == "1"
    lab.write("src/other.py", "")
    assert lab.value() == "2"


def test_c_a_folder_that_python_itself_lists(lab: Lab) -> None:
    lab.script("from importlib import metadata\nbool(metadata.version('pytest'))")
    assert lab.value() == "True"
    lab.write("src/other.py", "")
    lab.write("snippets/two.py", "# %%\n")
    assert lab.is_fresh()


def test_b_a_file_that_was_absent(lab: Lab) -> None:
    lab.script(
        "try:\n    value = open('data/settings.json').read()\nexcept FileNotFoundError:\n    value = 'none'\nvalue"
    )
    assert lab.value() == "none"
    lab.write("data/settings.json", "{}")
    assert "data/settings.json is new" in lab.why()
    problem = lab.result().problems[-1]
    assert problem.code is Code.UNDECLARED_INPUT


def test_b_same_code_in_two_folders_with_other_data(lab: Lab) -> None:
    for folder in ("a", "b"):
        header = f'# /// script\n# [tool.knapper]\n# reads = ["snippets/{folder}/data.txt"]\n# ///\n'
        lab.write(f"snippets/{folder}/data.txt", f"DATA-{folder.upper()}")
        body = "import pathlib\n(pathlib.Path(__file__).parent / 'data.txt').read_text()"
        lab.write(f"snippets/{folder}/show.py", f"{header}{VALUE}{body}")
    assert lab.value("a/show") == "DATA-A"
    assert lab.value("b/show") == "DATA-B"


def test_b_environment(lab: Lab, monkeypatch: pytest.MonkeyPatch) -> None:
    text = (
        '# /// script\n# [tool.knapper]\n# env = {ANSWER = "42"}\n# ///\n' + VALUE + "import os\nos.environ['ANSWER']"
    )
    lab.write("snippets/one.py", text)
    monkeypatch.setenv("ANSWER", "7")
    assert lab.value() == "42"
    lab.write("snippets/one.py", text.replace("42", "43"))
    assert "`env` is now" in lab.why()
    assert lab.value() == "43"


def test_b_the_builds_own_environment_does_not_reach_a_snippet(lab: Lab, monkeypatch: pytest.MonkeyPatch) -> None:
    lab.script("import os\nos.environ.get('ANSWER', 'none')")
    monkeypatch.setenv("ANSWER", "7")
    assert lab.value() == "none"


@pytest.fixture
def site(lab: Lab, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder of installed distributions."""
    monkeypatch.setattr(sys, "path", [*sys.path, str(tmp_path)])
    return tmp_path


def install(site: Path, name: str, version: str, code: str, requires: str = "", direct_url: str = "") -> None:
    uninstall(site, name)
    (site / f"{name}.py").write_text(code)
    info = site / f"{name}-{version}.dist-info"
    info.mkdir()
    needs = f"Requires-Dist: {requires}\n" if requires else ""
    (info / "METADATA").write_text(f"Metadata-Version: 2.1\nName: {name}\nVersion: {version}\n{needs}")
    (info / "RECORD").write_text(f"{name}.py,,\n{info.name}/METADATA,,\n")
    if direct_url:
        (info / "direct_url.json").write_text(direct_url)


def uninstall(site: Path, name: str) -> None:
    (site / f"{name}.py").unlink(missing_ok=True)
    for info in site.glob(f"{name}-*.dist-info"):
        shutil.rmtree(info)


def test_b_and_g_versions(lab: Lab, site: Path) -> None:
    install(site, "fakelib", "1.0", "VALUE = 1", requires="other>=1")
    install(site, "other", "1.0", "")
    install(site, "quickly", "1.0", "")
    lab.script("import fakelib\nfakelib.VALUE")
    lab.script("import quickly\n5", "two")
    results = lab.workshop.results()
    assert results["one"].outputs["value"].text == "1"
    provenance = results["one"].provenance
    assert provenance is not None
    assert {
        name: version for name, version in provenance.versions.items() if name in ("fakelib", "other", "quickly")
    } == {
        "fakelib": "1.0",
        "other": "1.0",
    }
    install(site, "quickly", "2.0", "")  # which another snippet imports, so that the server had loaded it
    assert lab.is_fresh()
    assert not lab.is_fresh("two")
    install(site, "other", "2.0", "")
    assert lab.why() == "other is now 2.0, was 1.0"
    install(site, "fakelib", "2.0", "VALUE = 2")
    assert lab.value() == "2"
    uninstall(site, "fakelib")
    assert "fakelib 2.0 is no longer installed" in lab.why()
    assert lab.result().state is State.FAILED


def test_b_an_optional_import_that_is_installed_later(lab: Lab, site: Path) -> None:
    lab.script("try:\n    import optional\n    value = optional.VALUE\nexcept ImportError:\n    value = 0\nvalue")
    assert lab.value() == "0"
    assert lab.is_fresh()
    install(site, "optional", "1.0", "VALUE = 1")
    assert "module optional is now installed" in lab.why()
    assert lab.value() == "1"
    assert lab.is_fresh()
    uninstall(site, "optional")
    assert lab.value() == "0"


def test_b_an_installed_module_that_fails_to_load_is_not_taken_for_absent(lab: Lab, site: Path) -> None:
    install(site, "optional", "1.0", "raise ImportError('broken')")
    lab.script("try:\n    import optional\n    value = 1\nexcept ImportError:\n    value = 0\nvalue")
    assert lab.value() == "0"
    assert lab.is_fresh()
    install(site, "optional", "1.1", "")
    assert lab.value() == "1"


def test_b_a_library_that_another_loads_late(lab: Lab, site: Path) -> None:
    install(site, "fakelib", "1.0", "def read():\n    import lazily\n    return lazily.VALUE")
    install(site, "lazily", "1.0", "VALUE = 1")
    lab.script("import fakelib\nfakelib.read()")
    assert lab.value() == "1"
    install(site, "lazily", "1.1", "VALUE = 2")
    assert lab.value() == "2"


def test_b_a_library_that_is_installed_in_editable_mode_is_refused(lab: Lab, site: Path) -> None:
    install(site, "fakelib", "1.0", "VALUE = 1", direct_url='{"url": "file:///x", "dir_info": {"editable": true}}')
    lab.script("import fakelib\nfakelib.VALUE")
    problem = lab.result().problems[-1]
    assert (problem.code, "`fakelib`" in problem.message) == (Code.UNDECLARED_INPUT, True)


# C: no need to run ----------------------------------------------------------------------------------------------------

FULL = """# /// script
# dependencies = ["numpy"]  # a comment
# [tool.knapper]
# timeout = 60
# ///
# %% [markdown]
# # Title
# First prose.
# %% name="value" alt="An alternative"
import sys
6 * 7
# %% [markdown]
# Second prose.
"""
HARMLESS = {
    "prose": ("First prose", "Other prose"),
    "more prose": ("# First prose.", "# First prose.\n# Further.\n#\n# Yet more."),
    "another cell of prose": ("# %% name", "# %% [markdown]\n# New.\n# %% name"),
    "order of prose": ("# First prose.\n", "# Second prose.\n# First prose.\n"),
    "alternative": ("An alternative", "Another one"),
    "name": ('name="value"', 'name="other"'),
    "title of a cell": ("# %% name", "# %% Multiply name"),
    "blank lines": ("# %% [markdown]\n# Second", "\n\n\n# %% [markdown]\n# Second"),
    "comment in the header": ("# a comment", "# another, longer comment"),
    "timeout": ("timeout = 60", "timeout = 61"),
    "memory": ("timeout = 60", 'memory = "1 GB"'),
    "dependencies": ('["numpy"]', '["numpy", "scipy"]'),
    "no header": (FULL[: FULL.index("# %%")], ""),
    "shebang": ("# /// script\n", "#!/usr/bin/env python\n# /// script\n"),
    "line ends": ("\n", "\r\n"),
    "byte order mark": ("# /// script\n", "\ufeff# /// script\n"),
}


@pytest.mark.parametrize(("old", "new"), HARMLESS.values(), ids=HARMLESS)
def test_c_what_is_no_code_runs_nothing_and_shows(lab: Lab, old: str, new: str) -> None:
    lab.write("snippets/one.py", FULL)
    first = lab.result()
    assert old in FULL
    lab.write("snippets/one.py", FULL.replace(old, new))
    second = lab.result()
    assert (second.state, lab.ran) == (State.FRESH, [])
    assert [output.text for output in second.outputs.values()] == ["42"]
    assert second.displayed == first.displayed
    assert second.snippet == lab.workshop.snippets()["one"]


CHANGES = [
    ("6 * 7", "6 * 8"),
    ("import sys\n", "import sys\n# %%\n"),
    ("6 * 7", "6 * 7;"),
    ("# %% name", "# %%\nx = 1\n# %% name"),
]


@pytest.mark.parametrize(("old", "new"), CHANGES)
def test_c_what_is_code_runs(lab: Lab, old: str, new: str) -> None:
    lab.write("snippets/one.py", FULL)
    lab.result()
    lab.write("snippets/one.py", FULL.replace(old, new))
    assert not lab.is_fresh()
    assert "the code of snippets/one.py has changed" in lab.why()


def test_c_code_before_the_first_marker_with_a_header(lab: Lab) -> None:
    text = READS + "x = 41\n" + VALUE + "x + 1"
    lab.write("snippets/one.py", text)
    assert lab.value() == "42"
    lab.write("snippets/one.py", text.replace("[tool.knapper]", "[tool.knapper]\n# timeout = 5"))
    assert lab.is_fresh()


def test_c_a_header_in_a_cell(lab: Lab) -> None:
    text = "# %%\n" + READS + "x = 41\n" + VALUE + "x + 1"
    lab.write("snippets/one.py", text)
    assert lab.value() == "42"
    lab.write("snippets/one.py", text.replace("[tool.knapper]", "[tool.knapper]\n# timeout = 5"))
    assert lab.is_fresh()


def test_c_other_snippets_and_their_inputs(lab: Lab) -> None:
    lab.write("src/helper.py", "VALUE = 1")
    lab.script(HELPER, "two")
    lab.script("1")
    lab.workshop.results()
    lab.quietly("src/helper.py", "VALUE = 2")
    lab.script("1", "three")
    lab.recorder.names.clear()
    lab.workshop.results()
    assert lab.ran == ["three", "two"]


def test_c_patterns_that_match_the_same_files(lab: Lab) -> None:
    lab.write("data/a.txt", "1")
    reading(lab, "open('data/a.txt').read()")
    assert lab.value() == "1"
    lab.write("snippets/one.py", (lab.root / "snippets/one.py").read_text().replace("data/*.txt", "data/a.txt"))
    assert lab.is_fresh()


def test_d_a_line_that_outputs_tell_moves_with_prose(lab: Lab) -> None:
    text = '# %% [markdown]\n# Prose.\n# %% name="value"\nimport warnings\nwarnings.warn("take care")\n1\n'
    lab.write("snippets/one.py", text)
    assert lab.value() == "1"
    assert "one.py:5" in str(lab.result().displayed)
    lab.write("snippets/one.py", text.replace("Prose", "Other"))
    assert lab.is_fresh()
    lab.write("snippets/one.py", text.replace("Prose.", "Prose.\n# More."))
    assert "lines of snippets/one.py have moved" in lab.why()
    lab.value()
    assert "one.py:6" in str(lab.result().displayed)


# D: results reach the page --------------------------------------------------------------------------------------------


def test_d_outputs_of_the_result_change(lab: Lab) -> None:
    lab.write("src/helper.py", "VALUE = 0.91")
    lab.script(HELPER)
    first = lab.result()
    lab.quietly("src/helper.py", "VALUE = 0.42")
    second = lab.result()
    assert first.outputs["value"].files == {"one/value.md": b"0.91\n"}
    assert second.outputs["value"].files == {"one/value.md": b"0.42\n"}
    assert first != second


def test_d_a_deleted_snippet_vanishes(lab: Lab) -> None:
    lab.script("1")
    lab.value()
    (lab.root / "snippets/one.py").unlink()
    assert lab.workshop.results() == lab.workshop.stored() == {}


def test_d_a_renamed_snippet_has_no_result_of_the_old_name(lab: Lab) -> None:
    lab.script("__file__.rsplit('/')[-1]")
    assert lab.value() == "one.py"
    (lab.root / "snippets/one.py").rename(lab.root / "snippets/two.py")
    assert lab.value("two") == "two.py"


# E: failures ----------------------------------------------------------------------------------------------------------


def test_e_failures_are_not_stored_nor_hidden(lab: Lab) -> None:
    lab.script("print('before')\n1 / 0")
    for _ in range(2):
        lab.new_build()
        result = lab.result()
        assert result.state is State.FAILED
        assert result.outputs == {}
        assert result.problems[-1].code is Code.SNIPPET_FAILED
        assert result.problems[-1].line == 3
        assert lab.stored() == []
        assert lab.ran == ["one"]


def test_e_a_failure_does_not_leave_the_last_good_result(lab: Lab) -> None:
    lab.write("src/helper.py", "VALUE = 1")
    lab.script(HELPER)
    assert lab.value() == "1"
    lab.write("src/helper.py", "raise ValueError('broken')")
    assert lab.result().state is State.FAILED
    lab.write("src/helper.py", "VALUE = 1")
    assert lab.value() == "1"
    assert lab.ran == []


def test_e_what_is_refused_fails_even_if_it_is_caught(lab: Lab) -> None:
    lab.write("data/a.txt", "1")
    lab.script("try:\n    value = open('data/a.txt').read()\nexcept OSError:\n    value = 'none'\nvalue")
    assert lab.result().problems[-1].code is Code.UNDECLARED_INPUT
    assert lab.stored() == []


# F: time stamps and paths ---------------------------------------------------------------------------------------------


def test_f_touched_files_are_fresh(lab: Lab) -> None:
    lab.files({"src/helper.py": "VALUE = 1", "data/a.txt": "1"})
    reading(lab, HELPER)
    lab.value()
    for path in ("src/helper.py", "data/a.txt", "snippets/one.py"):
        os.utime(lab.root / path, (0, 0))
    assert lab.is_fresh()


def test_f_a_copied_or_moved_checkout_is_fresh(lab: Lab, tmp_path: Path) -> None:
    lab.files({"src/helper.py": "VALUE = 1", "data/a.txt": "1", "src/space/part.py": "VALUE = 2"})
    reading(lab, "import os, helper, space.part\nos.listdir('data')\n__file__ and helper.VALUE")
    assert lab.value() == "1"
    shutil.copytree(lab.root, tmp_path / "elsewhere" / "copy")
    assert str(lab.root) not in "".join(path.read_text() for path in lab.stored())
    copy = Lab(tmp_path / "elsewhere" / "copy")
    assert copy.value() == "1"
    assert copy.ran == []


def test_f_line_ends_of_another_system_are_fresh(lab: Lab) -> None:
    lab.write("src/helper.py", "VALUE = 1\nOTHER = 2\n")
    lab.script(HELPER)
    lab.value()
    lab.write("src/helper.py", "VALUE = 1\r\nOTHER = 2\r\n")
    assert lab.is_fresh()


def test_f_a_result_does_not_depend_on_the_working_folder(
    lab: Lab, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    lab.script("import os\nos.path.basename(os.getcwd())")
    monkeypatch.chdir(tmp_path)
    assert lab.value() == lab.root.name
    monkeypatch.chdir(lab.root)
    assert lab.is_fresh()


# Changes during a run -------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("path", "text"), [
    ("src/helper.py", "VALUE = 2"), ("data/a.txt", "2"), ("snippets/helper.py", "VALUE = 3"), ("data/b.txt", ""),
])  # fmt: skip
def test_a_file_that_changes_meanwhile_discards_the_result(lab: Lab, path: str, text: str) -> None:
    lab.files({"src/helper.py": "VALUE = 1", "data/a.txt": "1"})
    reading(lab, HELPER)
    edit_at_the_end(lab, lambda: lab.write(path, text))
    result = lab.result()
    assert (result.state, result.problems[-1].code) == (State.FAILED, Code.CHANGED_INPUT)
    assert path in result.problems[-1].message
    assert lab.stored() == []
    assert result.outputs == {}
    edit_at_the_end(lab, lambda: None)
    assert lab.result().state is State.FRESH


def test_the_script_itself_that_changes_meanwhile(lab: Lab) -> None:
    lab.script("1")
    edit_at_the_end(lab, lambda: lab.script("2"))
    assert lab.result().problems[-1].code is Code.CHANGED_INPUT
    edit_at_the_end(lab, lambda: lab.write("snippets/one.py", "# %% [markdown]\n# Prose.\n" + VALUE + "2"))
    assert lab.value() == "2"
    edit_at_the_end(lab, lambda: (lab.root / "snippets/one.py").unlink())
    result = lab.workshop.results(force=True)["one"]
    assert result.problems[-1].code is Code.CHANGED_INPUT
    edit_at_the_end(lab, lambda: None)


def edit_at_the_end(lab: Lab, edit: object) -> None:
    """Has a file changed once the snippet has run, before its result is stored."""
    assert callable(edit)
    lab.recorder.finished = lambda name, seconds, ok: edit() and None  # type: ignore[method-assign]


@pytest.fixture(autouse=True)
def _recorder(shared: Lab) -> Iterator[None]:
    yield
    vars(shared.recorder).pop("finished", None)


def test_b_a_declared_folder_without_a_file_may_be_listed(lab: Lab) -> None:
    reading(lab, "import glob\nlen(glob.glob('data/*.txt'))")
    assert lab.value() == "0"
    lab.write("data/a.txt", "1")
    assert lab.value() == "1"
