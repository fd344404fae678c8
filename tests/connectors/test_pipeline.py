"""A pipeline from a file: what is well known is loaded, everything else is refused in one sentence."""

from __future__ import annotations

import builtins
import hashlib
import io
import json
import pickle
import zipfile
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
import skops.io
from sklearn.decomposition import PCA
from sklearn.ensemble import HistGradientBoostingClassifier, RandomForestClassifier
from sklearn.feature_extraction.text import CountVectorizer
from sklearn.linear_model import LogisticRegression
from sklearn.preprocessing import FunctionTransformer

from audit.schema import BadInput
from connectors.pipeline import read_pipeline
from tests.audit.pipelines import Odd, pipeline

FRAME = pd.DataFrame({"town": ["x", "y"] * 30, "worth": np.arange(60.0), "noise": np.arange(60.0) % 7})
WON = np.arange(60) > 25
TREE = "sklearn.tree._tree.Tree"
Put = Callable[[str, bytes], Path]


@pytest.fixture(scope="module")
def saved() -> bytes:
    return skops.io.dumps(pipeline().fit(FRAME, WON))


@pytest.fixture
def put(tmp_path: Path) -> Put:
    def write(name: str, content: bytes) -> Path:
        (tmp_path / name).write_bytes(content)
        return tmp_path / name

    return write


def changed(content: bytes, change: Callable[[str], str], extra: dict[str, bytes] | None = None) -> bytes:
    """The same archive with another schema, and parts replaced or added."""
    made, parts = io.BytesIO(), extra or {}
    with zipfile.ZipFile(io.BytesIO(content)) as old, zipfile.ZipFile(made, "w") as new:
        for name in old.namelist():
            body = old.read(name)
            if name == "schema.json":
                body = change(body.decode()).encode()
            new.writestr(name, parts.get(name, body))
        for name in set(parts) - set(old.namelist()):
            new.writestr(name, parts[name])
    return made.getvalue()


def test_a_pipeline_comes_back_as_it_was(put, saved):
    found = read_pipeline(put("mine.skops", saved))
    expected = pipeline().fit(FRAME, WON).predict_proba(FRAME)
    assert np.array_equal(found.estimator.predict_proba(FRAME), expected)
    assert found.digest == hashlib.sha256(saved).hexdigest()
    assert (found.name, found.notes) == ("mine.skops", ())
    assert "sklearn.linear_model._logistic.LogisticRegression" in found.types


@pytest.mark.parametrize(
    ("model", "trusted"),
    [
        (RandomForestClassifier(3, random_state=0), TREE),
        (
            HistGradientBoostingClassifier(max_iter=2),
            "sklearn.ensemble._hist_gradient_boosting.predictor.TreePredictor",
        ),
    ],
)
def test_trees_are_followed_unchecked_so_somebody_must_vouch_for_them(put, model, trusted):
    made = pipeline(model).fit(FRAME, WON)
    path = put("trees.skops", skops.io.dumps(made))
    with pytest.raises(BadInput, match=f"follows unchecked: {trusted}; .* give --trust {trusted}$"):
        read_pipeline(path)
    found = read_pipeline(path, (trusted,))
    assert np.array_equal(found.estimator.predict_proba(FRAME), made.predict_proba(FRAME))


def test_a_type_that_is_not_well_known_is_named_with_the_mend(put):
    path = put("odd.skops", skops.io.dumps(Odd().fit(FRAME, WON)))
    name = f"{Odd.__module__}.Odd"
    with pytest.raises(BadInput, match=f"not well known: {name}; .* give --trust {name}$"):
        read_pipeline(path)
    assert isinstance(read_pipeline(path, (name,)).estimator, Odd)


