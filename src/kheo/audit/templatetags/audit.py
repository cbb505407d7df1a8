"""The words of the trail on a page."""

from django import template

from kheo.audit.wording import plain

register = template.Library()
register.filter("plain", plain)
