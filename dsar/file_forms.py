"""The form of whoever answers a doubt about who asks."""

from typing import Any

from django import forms
from django.core.files.uploadedfile import UploadedFile
from django.utils.translation import gettext_lazy as _

from dsar.file_fields import FilesField
from dsar.forms import LONG


class ProofForm(forms.Form):
    """What somebody sends to show that it is them."""

    text = forms.CharField(label=_("Your answer"), widget=LONG, required=False, max_length=5000)
    enclosed = FilesField(
        label=_("Files"),
        help_text=_(
            "PDF, PNG, JPEG or text. Cover what we do not need: the photograph, the number. The"
            " files are deleted as soon as they have been looked at."
        ),
        required=False,
        max_length=255,
        allow_empty_file=True,
    )

    def uploads(self) -> "list[UploadedFile[Any]]":
        """Return the files of a valid form."""
        return list(self.cleaned_data["enclosed"])
