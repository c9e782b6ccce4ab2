"""Days the office knows better than the library of public holidays."""

from django.db import models


class HolidayOverride(models.Model):
    """One day added to a country's closed days, or (``is_closed`` false) taken from them."""

    country = models.CharField(max_length=2)
    day = models.DateField()
    name = models.CharField(max_length=80, blank=True)
    is_closed = models.BooleanField(default=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["country", "day"], name="holiday_once_per_country")
        ]

    def __str__(self) -> str:
        return f"{self.country} {self.day}"
