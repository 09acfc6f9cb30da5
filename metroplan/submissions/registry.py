"""The kinds of sheets that can be reported. Higher apps register theirs in `AppConfig.ready`."""

from metroplan.submissions.types import SheetKind


class Registry:
    def __init__(self) -> None:
        self._kinds: dict[str, SheetKind] = {}

    def register(self, kind: SheetKind) -> None:
        """Raises ValueError when the key is taken."""
        if kind.key in self._kinds:
            raise ValueError(f"sheet kind {kind.key!r} is registered twice")
        self._kinds[kind.key] = kind

    def get(self, key: str) -> SheetKind:
        """Raises KeyError for a key that nobody registered."""
        return self._kinds[key]

    def keys(self) -> list[str]:
        return sorted(self._kinds)


registry = Registry()
