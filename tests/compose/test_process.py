import subprocess
import sys


def said_by(code):
    return subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout.split()


def test_polars_gets_one_thread_unless_the_user_says_otherwise():
    code = "from spanwise_stack import process; process.starting(); import polars; print(polars.thread_pool_size())"
    assert said_by(code) == ["1"]
    assert said_by(f"import os; os.environ['POLARS_MAX_THREADS'] = '2'; {code}") == ["2"]


def test_memory_is_given_back_early_unless_the_user_says_otherwise():
    code = (
        "from spanwise_stack import process; process.starting(); import polars;print(os.environ['_RJEM_MALLOC_CONF'])"
    )
    # who imported Polars hands its setting down to what it starts
    unset = "import os; os.environ.pop('_RJEM_MALLOC_CONF', None);"
    assert said_by(unset + code)[0].endswith(",muzzy_decay_ms:0,narenas:2")
    assert said_by(f"{unset} os.environ['_RJEM_MALLOC_CONF'] = 'narenas:9'; {code}")[0].endswith(",narenas:9")


def test_garbage_is_collected_again_once_started():
    code = (
        "import gc; from spanwise_stack import process; process.starting(); print(gc.isenabled());"
        "process.started(); print(gc.isenabled())"
    )
    assert said_by(code) == ["False", "True"]