@pytest.mark.parametrize(
    "forged",
    [
        ("os", "system", "FunctionNode"),
        ("builtins", "eval", "FunctionNode"),
        ("builtins", "exec", "TypeNode"),
        ("subprocess", "Popen", "ConstructorFromReduceNode"),
        ("numpy", "load", "FunctionNode"),
        ("sklearn.datasets", "fetch_openml", "FunctionNode"),
    ],
)
def test_nothing_that_a_forged_file_asks_for_is_called(put, saved, forged):
    module, kind, loader = forged

    def forge(text: str) -> str:
        schema = json.loads(text)
        schema["content"]["content"]["steps"] = {
            "__class__": kind,
            "__module__": module,
            "__loader__": loader,
            "content": {
                "__class__": "str",
                "__module__": "builtins",
                "__loader__": "JsonNode",
                "content": '["true"]',
            },
        }
        return json.dumps(schema)

    path = put("forged.skops", changed(saved, forge))
    with pytest.raises(BadInput, match=f"{module}.{kind}"):
        read_pipeline(path)
    # Nobody is told to trust what runs programs, and nobody can.
    if module in ("os", "builtins", "subprocess"):
        with pytest.raises(BadInput, match="no --trust allows it"):
            read_pipeline(path, (f"{module}.{kind}",))


def test_what_reads_files_is_not_among_the_well_known(put):
    """skops trusts it; but asked for input="filename" it opens whatever a lead's field names."""
    path = put("words.skops", skops.io.dumps(CountVectorizer(input="filename")))
    with pytest.raises(BadInput, match="CountVectorizer"):
        read_pipeline(path)


def test_functions_of_numpy_are_well_known_and_others_are_not(put):
    path = put("log.skops", skops.io.dumps(pipeline(FunctionTransformer(np.log1p))))
    with pytest.raises(BadInput, match="predicts nothing"):  # it loads, and is no model
        read_pipeline(path)
    with pytest.raises(BadInput, match=r"give --trust \S+\.changed$"):
        read_pipeline(put("own.skops", skops.io.dumps(pipeline(FunctionTransformer(changed)))))


@pytest.mark.parametrize("name", ["model.skops", "model.pkl", "model.joblib"])
def test_a_pickle_is_never_opened(put, name):
    class Evil:
        def __reduce__(self):
            return pytest.fail, ("it ran",)

    with pytest.raises(BadInput, match=r"can run any program.* skops.io.dump"):
        read_pipeline(put(name, pickle.dumps(Evil())))


def test_a_packed_joblib_file_is_never_opened_either(put, saved):
    joblib = pytest.importorskip("joblib")
    made = io.BytesIO()
    joblib.dump({"a": 1}, made, compress=3)
    with pytest.raises(BadInput, match="can run any program"):
        read_pipeline(put("model.bin", made.getvalue()))
    with pytest.raises(BadInput, match="can run any program"):
        read_pipeline(put("renamed.joblib", saved))


def test_files_that_are_something_else(put, tmp_path):
    with pytest.raises(BadInput, match="no such file"):
        read_pipeline(tmp_path / "none.skops")
    with pytest.raises(BadInput, match="folder"):
        read_pipeline(tmp_path)
    for content in (b"", b"a,b\n1,2\n"):
        with pytest.raises(BadInput, match=r"no \.skops file"):
            read_pipeline(put("a.skops", content))
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w") as archive:
        archive.writestr("a.txt", "a")
    with pytest.raises(BadInput, match=r"no pipeline \(it has no schema.json\)"):
        read_pipeline(put("a.skops", made.getvalue()))
    with pytest.raises(BadInput, match="holds a list, which predicts nothing"):
        read_pipeline(put("a.skops", skops.io.dumps([1, 2])))
    with pytest.raises(BadInput, match="holds a PCA, which predicts nothing"):
        read_pipeline(put("a.skops", skops.io.dumps(PCA())))


@pytest.mark.parametrize("part", [0.1, 0.5, 0.9, 0.999])
def test_a_file_that_is_cut_off_says_so(put, saved, part):
    with pytest.raises(BadInput, match="cut off or damaged"):
        read_pipeline(put("a.skops", saved[: int(len(saved) * part)]))


def refusal(path: Path) -> str | None:
    try:
        read_pipeline(path)
    except BadInput as error:
        return str(error)
    return None


