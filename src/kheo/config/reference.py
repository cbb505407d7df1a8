"""Reference pages that the code writes about itself; the check refuses stale ones."""

import ast
import re
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from types import MappingProxyType
from typing import Any

from django.apps import apps
from django.core.management import get_commands, load_command_class
from django.db import models

from kheo.activities.workflow import WORKFLOW as ACTIVITIES
from kheo.config.cli import PURE
from kheo.core.access import ROLE_CAPABILITIES, Capability
from kheo.core.workflow import Workflow
from kheo.reporting.workflow import SUMMARY_WORKFLOW as SUMMARIES
from kheo.reporting.workflow import WORKFLOW as REPORTS

PACKAGE = Path(__file__).resolve().parent.parent
HEAD = "<!-- Written by `kheo reference --write`; do not edit by hand. -->\n\n"

SETTINGS: Mapping[str, str] = MappingProxyType(
    {
        "DATA_DIR": "Folder of everything that stays: database, files, secret, backups. Default `var`; made with mode 0700.",
        "SECRET_KEY": "Signs sessions. Default: made at first start and kept in `DATA_DIR/secret_key`, mode 0600.",
        "DATABASE_URL": "`postgres://user:password@host:port/name`. Default: SQLite in `DATA_DIR/kheo.sqlite3`.",
        "HOSTS": "Host names the site answers to, with commas. Default: this machine only.",
        "TRUST_ROOTS": "Folder of root certificates (PEM or DER) to which electronic signatures of returned papers must lead. Default: none, signatures are then only checked for being whole.",
        "HTTPS": "`1` where a reverse proxy serves TLS: secure cookies, HSTS. Required for public hosts.",
        "DEBUG": "`1` for developers only; refused for public hosts.",
        "LOG": "`json` writes log lines as JSON objects.",
        "LOG_LEVEL": "`DEBUG`, `INFO`, `WARNING` (default), `ERROR`.",
    }
)


def pages() -> dict[str, str]:
    """Every generated page by its file name under `docs/reference/`."""
    writers: dict[str, Callable[[], str]] = {
        "roles.md": _roles,
        "lifecycles.md": _lifecycles,
        "settings.md": _settings,
        "commands.md": _commands,
        "data.md": _data,
        "audit-verbs.md": _verbs,
    }
    return {name: HEAD + writer().rstrip() + "\n" for name, writer in writers.items()}


def _roles() -> str:
    roles = list(ROLE_CAPABILITIES)
    lines = [
        "# Roles and capabilities",
        "",
        "For administrators: what each role may do, at its body and below it (or at the body alone, where the grant says so).",
        "",
        "| Capability | " + " | ".join(roles) + " |",
        "| --- |" + " :-: |" * len(roles),
    ]
    for capability in Capability:
        marks = ["●" if capability in ROLE_CAPABILITIES[role] else "" for role in roles]
        lines.append(f"| `{capability}` | " + " | ".join(marks) + " |")
    return "\n".join(lines)


def _lifecycles() -> str:
    lines = [
        "# Lifecycles",
        "",
        "For everybody who asks what may come next: the tables that the buttons, the services and the tests read.",
    ]
    tables: dict[str, Workflow[Any, Any]] = {
        "Activity": ACTIVITIES,
        "Report": REPORTS,
        "Summary": SUMMARIES,
    }
    for name, workflow in tables.items():
        lines += ["", f"## {name}", "", *_moves(workflow)]
    return "\n".join(lines)


def _moves(workflow: Workflow[Any, Any]) -> Iterator[str]:
    yield "| Action | From | To | Needs | Reason |"
    yield "| --- | --- | --- | --- | --- |"
    for move in workflow.moves:
        sources = ", ".join(f"`{state}`" for state in move.sources)
        note = "required" if move.needs_note else ""
        yield f"| `{move.action}` | {sources} | `{move.target}` | `{move.capability}` | {note} |"


