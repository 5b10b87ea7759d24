"""Who holds which role."""

from django.contrib.auth.models import User
from django.db import models
from simple_history.models import HistoricalRecords

from consent.roles import Role
from registration.models import Prison


class Post(models.Model):
    """A role that a member of staff holds, at one prison or (blank) at every prison. consent/roles.py: what it may."""

    user = models.ForeignKey(User, models.CASCADE, related_name="posts")
    role = models.CharField(max_length=12, choices=[(role.value, role.value) for role in Role])
    prison = models.ForeignKey(Prison, models.PROTECT, null=True, blank=True)
    history = HistoricalRecords()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["user", "role", "prison"], name="one_post_at_a_prison"),
            models.UniqueConstraint(
                fields=["user", "role"], condition=models.Q(prison=None), name="one_post_everywhere"
            ),
        ]
