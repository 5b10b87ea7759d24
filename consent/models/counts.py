"""What managers were told."""

from django.db import models

from registration.models import Prison


class Count(models.Model):
    """Numbers as they were counted first. They are shown again and never counted again: nothing follows from two counts
    of the same, whoever was corrected, joined or erased between them. About nobody by name."""

    prison = models.ForeignKey(Prison, models.PROTECT)
    what = models.CharField(max_length=4, choices=[("week", "week"), ("late", "late")])
    day = models.DateField()  # of a week, its Monday
    numbers = models.JSONField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["prison", "what", "day"], name="counted_once")]
