"""The forms of the staff pages, drawn as nhsuk-frontend draws them (templates/staff/field.html)."""

from collections.abc import Iterable, Iterator
from datetime import date, datetime
from typing import Any
from uuid import uuid4

from django import forms
from django.forms.utils import ErrorList
from django.utils import timezone
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from consent.staff import wording
from registration.identifiers import NotAnIdentifier, prison_number
from registration.models import Prison

CLASSES = {
    forms.RadioSelect: "nhsuk-radios__input",
    forms.CheckboxSelectMultiple: "nhsuk-checkboxes__input",
    forms.CheckboxInput: "nhsuk-checkboxes__input",
    forms.Textarea: "nhsuk-textarea",
    forms.Select: "nhsuk-select",
    forms.DateInput: "nhsuk-input nhsuk-input--width-10",
    forms.DateTimeInput: "nhsuk-input staff-moment",
}
LANGUAGES = (
    "en cy am ar bn bg ckb cs es fa fr gu ha hi hu ig it ku lt lv ml ne om pa pl ps pt ro ru si sk so sq sw ta th ti "
    "tr uk ur vi yo yue zh"
).split()
FIRST_YEAR = 1900


class StaffForm(forms.Form):
    """A form whose mistakes are said in our words, beside the field and on top."""

    use_required_attribute = False

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **{"label_suffix": "", **kwargs})
        for field in self.fields.values():
            field.widget.attrs.setdefault("class", CLASSES.get(type(field.widget), "nhsuk-input"))
            if field.error_messages.get("required") == forms.Field.default_error_messages["required"]:
                field.error_messages["required"] = gettext("Fill this in.")

    def problems(self) -> Iterator[tuple[str, str]]:
        """Each mistake with the place on the page that it is about."""
        for name, errors in self.errors.items():
            anchor, label = ("", "") if name == "__all__" else (self[name].auto_id, f"{self[name].label}: ")
            if anchor and isinstance(self.fields[name].widget, forms.RadioSelect | forms.CheckboxSelectMultiple):
                anchor += "_0"
            for error in errors if isinstance(errors, ErrorList) else []:
                yield anchor, f"{label}{error}"


class MomentField(forms.DateTimeField):
    """A date and time that is not ahead of the clock."""

    widget = forms.DateTimeInput(attrs={"type": "datetime-local"}, format="%Y-%m-%dT%H:%M")

    def __init__(self, **kwargs: Any) -> None:
        message = _("Give a date and a time, like 17/11/2026 14:05.")
        errors = {"required": message, "invalid": message}
        super().__init__(**{"input_formats": ["%d/%m/%Y %H:%M"], "error_messages": errors, **kwargs})

    def to_python(self, value: Any) -> datetime | None:
        try:
            return super().to_python(value)
        except forms.ValidationError as problem:
            if problem.code != "ambiguous_timezone":
                raise
            return in_the_hour_told_twice(problem.params["datetime"])

    def clean(self, value: Any) -> datetime | None:
        at = super().clean(value)
        if at is not None and at.year < FIRST_YEAR:
            raise forms.ValidationError(self.error_messages["invalid"], code="invalid")
        if at is not None and at > timezone.now():
            raise forms.ValidationError(gettext("That time lies ahead. Give the time at which it happened."))
        return at


def in_the_hour_told_twice(typed: datetime) -> datetime:
    """In autumn an hour is told twice: the later moment of the two, unless it lies ahead. In spring one is left out."""
    here = timezone.get_current_timezone()
    first, second = (typed.replace(tzinfo=here, fold=fold) for fold in (0, 1))
    if first.utcoffset() <= second.utcoffset():  # type: ignore[operator]
        raise forms.ValidationError(gettext("The clocks went forward then, so there was no such time. Check it."))
    return second if second <= timezone.now() else first


class DayField(forms.DateField):
    """A day; which days are right is for those below to say."""

    widget = forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d")
    invalid: Any = _("Give a date that exists, like 31/12/2026.")

    def __init__(self, **kwargs: Any) -> None:
        errors = {"invalid": self.invalid, "required": _("Fill this in.")}
        super().__init__(**{"input_formats": ["%Y-%m-%d", "%d/%m/%Y"], "error_messages": errors, **kwargs})


class BirthField(DayField):
    invalid = _("Give a date that exists, like 31/12/1985.")

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(**{"required": False, **kwargs})

    def clean(self, value: Any) -> date | None:
        born = super().clean(value)
        if (born is not None and not born.year >= FIRST_YEAR) or (born is not None and born > timezone.localdate()):
            raise forms.ValidationError(gettext("A date of birth lies in the past, after 1900."))
        return born


def this_minute() -> datetime:
    return timezone.localtime().replace(second=0, microsecond=0)


def text(label: Any, *, required: bool = False, most: int = 200, **more: Any) -> forms.CharField:
    return forms.CharField(label=label, required=required, max_length=most, **more)


def one_of(label: Any, options: Iterable[tuple[str, Any]], **more: Any) -> forms.ChoiceField:
    errors = {"required": _("Choose one."), "invalid_choice": _("Choose one of these.")}
    return forms.ChoiceField(
        label=label, choices=list(options), widget=forms.RadioSelect, error_messages=errors, **more
    )


def languages() -> list[tuple[str, str]]:
    named = sorted(((code, wording.language(code)) for code in LANGUAGES[2:]), key=lambda pair: pair[1])
    first = [(code, wording.language(code)) for code in LANGUAGES[:2]]
    return [("", gettext("Not known")), *first, *named]


def language_field() -> forms.ChoiceField:
    return forms.ChoiceField(label=_("Language they understand best"), choices=languages, required=False)


class OnceForm(StaffForm):
    """A form that records an answer; sent twice, it is stored once."""

    once = forms.CharField(widget=forms.HiddenInput, max_length=40, initial=lambda: str(uuid4()))


def prison_field(label: Any) -> forms.ChoiceField:
    return forms.ChoiceField(label=label, error_messages={"required": _("Choose a prison.")})


def prison_choices(prisons: Iterable[Prison]) -> list[tuple[str, str]]:
    return [("", gettext("Choose a prison")), *((prison.pk, prison.name) for prison in prisons)]


def number_typed(typed: str) -> str:
    try:
        return prison_number(typed)
    except NotAnIdentifier as problem:
        raise forms.ValidationError(gettext(str(problem))) from problem
