"""A real cluster behind TLS, logins and Amazon's signatures: it is used like any other, and what is wrong is told."""

import base64
import os
import shutil
from contextlib import closing
from dataclasses import replace

import pytest

pytest.importorskip("opensearchpy", reason="the engine opensearch is not installed")

from kb_search.config import Settings
from kb_search.errors import ClusterProblem, ConfigError
from kb_search.results import SearchRequest
from kb_search.search import Library
from tests.engines.test_opensearch import HIDDEN, KEY, SECRET, by_address, collection, signature
from tests.engines.there import CLUSTER, missing
from tests.opensearch.proxy import guarding, made
from tests.trial import Trial, prose

pytestmark = [
    pytest.mark.skipif(bool(missing("opensearch")), reason=missing("opensearch") or "there"),
    pytest.mark.skipif(not shutil.which("openssl"), reason="the command openssl is not there to make certificates"),
]

USER = "reader"
LOGIN = "Basic " + base64.b64encode(f"{USER}:{SECRET}".encode()).decode()


@pytest.fixture(scope="module")
def certificates(tmp_path_factory):
    """Two certificates: the guard's, and one of somebody else."""
    folder = tmp_path_factory.mktemp("certificates")
    return {name: made(folder, name) for name in ("ours", "theirs")}


@pytest.fixture
def guarded(certificates):
    """Makes a guard before the first node of the cluster; what it is told by."""
    address = os.environ[CLUSTER].split(",")[0]
    return lambda refusal: guarding(address, certificates["ours"], refusal)


@pytest.fixture
def plain():
    """Settings of a collection of its own, without an address."""
    with collection(os.environ[CLUSTER]) as where:
        yield {name: value for name, value in where.items() if name != "engine_url"}


def login_is_wrong(request, _body):
    """401 for whoever does not give the one name and password."""
    return 0 if request.headers["authorization"] == LOGIN else 401


def found(settings, text):
    """How many articles a question finds, asked by a library that is opened for it."""
    with closing(Library(settings)) as library:
        return library.search(SearchRequest(text)).articles


def test_a_cluster_with_tls_and_a_login_is_used_like_any_other(tmp_path, certificates, guarded, plain):
    """With the certificate and the login all works, from the machine that builds and from one that has the address."""
    trial = Trial(tmp_path)
    trial.write("bridge.txt", prose("bridge", 12))
    with guarded(login_is_wrong) as url:
        where = {
            **plain, "engine_url": url, "engine_ca": str(certificates["ours"].certificate), "engine_user": USER,
            "engine_password": SECRET,
        }  # fmt: skip
        trial.index(**where)
        trial.write("snow.txt", prose("snow", 12))
        trial.index(**where)
        for settings in (replace(trial.settings, **where), by_address(trial, where)):
            assert (found(settings, "bridge"), found(settings, "snow")) == (1, 1)
        assert str(certificates["ours"].certificate) not in (trial.settings.index / "CLUSTER").read_text("utf-8")
        assert SECRET not in "".join(path.read_text("utf-8", "replace") for path in _files(trial.settings.index))
        unchecked = {**where, "engine_ca": "", "engine_verify": "no"}
        assert found(replace(trial.settings, **unchecked), "bridge") == 1


def _files(folder):
    return [path for path in folder.rglob("*") if path.is_file()]


WRONG = {
    "no certificate is given": ({"engine_ca": ""}, "does not prove by TLS who it is; name its certificates"),
    "the certificate is another's": ({"engine_ca": "theirs"}, "does not prove by TLS who it is; name its certificates"),
    "no login is given": ({"engine_user": ""}, "refuses the login; check KB_SEARCH_ENGINE_USER"),
    "the password is wrong": ({"engine_password": "another"}, "refuses the login; check KB_SEARCH_ENGINE_USER"),
}


@pytest.mark.parametrize("what", WRONG)
def test_what_is_wrong_with_the_way_in_is_one_sentence(tmp_path, certificates, guarded, plain, what):
    """Certificates and logins that do not fit are told as what they are, to whoever reads and whoever writes."""
    changed, expected = WRONG[what]
    trial = Trial(tmp_path)
    trial.write("bridge.txt", prose("bridge", 4))
    named = {name: str(one.certificate) for name, one in certificates.items()}
    with guarded(login_is_wrong) as url:
        where = {**plain, "engine_url": url, "engine_ca": "ours", "engine_user": USER, "engine_password": SECRET}
        where |= changed
        where["engine_ca"] = named.get(where["engine_ca"], "")
        for failing in (lambda: trial.index(**where), lambda: found(by_address(trial, where), "bridge")):
            with pytest.raises(ClusterProblem) as told:
                failing()
            assert str(told.value).startswith(f"The cluster at {url} ")
            assert expected in str(told.value)
            assert SECRET not in str(told.value)


def test_a_file_of_certificates_that_is_no_such_thing_is_told(tmp_path, plain):
    """A file that is missing, and one without certificates, are wrong settings and not a broken cluster."""
    empty = tmp_path / "empty.pem"
    empty.write_text("nothing of that kind")
    for path, expected in ((tmp_path / "none.pem", "is not there"), (empty, "cannot be read")):
        settings = Settings(engine_url="https://127.0.0.1:1", engine_ca=str(path), **plain)
        with pytest.raises(ConfigError, match=rf"certificates .*{path.name} \(engine_ca\) {expected}"):
            found(replace(settings, index=tmp_path / "none"), "bridge")


def test_every_request_that_amazon_would_get_is_signed(tmp_path, certificates, guarded, plain):
    """A guard that computes the signature of each request anew lets all of them through, and none by another key."""
    trial, seen = Trial(tmp_path), set()
    trial.write("bridge.txt", prose("bridge", 12))

    def not_signed(request, body):
        seen.add(request.command)
        return 0 if request.headers["x-amz-security-token"] == SECRET and signature(request, body) else 403

    with guarded(not_signed) as url:
        where = {
            **plain, "engine_url": url, "engine_ca": str(certificates["ours"].certificate), "engine_user": KEY,
            "engine_password": HIDDEN, "engine_aws_region": "eu-west-1", "engine_aws_token": SECRET,
        }  # fmt: skip
        trial.index(**where)
        trial.write("snow.txt", prose("snow Əliyev", 12))
        trial.index(**where)
        for settings in (replace(trial.settings, **where), by_address(trial, where)):
            assert found(settings, "snow OR Əliyev") == 1
        assert seen >= {"GET", "PUT", "POST"}
        with pytest.raises(ClusterProblem, match="does not allow this to the login that is used"):
            found(replace(trial.settings, **{**where, "engine_password": HIDDEN[1:]}), "bridge")