def test_whatever_is_changed_in_a_file_it_loads_or_is_refused_in_one_sentence(put, saved):
    random, refused = np.random.default_rng(0), 0
    for _ in range(60):
        bytes_ = bytearray(saved)
        for place in random.integers(4, len(bytes_), 3):
            bytes_[place] = random.integers(0, 256)
        told = refusal(put("a.skops", bytes(bytes_)))
        refused += told is not None
        assert "\n" not in (told or "")
    assert refused > 30


def test_what_would_unpack_to_too_much_is_refused_before_it_is_unpacked(put, saved, monkeypatch):
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("schema.json", "{}")
        archive.writestr("a.bin", bytes(2**21))
    assert len(made.getvalue()) < 2**13
    monkeypatch.setattr("connectors.pipeline.archive.LARGEST_UNPACKED", 2**20)
    with pytest.raises(BadInput, match="unpacked, the file would be too large"):
        read_pipeline(put("bomb.skops", made.getvalue()))
    monkeypatch.setattr("connectors.pipeline.archive.LARGEST_FILE", 2**10)
    with pytest.raises(BadInput, match="may have 0 MiB at most"):
        read_pipeline(put("large.skops", saved))


def test_a_bomb_inside_a_sparse_matrix_is_refused_too(put, saved, monkeypatch):
    inner = io.BytesIO()
    with zipfile.ZipFile(inner, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("data.npy", bytes(2**21))
    monkeypatch.setattr("connectors.pipeline.archive.LARGEST_UNPACKED", 2**20)
    with pytest.raises(BadInput, match="unpacked, the file would be too large"):
        read_pipeline(put("bomb.skops", changed(saved, str, {"m.npz": inner.getvalue()})))


def test_an_array_that_claims_more_than_it_has_is_refused(put, saved):
    """numpy makes room for what the header claims before it reads on."""
    made = io.BytesIO()
    np.lib.format.write_array_header_1_0(made, {"descr": "<f8", "fortran_order": False, "shape": (2**45,)})
    with pytest.raises(BadInput, match="cut off or damaged"):
        read_pipeline(put("claims.skops", changed(saved, str, {"claims.npy": made.getvalue()})))


def test_a_schema_without_end_is_refused(put, saved):
    deep = "[" * 200_000 + "]" * 200_000
    with pytest.raises(BadInput, match="cut off or damaged"):
        read_pipeline(put("deep.skops", changed(saved, lambda _: deep)))


def test_another_version_is_told_and_the_pipeline_loaded(put, saved):
    import sklearn

    older = changed(saved, lambda text: text.replace(sklearn.__version__, "1.2.0"))
    (note,) = read_pipeline(put("old.skops", older)).notes
    assert f"saved with scikit-learn 1.2.0, and {sklearn.__version__} is installed" in note


def test_an_old_pipeline_that_cannot_be_loaded_says_which_version_made_it(put, saved):
    import sklearn

    def spoil(text: str) -> str:
        gone = text.replace("_column_transformer", "_gone_transformer")
        return gone.replace(sklearn.__version__, "1.2.0")

    name = "sklearn.compose._gone_transformer.ColumnTransformer"
    with pytest.raises(BadInput, match=r"saved with scikit-learn 1\.2\.0, which the installed"):
        read_pipeline(put("old.skops", changed(saved, spoil)), (name,))


def test_without_the_extra_one_sentence_says_what_to_install(put, saved, monkeypatch):
    real = builtins.__import__

    def absent(name, *rest):
        if name.startswith("skops"):
            raise ImportError(name)
        return real(name, *rest)

    path = put("mine.skops", saved)
    monkeypatch.setattr(builtins, "__import__", absent)
    with pytest.raises(BadInput, match=r'pip install "fairlead\[mitigate\]"'):
        read_pipeline(path)


def test_a_bare_model_is_a_pipeline_of_one_step(put):
    made = LogisticRegression().fit(FRAME[["worth"]], WON)
    assert read_pipeline(put("bare.skops", skops.io.dumps(made))).estimator.n_features_in_ == 1
