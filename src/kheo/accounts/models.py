"""People with their own accounts, what was granted to them, and what site this is."""

from django.contrib.auth.models import AbstractBaseUser, BaseUserManager
from django.db import models
from django.db.models import F, Q
from django.urls import reverse
from django.utils.crypto import salted_hmac
from django.utils.translation import gettext_lazy as _

from kheo.core.access import Role
from kheo.core.periods import OPEN_END
from kheo.organisations.models import Organisation, Tree


class UserManager(BaseUserManager["User"]):
    """What Django's sign-in needs; accounts are made by `accounts.services`."""

    def get_by_natural_key(self, username: str | None) -> "User":
        return self.get(username=(username or "").lower())


class User(AbstractBaseUser):
    """One person. No shared accounts, no superusers: rights are grants.

    `client_id` names the form that made the account, so that sending it twice makes one.
    `folded` is what a search looks in, `sort_name` the order of lists (`rules`). Raising
    `session_round` signs the person out everywhere.
    """

    username = models.SlugField(_("user name"), max_length=60, unique=True)
    name = models.CharField(_("name"), max_length=200)
    title = models.CharField(_("title"), max_length=200, blank=True)
    is_active = models.BooleanField(default=True)
    is_sample = models.BooleanField(default=False)
    created_at = models.DateTimeField()
    client_id = models.UUIDField(null=True, unique=True, editable=False)
    folded = models.CharField(max_length=500, default="", editable=False)
    sort_name = models.CharField(max_length=1600, default="", editable=False)
    session_round = models.PositiveIntegerField(default=0, editable=False)

    USERNAME_FIELD = "username"

    objects = UserManager()

    def __str__(self) -> str:
        return self.name

    def get_absolute_url(self) -> str:
        return reverse("accounts:person", args=[self.pk])

    def _get_session_auth_hash(self, secret: str | None = None) -> str:
        """Sessions hold for one password and one round: either change ends them all."""
        key_salt = "kheo.accounts.models.User.session"
        value = f"{self.password}:{self.session_round}"
        return salted_hmac(
            key_salt, value, secret=secret, algorithm="sha256"
        ).hexdigest()


class Grant(models.Model):
    """A role at a body, over what stands below it in one tree, for a time.

    With `is_own_only` it holds at the body alone: a committee's own clerk does not
    write the reports of its cells.
    """

    user = models.ForeignKey(User, models.CASCADE, related_name="grants")
    role = models.CharField(max_length=20, choices=[(r, r) for r in Role])
    organisation = models.ForeignKey(
        Organisation, models.PROTECT, null=True, related_name="grants"
    )
    tree = models.ForeignKey(Tree, models.PROTECT, null=True)
    is_own_only = models.BooleanField(default=False)
    valid_from = models.DateField()
    valid_to = models.DateField(default=OPEN_END)

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(role__in=list(Role)), name="accounts_grant_known_role"
            ),
            models.CheckConstraint(
                condition=Q(valid_to__gte=F("valid_from")),
                name="accounts_grant_runs_forward",
            ),
            models.CheckConstraint(
                condition=Q(organisation__isnull=False, tree__isnull=False)
                | Q(role=Role.ADMINISTRATOR, organisation=None),
                name="accounts_grant_has_a_body",
            ),
        ]


class Invitation(models.Model):
    """A one-time link by which a person sets the first, or a new, password.

    `inviter` made it for somebody below: it dies when the person is given a role beyond
    the inviter's reach. A link by an administrator or the operator has none.
    """

    user = models.ForeignKey(User, models.CASCADE, related_name="invitations")
    inviter = models.ForeignKey(User, models.SET_NULL, null=True, related_name="+")
    token_digest = models.CharField(max_length=64, unique=True)
    expires_at = models.DateTimeField()
    used_at = models.DateTimeField(null=True)


class Site(models.Model):
    """The one row that says what this database is: a sample, or a real site."""

    is_sample = models.BooleanField(default=False)
    created_at = models.DateTimeField()
    sample_until = models.DateField(null=True)

    class Meta:
        constraints = [
            models.CheckConstraint(condition=Q(pk=1), name="accounts_site_only_one")
        ]
