"""A snippet gets nothing of the project or the network that it does not declare."""

import socket
import sqlite3
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from knapper.diagnostics import Code
from knapper.snippets import landlock, server
from knapper.snippets.policy import make_policy
from knapper.snippets.result import Result, State
from tests.snippets.running import Project, line_of, printed

needs_landlock = pytest.mark.skipif(landlock.abi() < 4, reason="the kernel does not offer Landlock with TCP")

READ_HINT = 'add `reads = ["data/secret.csv"]` to its header'
NETWORK_HINT = "add `network = true` to its header"
WRITE_HINT = "write into tempfile.TemporaryDirectory()"

# Python asks, and the audit hook refuses: body and hint. The refused line ends with `# bad`.
REFUSED: dict[str, tuple[str, str]] = {
    "open": ("open('data/secret.csv')  # bad", READ_HINT),
    "pathlib": ("from pathlib import Path\nPath('data/secret.csv').read_text()  # bad", READ_HINT),
    "fileio": ("import io\nio.FileIO('data/secret.csv')  # bad", READ_HINT),
    "bytes": ("open(b'data/secret.csv')  # bad", READ_HINT),
    "os_open": ("import os\nos.open('data/secret.csv', os.O_RDONLY)  # bad", READ_HINT),
    "chdir": ("import os\nos.chdir('data')\nopen('secret.csv')  # bad", READ_HINT),
    "numpy": ("import numpy as np\nnp.loadtxt('data/secret.csv')  # bad", READ_HINT),
    "sqlite": ("import sqlite3\nsqlite3.connect('data/base.db')  # bad", 'add `reads = ["data/base.db"]`'),
    "link": (
        "import os, tempfile\nname = tempfile.mkdtemp() + '/link'\nos.symlink(os.getcwd() + '/data/secret.csv', name)\n"
        "open(name)  # bad",
        READ_HINT,
    ),
    "module": ("open('src/unused.py')  # bad", 'add `reads = ["src/unused.py"]`'),
    "another": ("open('snippets/refused_open.py')  # bad", 'add `reads = ["snippets/refused_open.py"]`'),
    "caught": ("try:\n    open('data/secret.csv')  # bad\nexcept OSError:\n    pass\n1", READ_HINT),
    "listdir": ("import os\nos.listdir('data')  # bad", 'add `reads = ["data/*"]`'),
    "scandir": ("import os\nlist(os.scandir('data'))  # bad", 'add `reads = ["data/*"]`'),
    "glob": ("from pathlib import Path\nlist(Path('data').glob('*'))  # bad", 'add `reads = ["data/*"]`'),
    "list_root": ("import os\nos.listdir()  # bad", 'add `reads = ["*"]`'),
    "list_snippets": ("import os\nos.listdir('snippets')  # bad", 'add `reads = ["snippets/*"]`'),
    "writes": ("open('data/new.csv', 'w')  # bad", WRITE_HINT),
    "appends": ("open('data/secret.csv', 'a')  # bad", WRITE_HINT),
    "makes": ("import os\nos.makedirs('out')  # bad", WRITE_HINT),
    "removes": ("import os\nos.remove('data/secret.csv')  # bad", WRITE_HINT),
    "renames": ("import os\nos.rename('data/secret.csv', 'data/x.csv')  # bad", WRITE_HINT),
    "links_out": (
        "import os, tempfile\nos.link('data/secret.csv', tempfile.mkdtemp() + '/x')  # bad",
        WRITE_HINT,
    ),
    "links_in": ("import os\nos.symlink('/etc/passwd', 'data/x')  # bad", WRITE_HINT),
    "touches": ("import os\nos.utime('data/secret.csv')  # bad", WRITE_HINT),
    "chmods": ("import os\nos.chmod('data/secret.csv', 0o777)  # bad", WRITE_HINT),
    "outside": ("open('../outside/other.csv')  # bad", "copy it there, and declare it under `reads`"),
    "list_outside": ("import os\nos.listdir('../outside')  # bad", "copy it there"),
    "connects": ("import socket\nsocket.create_connection(('127.0.0.1', {port}))  # bad", NETWORK_HINT),
    "connects_raw": ("import socket\nsocket.socket().connect(('127.0.0.1', {port}))  # bad", NETWORK_HINT),
    "sends": (
        "import socket\nsocket.socket(type=socket.SOCK_DGRAM).sendto(b'x', ('127.0.0.1', {port}))  # bad",
        NETWORK_HINT,
    ),
    "sends_message": (
        "import socket\ns = socket.socket(type=socket.SOCK_DGRAM)\n"
        "s.sendmsg([b'x'], [], 0, ('127.0.0.1', {port}))  # bad",
        NETWORK_HINT,
    ),
    "resolves": ("import socket\nsocket.getaddrinfo('example.org', 80)  # bad", NETWORK_HINT),
    "binds": ("import socket\nsocket.socket().bind(('127.0.0.1', 0))  # bad", NETWORK_HINT),
    "urlopen": (
        "from urllib.request import urlopen\ntry:\n    urlopen('http://127.0.0.1:{port}')  # bad\nexcept OSError: pass",
        NETWORK_HINT,
    ),
    "sets": ("import os\nos.environ['KERAS_BACKEND'] = 'jax'  # bad", 'add `env = {KERAS_BACKEND = "jax"}`'),
    "sets_text": ("import os\nos.environ['A'] = 'b\"c'  # bad", r'add `env = {A = "b\"c"}`'),
    "sets_default": ("import os\nos.environ.setdefault('A', 'b')  # bad", 'add `env = {A = "b"}`'),
    "unsets": ("import os\ndel os.environ['TZ']  # bad", "give it a value under `env`"),
}

