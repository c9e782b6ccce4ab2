"""A field that takes several files; their number and kind is checked where they are taken."""

from typing import Any

from django import forms
from django.core.files.uploadedfile import UploadedFile

from dsar.enclosures import ACCEPTED


class FilesInput(forms.ClearableFileInput):
    """A field of the browser that takes several files."""

    allow_multiple_selected = True


class FilesField(forms.FileField):
    """Several files at once; their number and kind is checked where they are taken."""

    widget = FilesInput(attrs={"accept": ACCEPTED, "multiple": True})

    def clean(self, data: Any, initial: Any = None) -> "list[UploadedFile[Any]]":
        """Return the files, in the order in which they were chosen."""
        given = data if isinstance(data, list | tuple) else [data] if data else []
        if not given and self.required:
            super().clean(None, initial)
        clean = super().clean
        return [clean(one, initial) for one in given if one]
