"""Speaks HTTP/2 without TLS before the provider server, which speaks HTTP/1.1; one thread a connection."""

import http.client
import socket
import threading
from contextlib import suppress
from urllib.parse import urlsplit

from h2.config import H2Configuration
from h2.connection import H2Connection
from h2.events import DataReceived, RequestReceived, StreamEnded, StreamReset
from h2.exceptions import StreamClosedError

_HOPS = {"transfer-encoding", "connection", "keep-alive", "content-length"}


def before(address):
    """Listen on a free port; give the address that stands for `address`."""
    listener = socket.create_server(("127.0.0.1", 0))
    threading.Thread(target=_accept, args=(listener, urlsplit(address)), daemon=True).start()
    return urlsplit(address)._replace(netloc=f"127.0.0.1:{listener.getsockname()[1]}").geturl()


def _accept(listener, behind):
    while True:
        connection, _ = listener.accept()
        threading.Thread(target=_serve, args=(connection, behind), daemon=True).start()


def _serve(wire, behind):
    speaker = H2Connection(H2Configuration(client_side=False, header_encoding="utf-8"))
    speaker.initiate_connection()
    wire.sendall(speaker.data_to_send())
    asked = {}
    with suppress(OSError):
        while data := wire.recv(65536):
            for event in speaker.receive_data(data):
                if isinstance(event, RequestReceived):
                    asked[event.stream_id] = (dict(event.headers), bytearray())
                elif isinstance(event, DataReceived):
                    asked[event.stream_id][1].extend(event.data)
                elif isinstance(event, StreamEnded):
                    _answer(wire, speaker, event.stream_id, behind, *asked.pop(event.stream_id))
                elif isinstance(event, StreamReset):
                    asked.pop(event.stream_id, None)
            wire.sendall(speaker.data_to_send())


def _answer(wire, speaker, stream, behind, headers, body):
    """Pass one answer on as it comes; a stream that the client has left ends the connection behind."""
    further = http.client.HTTPConnection(behind.hostname, behind.port, timeout=30)
    plain = {name: value for name, value in headers.items() if not name.startswith(":")}
    further.request(headers[":method"], headers[":path"], bytes(body), plain)
    told = further.getresponse()
    kept = [(name.lower(), value) for name, value in told.getheaders() if name.lower() not in _HOPS]
    speaker.send_headers(stream, [(":status", str(told.status)), *kept])
    wire.sendall(speaker.data_to_send())
    with suppress(StreamClosedError):
        while piece := told.read1(16384):
            speaker.send_data(stream, piece)
            wire.sendall(speaker.data_to_send())
            if _left(wire, speaker, stream):
                break
        else:
            speaker.end_stream(stream)
            wire.sendall(speaker.data_to_send())
    further.close()


def _left(wire, speaker, stream):
    """Look, without waiting, whether the client has reset the stream."""
    wire.setblocking(False)
    try:
        data = wire.recv(65536)
    except BlockingIOError:
        return False
    finally:
        wire.setblocking(True)
    events = speaker.receive_data(data) if data else []
    return not data or any(isinstance(event, StreamReset) and event.stream_id == stream for event in events)