# Only the kernel sees it.
BY_KERNEL: dict[str, str] = {
    "c_code": "import ctypes\nassert ctypes.CDLL(None).open(b'data/secret.csv', 0) >= 0, 'denied'  # bad",
    "cat": "import subprocess\nsubprocess.run(['cat', 'data/secret.csv'], check=True)  # bad",
    "ls": "import subprocess\nsubprocess.run(['ls', 'data'], check=True)  # bad",
    "ls_root": "import subprocess\nsubprocess.run(['ls', '.'], check=True)  # bad",
    "touch": "import subprocess\nsubprocess.run(['touch', 'data/new'], check=True)  # bad",
    "curl": "import subprocess\nsubprocess.run(['curl', '-sS', 'http://127.0.0.1:{port}/'], check=True)  # bad",
    "python": "import subprocess, sys\n"
    "code = 'import socket; socket.create_connection((\"127.0.0.1\", {port}))'\n"
    "subprocess.run([sys.executable, '-c', code], check=True)  # bad",
}

# Body, header, what is printed.
ALLOWED: dict[str, tuple[str, str, str]] = {
    "declared": ("open('data/secret.csv').read()", 'reads = ["data/secret.csv"]', "<1,2\n>"),
    "declared_glob": (
        "import glob\nsorted(glob.glob('data/*.csv'))",
        'reads = ["data/*.csv"]',
        "<['data/secret.csv']>",
    ),
    "declared_deep": ("open('data/a/b/deep.csv').read()", 'reads = ["data/**/*.csv"]', "<deep>"),
    "declared_link": ("open('data/link').read()", 'reads = ["data/link"]', "<outside>"),
    "declared_cat": (
        "import subprocess\nsubprocess.run(['cat', 'data/secret.csv'], check=True)\nNone",
        'reads = ["data/secret.csv"]',
        "1,2\n",
    ),
    "declared_base": (
        "import sqlite3\nsqlite3.connect('data/base.db').execute('select * from t').fetchall()",
        'reads = ["data/base.db"]',
        "<[(7,)]>",
    ),
    "database_in_memory": (
        "import sqlite3\nsqlite3.connect(':memory:').execute('select 1').fetchall()",
        "",
        "<[(1,)]>",
    ),
    "database_of_its_own": (
        "import sqlite3, tempfile\nbase = sqlite3.connect(tempfile.mkdtemp() + '/x.db')\n"
        "base.execute('create table t (x)').fetchall()",
        "",
        "<[]>",
    ),
    "network": (
        "import socket\nsocket.create_connection(('127.0.0.1', {port})).recv(2)",
        "network = true",
        "<b'hi'>",
    ),
    "temporary": (
        "import os, shutil, tempfile\nfrom pathlib import Path\n"
        "with tempfile.TemporaryDirectory() as folder:\n"
        "    Path(folder, 'data', 'a').mkdir(parents=True)\n"  # of the names of folders of the project
        "    Path(folder, 'data', 'secret.csv').write_text('x')\n"
        "    os.symlink(Path('data').resolve(), Path(folder, 'link'))\n"
        "    os.symlink('/usr/bin/env', Path(folder, 'env'))\n"
        "    os.rename(Path(folder, 'env'), Path(folder, 'env2'))\n"
        "with tempfile.NamedTemporaryFile() as file: file.write(b'x')\n"
        "with tempfile.TemporaryFile() as file: file.write(b'x')\n"
        "Path('~/x').expanduser().write_text('x')",
        "",
        "<1>",
    ),
    "module": ("import used\nused.VALUE", "", "<3>"),
    "metadata": ("import importlib.metadata as m\nm.version('ipython') != ''", "", "<True>"),
    "same_value": ("import os\nos.environ['TZ'] = 'UTC'\nos.environ.pop('NOT_SET', None)", "", ""),
    "declared_value": ("import os\nos.environ['B'] = 'x'\nos.environ['B']", 'env = {B = "x"}', "<x>"),
    "bind_by_library": (
        "import asyncio\n"
        "async def main():\n"
        "    try: await asyncio.start_server(print, '127.0.0.1', 0)\n"
        "    except OSError as error: return type(error).__name__\n"
        "asyncio.run(main()) in ('NoneType', 'PermissionError')",
        "network = true",
        "<False>",
    ),
    "event_loop": ("import asyncio\nasyncio.run(asyncio.sleep(0, 'slept'))", "", "<slept>"),
    "unix_socket": ("import socket\na, b = socket.socketpair()\na.send(b'x')\nb.recv(1)", "", "<b'x'>"),
    "absent": ("try: open('data/absent.csv')\nexcept FileNotFoundError: print('absent')", "", "absent\n"),
}


