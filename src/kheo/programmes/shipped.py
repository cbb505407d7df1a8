"""The packs that come with Khéo, as files of the package."""

from importlib.resources import files

from kheo.programmes.pack import Pack, load_pack


def shipped_names() -> list[str]:
    """The names of the shipped packs, as `kheo due` and `kheo pack load` take them."""
    folder = files("kheo.programmes") / "packs"
    names = (entry.name for entry in folder.iterdir())
    return sorted(name[:-5] for name in names if name.endswith(".yaml"))


def shipped_text(name: str) -> str:
    """The text of one shipped pack; raises `KeyError` where there is none."""
    if name not in shipped_names():
        raise KeyError(name)
    folder = files("kheo.programmes") / "packs"
    return (folder / f"{name}.yaml").read_text(encoding="utf-8")


def shipped_pack(name: str) -> Pack:
    return load_pack(shipped_text(name), f"{name}.yaml")


def shipped_packs(code: str) -> list[Pack]:
    """The shipped versions of one programme, the oldest first."""
    packs = (shipped_pack(name) for name in shipped_names())
    own = (pack for pack in packs if pack.code == code)
    return sorted(own, key=lambda pack: pack.valid.start)
