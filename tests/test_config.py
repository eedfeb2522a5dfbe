"""The settings of one run, and what is said where they are impossible."""

import traceback
from dataclasses import FrozenInstanceError, fields
from pathlib import Path

import pytest

from kb_search.config import CONFIG_NAME, ENV_PREFIX, Settings, load_settings
from kb_search.errors import ConfigError


@pytest.fixture
def write(tmp_path, monkeypatch):
    """Writes a configuration file and makes its folder the working one."""
    monkeypatch.chdir(tmp_path)

    def write(text, name=CONFIG_NAME):
        path = tmp_path / name
        path.parent.mkdir(exist_ok=True)
        path.write_text(text, "utf-8")
        return path

    return write


def test_without_anything_the_defaults_hold(tmp_path, monkeypatch):
    """No file, no environment and no options give the defaults."""
    monkeypatch.chdir(tmp_path)
    assert load_settings() == Settings()


def test_settings_cannot_be_changed():
    """Settings are read once and passed down."""
    with pytest.raises(FrozenInstanceError):
        Settings().port = 1


def test_command_line_goes_before_environment_before_file_before_default(write):
    """Of several places that set something, the nearer to the reader wins."""
    write('port = 1\nper_page = 11\ntitle = "File"\nhost = "::1"')
    environment = {f"{ENV_PREFIX}PORT": "2", f"{ENV_PREFIX}PER_PAGE": "12", f"{ENV_PREFIX}TITLE": ""}
    settings = load_settings(environment=environment, port=3, per_page=None)
    assert (settings.port, settings.per_page, settings.title, settings.host) == (3, 12, "File", "::1")
    assert settings.time_limit == Settings().time_limit


def test_every_setting_can_come_from_the_environment(write):
    """Each setting has a variable of its name, and what it says is read as that setting's kind."""
    write("")
    said = {
        "corpus": "/c", "index": "/i", "title": "T", "engine": "whoosh", "language": "hy", "host": "h", "port": "1",
        "per_page": "20", "time_limit": "2.5", "max_file_bytes": "7", "variants": "none",
        "workers": "2", "max_seconds": "2.5", "max_memory_bytes": "9", "engine_url": "http://h:1,https://i",
        "engine_collection": "c", "engine_shards": "3", "engine_replicas": "2", "engine_user": "u",
        "engine_password": "p", "engine_ca": "f", "engine_verify": "no", "engine_aws_region": "eu-west-1",
        "engine_cache": "/k", "engine_aws_token": "t",
    }  # fmt: skip
    assert set(said) == {field.name for field in fields(Settings)}
    settings = load_settings(environment={ENV_PREFIX + name.upper(): value for name, value in said.items()})
    for name, value in said.items():
        assert str(getattr(settings, name)) == value
        assert type(getattr(settings, name)) is type(getattr(Settings(), name))


def test_paths_of_a_file_are_relative_to_it(write):
    """A configuration can be used from any folder; absolute paths and those from elsewhere stay as they are."""
    path = write(
        'corpus = "articles"\nindex = "/elsewhere"\nengine_ca = "ca.pem"\nengine_cache = "kept"', "deep/other.toml"
    )
    settings = load_settings(path)
    assert settings.corpus == path.parent / "articles"
    assert settings.index == Path("/elsewhere")
    assert (settings.engine_ca, settings.engine_cache) == (str(path.parent / "ca.pem"), path.parent / "kept")
    assert load_settings(path, corpus=Path("mine")).corpus == Path("mine")
    assert load_settings(path, {f"{ENV_PREFIX}CORPUS": "yours"}).corpus == Path("yours")


def test_a_tilde_is_the_readers_own_folder(write, monkeypatch):
    """`~` means the same in a file and in the environment as it does on the command line."""
    monkeypatch.setenv("HOME", "/home/reader")
    write('corpus = "~/articles"')
    settings = load_settings(environment={f"{ENV_PREFIX}INDEX": "~/index"})
    assert (settings.corpus, settings.index) == (Path("/home/reader/articles"), Path("/home/reader/index"))


def test_the_cache_is_where_the_reader_keeps_caches(write):
    """The folder of XDG_CACHE_HOME, if that is an absolute path; a setting of its own goes before it."""
    write("")
    assert load_settings(environment={"XDG_CACHE_HOME": "/caches"}).engine_cache == Path("/caches/kb-search")
    assert load_settings(environment={"XDG_CACHE_HOME": "caches"}).engine_cache == Settings().engine_cache
    write('engine_cache = "/kept"')
    assert load_settings(environment={"XDG_CACHE_HOME": "/caches"}).engine_cache == Path("/kept")