@pytest.fixture(scope="module")
def port() -> Iterator[int]:
    """A port on which somebody listens, and says hi."""
    with socket.create_server(("127.0.0.1", 0)) as listening:
        import threading

        def greet() -> None:
            while True:
                try:
                    connection, _ = listening.accept()
                except OSError:
                    return
                with connection:
                    connection.sendall(b"hi")

        threading.Thread(target=greet, daemon=True).start()
        yield listening.getsockname()[1]
        listening.shutdown(socket.SHUT_RDWR)


@pytest.fixture(scope="module")
def project(tmp_path_factory: pytest.TempPathFactory, port: int) -> Iterator[Project]:
    made = prepared(tmp_path_factory.mktemp("confine"))
    for name, (body, _) in REFUSED.items():
        made.add(f"refused_{name}", body.replace("{port}", str(port)))
    for name, body in BY_KERNEL.items():
        made.add(f"kernel_{name}", body.replace("{port}", str(port)))
    for name, (body, header, _) in ALLOWED.items():
        made.add(f"allowed_{name}", body.replace("{port}", str(port)), header)
    yield made
    made.workshop.close()


@pytest.fixture(scope="module")
def results(project: Project) -> dict[str, Result]:
    return project.results()


def prepared(folder: Path) -> Project:
    made = Project(folder / "project")
    (folder / "outside").mkdir()
    (folder / "outside" / "other.csv").write_text("outside")
    made.write("data/secret.csv", "1,2\n")
    made.write("data/a/b/deep.csv", "deep")
    made.write("src/unused.py", "")
    made.write("src/used.py", "VALUE = 3\n")
    (made.root / "data" / "link").symlink_to(folder / "outside" / "other.csv")
    with sqlite3.connect(made.root / "data" / "base.db") as base:
        base.execute("create table t (x)")
        base.execute("insert into t values (7)")
    base.close()
    return made


