"""The application that holds the operator's commands and checks."""

from django.apps import AppConfig

from kheo.config import checks


class ConfigConfig(AppConfig):
    name = "kheo.config"
    label = "config"
    checks = checks  # imported so that its checks are registered
