"""The forms of signing in and of one's own keys."""

from typing import Any

from django import forms
from django.contrib.auth.models import User
from django.contrib.auth.password_validation import password_validators_help_texts, validate_password
from django.http import HttpRequest, QueryDict
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from consent.staff.forms import StaffForm

NARROW = "nhsuk-input nhsuk-input--width-20"


def sent(request: HttpRequest) -> QueryDict | None:
    """What a form was filled with; a page that is only opened has none."""
    return request.POST if request.method == "POST" else None


def password_field(label: Any, autocomplete: str, **more: Any) -> forms.CharField:
    widget = forms.PasswordInput(attrs={"autocomplete": autocomplete, "class": NARROW})
    return forms.CharField(label=label, strip=False, max_length=200, widget=widget, **more)


class SignInForm(StaffForm):
    username = forms.CharField(
        label=_("User name"),
        max_length=150,
        widget=forms.TextInput(
            attrs={"autocomplete": "username", "autocapitalize": "none", "spellcheck": "false", "class": NARROW}
        ),
    )
    password = password_field(_("Password"), "current-password")


class NewPasswordForm(StaffForm):
    """A password typed twice, by the rules of the settings."""

    password = password_field(_("New password"), "new-password")
    again = password_field(_("The same password again"), "new-password")

    def __init__(self, *args: Any, user: User, **kwargs: Any) -> None:
        self.user = user
        super().__init__(*args, **kwargs)
        self.fields["password"].help_text = " ".join(password_validators_help_texts())

    def clean_password(self) -> str:
        password: str = self.cleaned_data["password"]
        validate_password(password, self.user)
        return password

    def clean_again(self) -> str:
        again: str = self.cleaned_data["again"]
        if "password" in self.cleaned_data and again != self.cleaned_data["password"]:
            raise forms.ValidationError(gettext("The two are not the same. Type the new password in both."))
        return again


class OwnPasswordForm(NewPasswordForm):
    """Another password for an account whose password is known. Whether it is, proving.py says and counts."""

    old = password_field(_("The password you have now"), "current-password")
    field_order = ("old",)

    def clean(self) -> None:
        # What was typed, never what it is: that would tell whoever guesses, and be counted nowhere.
        if self.cleaned_data.get("old", "") == self.cleaned_data.get("password"):
            self.add_error("password", gettext("That is the password you have now. Choose another one."))


class KeyForm(StaffForm):
    """A key by a name that tells it from the others. What it answers is judged in registering.py."""

    name = forms.CharField(
        label=_("A name for this key"),
        help_text=_("So that you can tell it from your other keys: blue key, spare in the safe."),
        required=False,
        max_length=60,
        widget=forms.TextInput(attrs={"autocomplete": "off", "class": NARROW}),
    )
    credential = forms.CharField(required=False, widget=forms.HiddenInput)


class CodeForm(StaffForm):
    code = forms.CharField(
        label=_("The code that the app shows"),
        max_length=20,
        widget=forms.TextInput(
            attrs={"autocomplete": "one-time-code", "inputmode": "numeric", "class": "nhsuk-input nhsuk-input--width-5"}
        ),
    )


class NoForm(StaffForm):
    """A page that only asks: do it?"""