@pytest.mark.parametrize("name", REFUSED)
def test_refused_with_the_line_to_add(results: dict[str, Result], name: str) -> None:
    result = results[f"refused_{name}"]
    (problem,) = result.problems
    assert problem.code is Code.UNDECLARED_INPUT, problem
    assert REFUSED[name][1] in problem.hint
    assert problem.line == line_of(result.snippet.text, "# bad")


@needs_landlock
@pytest.mark.parametrize("name", BY_KERNEL)
def test_kernel_holds_other_processes_and_c_code(results: dict[str, Result], project: Project, name: str) -> None:
    result = results[f"kernel_{name}"]
    (problem,) = result.problems
    assert result.state is State.FAILED
    assert problem.line == line_of(result.snippet.text, "# bad")
    assert "1,2" not in printed(result)
    assert not (project.root / "data" / "new").exists()


@pytest.mark.parametrize("name", ALLOWED)
def test_allowed(results: dict[str, Result], name: str) -> None:
    result = results[f"allowed_{name}"]
    assert result.state is State.FRESH, result.problems
    assert printed(result) == ALLOWED[name][2]


@pytest.mark.parametrize(
    "name", ["os.open('secret.csv', os.O_RDONLY, dir_fd=folder)", "os.remove('secret.csv', dir_fd=folder)"]
)
def test_name_relative_to_an_open_folder(project: Project, name: str) -> None:
    body = f"import os\nfolder = os.open('data', os.O_RDONLY)\n{name}  # bad"
    problem = project.failure("by_folder", body, 'reads = ["data/base.db"]')
    assert problem.code is Code.UNDECLARED_INPUT
    assert "data/secret.csv" in problem.message
    assert problem.hint == (READ_HINT if "O_RDONLY" in name else WRITE_HINT)


def test_what_is_not_enforced_is_told(results: dict[str, Result]) -> None:
    result = results["allowed_declared"]
    assert result.provenance is not None
    told = result.provenance.unenforced
    assert "whether a file exists" in told
    assert any("network use" in one for one in told)


WITHOUT = """
from knapper.snippets import landlock
landlock.abi = lambda: 0
from knapper.snippets import zygote
zygote.main()
"""


def test_without_landlock_it_runs_and_tells(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(server, "ZYGOTE", ("-P", "-c", WITHOUT))
    project = prepared(tmp_path)
    try:
        result = project.run("reads", "import subprocess\nsubprocess.run(['cat', 'data/secret.csv'])\nNone")
        assert printed(result) == "1,2\n"
        assert result.provenance is not None
        assert result.provenance.unenforced == (
            "files read by C code and by other processes",
            "network use by C code and by other processes",
        )
        assert READ_HINT in project.failure("opens", "open('data/secret.csv')").hint
    finally:
        project.workshop.close()


def test_environment_within_the_project_may_be_read(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    site = tmp_path / ".venv" / "lib"
    site.mkdir(parents=True)
    (tmp_path / "src").mkdir()
    monkeypatch.setattr(sys, "prefix", str(tmp_path / ".venv"))
    monkeypatch.setattr(sys, "path", [str(site), str(tmp_path / "src"), str(tmp_path)])
    policy = make_policy(tmp_path, tmp_path / "run", tmp_path / ".knapper" / "cache", [], [])
    assert policy.may_read(str(site / "package.py"))
    assert not policy.may_write(str(site / "package.py"))
    assert not policy.may_read(str(tmp_path / "src" / "module.py"))
    assert not policy.may_read(str(tmp_path))
    assert policy.may_write(str(tmp_path / ".knapper" / "cache" / "fonts.json"))