def settings_read() -> set[str]:
    """The variables that the settings really read."""
    text = "".join(
        (PACKAGE / "config" / name).read_text("utf-8")
        for name in ("settings.py", "env.py")
    )
    return set(
        re.findall(r"\.(?:text|flag|number|words|folder)\(\s*\"([A-Z_]+)\"", text)
    )


def _settings() -> str:
    lines = [
        "# Settings",
        "",
        "For operators: every setting is an environment variable; the defaults run a local site.",
        "",
        "| Variable | Meaning |",
        "| --- | --- |",
    ]
    lines += [
        f"| `KHEO_{name}` | {SETTINGS[name]} |" for name in sorted(settings_read())
    ]
    return "\n".join(lines)


def our_commands() -> list[str]:
    """The commands of `kheo` that are ours, pure ones included."""
    ours = [name for name, app in get_commands().items() if app.startswith("kheo.")]
    return sorted([*ours, *PURE])


def _commands() -> str:
    lines = [
        "# Commands",
        "",
        "For operators and the curious: `kheo COMMAND --help` says the same. Exit codes: 0 yes, 1 no or refused with the reason, 2 wrong usage.",
    ]
    for name in our_commands():
        lines += ["", f"## kheo {name}", ""]
        if name in PURE:
            page = {"read": "reading.md", "assign": "assign.md"}[name]
            lines.append(f"See [{page}]({page}).")
        else:
            command = load_command_class(get_commands()[name], name)
            lines.append(str(command.help))
    return "\n".join(lines)


def _data() -> str:
    lines = [
        "# Data dictionary",
        "",
        "For developers and auditors: every table, its columns, and the promises that the database keeps.",
    ]
    for config in sorted(apps.get_app_configs(), key=lambda c: c.name):
        if not config.name.startswith("kheo."):
            continue
        for model in config.get_models():
            lines += ["", f"## {model._meta.db_table}", "", *_table(model)]
    return "\n".join(lines)


def _table(model: type[models.Model]) -> Iterator[str]:
    yield " ".join((model.__doc__ or "").split())
    yield ""
    yield "| Column | Type | Empty |"
    yield "| --- | --- | --- |"
    for column in model._meta.concrete_fields:
        kind = column.get_internal_type()
        if column.related_model:
            kind = f"{kind} → {column.related_model._meta.db_table}"
        yield f"| `{column.column or column.name}` | {kind} | {'yes' if column.null else ''} |"
    promises = [constraint.name for constraint in model._meta.constraints]
    if promises:
        yield ""
        yield "Promises: " + ", ".join(f"`{name}`" for name in promises) + "."


RECORDERS = frozenset({"record", "recorded", "_record", "_recorded", "_record_limit"})


def audit_verbs() -> list[str]:
    """Every verb that the services write to the trail; `…` stands for an action."""
    found: set[str] = set()
    for path in PACKAGE.rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text("utf-8"))):
            if isinstance(node, ast.Call) and _name(node.func) in RECORDERS:
                found |= {verb for argument in node.args if (verb := _verb(argument))}
    return sorted(found)


def _name(node: ast.expr) -> str:
    return node.id if isinstance(node, ast.Name) else getattr(node, "attr", "")


def _verb(node: ast.expr) -> str:
    if isinstance(node, ast.Constant) and isinstance(node.value, str):
        return node.value if re.fullmatch(r"[a-z]+\.[a-z_]+", node.value) else ""
    if isinstance(node, ast.JoinedStr) and isinstance(node.values[0], ast.Constant):
        return f"{node.values[0].value!s}…"
    return ""


def _verbs() -> str:
    lines = [
        "# Audit verbs",
        "",
        "For auditors: what the trail records. A verb is permanent; `…` stands for the action of a [lifecycle](lifecycles.md).",
        "",
    ]
    return "\n".join(lines + [f"- `{verb}`" for verb in audit_verbs()])
