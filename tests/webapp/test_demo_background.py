from __future__ import annotations

import http.client
import threading
from contextlib import closing, suppress

import pytest
from flask import Flask

from audit.schema import BadInput
from connectors.sandbox.server import free_port
from webapp.demo.background import served

HOST = "127.0.0.1"
ROUNDS = 40


def _app() -> Flask:
    app = Flask(__name__)
    app.add_url_rule("/", view_func=lambda: "here")
    return app


def _ask(port: int) -> str:
    with closing(http.client.HTTPConnection(HOST, port, timeout=5)) as connection:
        connection.request("GET", "/")
        return connection.getresponse().read().decode()


def _ask_until_refused(port: int) -> None:
    with suppress(OSError, http.client.HTTPException):
        while True:
            _ask(port)


def test_it_answers_while_it_is_asked_and_frees_the_port():
    port = free_port()
    for _ in range(2):
        with served(_app(), HOST, port):
            assert _ask(port) == "here"
        with pytest.raises(ConnectionRefusedError):
            _ask(port)


def test_it_stops_in_the_midst_of_requests_without_an_error_in_any_thread():
    # A thread that dies of an exception fails the test: warnings are errors.
    before = threading.active_count()
    for _ in range(ROUNDS):
        port = free_port()
        with served(_app(), HOST, port):
            clients = [threading.Thread(target=_ask_until_refused, args=(port,)) for _ in range(4)]
            for client in clients:
                client.start()
            _ask(port)
        for client in clients:
            client.join()
    assert threading.active_count() == before


def test_it_stops_while_a_client_holds_a_connection_open():
    port = free_port()
    with closing(http.client.HTTPConnection(HOST, port, timeout=5)) as idle, served(_app(), HOST, port):
        idle.request("GET", "/")
        assert idle.getresponse().read() == b"here"


def test_a_taken_port_is_told():
    port = free_port()
    with (
        served(_app(), HOST, port),
        pytest.raises(BadInput, match=rf"^port {port} of {HOST} is taken; choose another one with --port$"),
        served(_app(), HOST, port),
    ):
        pass
