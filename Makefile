# Two commands for everybody: `make run` and `make test`. The rest is for developers.
PORT ?= 8000
PY := .venv/bin/python

.PHONY: run test setup setup-dev format messages pictures reference bench

run: setup
	@exec .venv/bin/kheo serve --sample province --port $(PORT)

test: setup-dev
	@exec sh tools/check.sh

setup:
	@sh tools/setup.sh run

setup-dev:
	@sh tools/setup.sh dev

format: setup-dev
	@.venv/bin/ruff check --fix --quiet . ; .venv/bin/ruff format --quiet . ; .venv/bin/djlint --reformat --quiet src

messages: setup-dev
	@sh tools/messages.sh

pictures: setup-dev
	@KHEO_PICTURES=docs/tutorial/pictures sh tools/check.sh journeys

reference: setup-dev
	@$(PY) -m kheo reference --write
