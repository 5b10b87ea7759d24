"""A security key made of software: it answers what a browser hands it, as one in a USB port would."""

import hashlib
import json
import os
import re

from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from fido2.cose import ES256
from fido2.utils import websafe_encode
from fido2.webauthn import AttestationObject, AttestedCredentialData, AuthenticatorData

HOST = "localhost"
ORIGIN = "http://localhost"
PRESENT = AuthenticatorData.FLAG.UP


class SecurityKey:
    def __init__(self, host: str = HOST) -> None:
        self.host = host
        self.secret = ec.generate_private_key(ec.SECP256R1())
        self.id = os.urandom(32)
        self.touches = 0

    def registers(self, page: str, origin: str = ORIGIN) -> str:
        """What the browser sends for the page that asks for a new key."""
        said = client_data("webauthn.create", options(page)["creation_options"]["publicKey"]["challenge"], origin)
        public = ES256.from_cryptography_key(self.secret.public_key())
        credential = AttestedCredentialData.create(b"\0" * 16, self.id, public)
        data = self.data(PRESENT | AuthenticatorData.FLAG.AT, credential)
        attestation = AttestationObject.create("none", data, {})
        return self.answer(clientDataJSON=said, attestationObject=bytes(attestation))

    def touched(self, page: str, origin: str = ORIGIN) -> str:
        """What the browser sends for the page that asks for a touch."""
        said = client_data("webauthn.get", options(page)["request_options"]["publicKey"]["challenge"], origin)
        data = self.data(PRESENT)
        signature = self.secret.sign(data + hashlib.sha256(said).digest(), ec.ECDSA(hashes.SHA256()))
        return self.answer(clientDataJSON=said, authenticatorData=bytes(data), signature=signature)

    def data(self, flags: int, credential: bytes = b"") -> AuthenticatorData:
        self.touches += 1
        return AuthenticatorData.create(hashlib.sha256(self.host.encode()).digest(), flags, self.touches, credential)

    def answer(self, **response: bytes) -> str:
        own = websafe_encode(self.id)
        return json.dumps(
            {
                "id": own,
                "rawId": own,
                "type": "public-key",
                "clientExtensionResults": {},
                "response": {name: websafe_encode(value) for name, value in response.items()},
            }
        )


def options(page: str) -> dict:
    """What the page hands to the browser, and that to the key."""
    return json.loads(re.search(r'<script id="key-options"[^>]*>(.*?)</script>', page, re.DOTALL)[1])


def client_data(kind: str, challenge: str, origin: str) -> bytes:
    return json.dumps({"type": kind, "challenge": challenge, "origin": origin, "crossOrigin": False}).encode()
