"""Certificates for tests of TLS, made by openssl."""

from __future__ import annotations

import os
import shutil
import ssl
import subprocess
from dataclasses import dataclass
from pathlib import Path

import pytest


@dataclass(frozen=True, slots=True)
class Certificate:
    """A certificate that signs itself, and its key."""

    cert: Path
    key: Path

    def server(self) -> ssl.SSLContext:
        """Make the context of a server that shows it."""
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(self.cert, self.key)
        return context


def certificate(folder: Path, name: str = "localhost", days: int = 2) -> Certificate:
    """Make one for a host's name; without openssl skip the test, or fail it where CI is true."""
    program = shutil.which("openssl")
    if program is None:
        reason = "openssl is not installed (apt-get install openssl)"
        pytest.fail(reason) if os.environ.get("CI") == "true" else pytest.skip(reason)
    made = Certificate(folder / f"{name}.pem", folder / f"{name}.key")
    command = [
        program, "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes",
        "-days", str(days), "-subj", f"/CN={name}", "-addext", f"subjectAltName=DNS:{name}",
        "-out", str(made.cert), "-keyout", str(made.key),
    ]  # fmt: skip
    subprocess.run(command, check=True, capture_output=True, timeout=60)
    return made
