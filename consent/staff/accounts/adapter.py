"""What django-allauth asks of this site: for which host keys are, what they are called, how secrets are kept."""

import base64
import secrets
from typing import Any

from allauth.core import context
from allauth.mfa.adapter import DefaultMFAAdapter
from allauth.mfa.models import Authenticator
from cryptography.fernet import Fernet, InvalidToken
from django.conf import settings
from django.contrib.auth.models import AbstractBaseUser
from django.utils.crypto import salted_hmac
from django.utils.translation import gettext as _

NAME = "Prison GP choice"


class Adapter(DefaultMFAAdapter):
    """Keys for one host; the secrets of apps and recovery codes encrypted, so that a stolen database makes no codes."""

    def get_public_key_credential_rp_entity(self) -> dict[str, str]:
        return {"id": settings.WEBAUTHN_HOST or context.request.get_host().partition(":")[0], "name": NAME}

    def get_totp_issuer(self) -> str:
        return NAME

    def generate_authenticator_name(self, user: AbstractBaseUser, type: Authenticator.Type) -> str:
        number = Authenticator.objects.filter(user=user, type=type).count() + 1
        return _("Key %(number)s") % {"number": number}

    def encrypt(self, text: str) -> str:
        return secret_box().encrypt(text.encode()).decode()

    def decrypt(self, encrypted_text: str) -> str:
        try:
            return secret_box().decrypt(encrypted_text.encode()).decode()
        except InvalidToken:
            # SECRET_KEY is another now. A secret that nobody has fits no code; an empty one would fit a known code.
            return base64.b32encode(secrets.token_bytes(20)).decode()


def secret_box() -> Fernet:
    key: Any = salted_hmac("consent.staff.accounts", "secrets of factors", algorithm="sha256").digest()
    return Fernet(base64.urlsafe_b64encode(key))
