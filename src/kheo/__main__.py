"""`python -m kheo` is the `kheo` command."""

from kheo.config.cli import main

main()