def test_a_byte_order_mark_does_no_harm(write):
    """A file that an editor began with a byte order mark is read like any other."""
    write("\ufeffport = 99")
    assert load_settings().port == 99


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("port = ", "The configuration kb-search.toml is not valid TOML"),
        (
            "prot = 1",
            "There is no setting 'prot'; the settings are corpus, engine, engine_aws_region, engine_aws_token, ",
        ),
        ("[server]\nport = 1", "There is no setting 'server'"),
        ('port = "many"', "The setting 'port' cannot be 'many'."),
        ("port = true", "The setting 'port' cannot be True."),
        ("port = 1.5", "The setting 'port' cannot be 1.5."),
        ("port = [1]", "The setting 'port' cannot be [1]."),
        ("corpus = 5", "The setting 'corpus' cannot be 5."),
        ('corpus = ["a", "b"]', "The setting 'corpus' cannot be ['a', 'b']."),
        ("title = 5", "The setting 'title' cannot be 5."),
        ("title = 1979-05-27", "The setting 'title' cannot be datetime.date(1979, 5, 27)."),
        ("port = 70000", "The port must be between 0 and 65535, not 70000."),
        ("port = -1", "The port must be between 0 and 65535, not -1."),
        ("per_page = 0", "The setting 'per_page' must be between 1 and 200, not 0."),
        ("per_page = 201", "The setting 'per_page' must be between 1 and 200, not 201."),
        ("time_limit = 0", "The setting 'time_limit' must be a number above 0."),
        ("time_limit = nan", "The setting 'time_limit' must be a number above 0."),
        ("time_limit = inf", "The setting 'time_limit' must be a number above 0."),
        ("max_seconds = 0", "The setting 'max_seconds' must be a number above 0."),
        ("max_memory_bytes = 0", "The setting 'max_memory_bytes' must be a number above 0."),
        ("workers = -1", "The setting 'workers' must be between 0 and 256, not -1."),
        ("max_file_bytes = -5", "The setting 'max_file_bytes' must be a number above 0."),
        ('engine = "sphinx"', "There is no engine 'sphinx'; choose one of whoosh, tantivy, opensearch."),
        ('language = "english"', "The setting 'language' must be a code such as en or hy, not 'english'."),
        ('engine_url = "search.example"', "The setting 'engine_url' must be addresses such as https://search.example"),
        (
            'engine_url = "http://me:secret@h"',
            "The setting 'engine_url' must be addresses such as https://search.example",
        ),
        ('engine_collection = "A b"', "The setting 'engine_collection' must be a name of small letters"),
        ("engine_shards = 0", "The setting 'engine_shards' must be between 1 and 64, not 0."),
        ("engine_replicas = -1", "The setting 'engine_replicas' must be between 0 and 16, not -1."),
        ('engine_aws_region = "eu-west-1"', "With 'engine_aws_region', 'engine_user' must be a key"),
        ('engine_verify = "maybe"', "The setting 'engine_verify' must be yes or no, not 'maybe'."),
        ('host = ""', "The setting 'host' must not be empty, which would mean every address of this machine."),
    ],
)
def test_what_is_impossible_is_named(write, text, message):
    """A wrong setting is an error that names it and says what would do; nothing is guessed."""
    write(text)
    with pytest.raises(ConfigError) as refused:
        load_settings()
    assert str(refused.value).startswith(message)


def test_a_file_that_was_asked_for_must_be_there(tmp_path):
    """A configuration that was named and is missing, a folder or no text is an error; one that nobody named is not."""
    with pytest.raises(ConfigError, match=r"Cannot read the configuration .*gone\.toml: No such file or directory\."):
        load_settings(tmp_path / "gone.toml")
    with pytest.raises(ConfigError, match="Cannot read the configuration"):
        load_settings(tmp_path)
    (tmp_path / "bytes.toml").write_bytes(b"\xff\xfe\x00")
    with pytest.raises(ConfigError, match="is not valid TOML"):
        load_settings(tmp_path / "bytes.toml")


@pytest.mark.parametrize(
    "address",
    [
        "http://node:secret", "http://127.0.0.1:99999", "http://127.0.0.1:-1", "http://127.0.0.1:0", "http://[::1",
        "http://:9200", "http://", "http://node?key=secret", "http://node/path?key=secret", "http://node#secret",
        "http://node:9200,http://other:secret",
    ],
)  # fmt: skip
def test_what_is_no_address_of_a_cluster_is_refused_without_being_shown(address):
    """What stands behind a colon may be a password that was mistyped, so neither message nor traceback shows it."""
    with pytest.raises(ConfigError) as refused:
        load_settings(engine_url=address)
    told = "".join(traceback.format_exception(refused.value))
    assert str(refused.value).startswith("The setting 'engine_url' must be addresses such as https://search.example")
    assert "secret" not in told
    assert "99999" not in told


def test_an_address_may_have_a_port_and_a_path():
    """IPv6 in brackets, a path before which a proxy stands, and several with spaces between them are addresses."""
    for address in ("http://[::1]:9200", "https://search.example", "https://h:9200/search/, http://i:1", "http://h/"):
        assert load_settings(engine_url=address).engine_url == address


def test_a_value_of_the_environment_is_checked_like_any_other():
    """It does not matter where an impossible value comes from."""
    with pytest.raises(ConfigError, match=r"The setting 'port' cannot be 'http'\."):
        load_settings(environment={f"{ENV_PREFIX}PORT": "http"})
    with pytest.raises(ConfigError, match="There is no setting 'colour'"):
        load_settings(colour="red")
