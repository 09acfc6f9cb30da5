"""Draw once more: a stored draw, or a pool file with its seed, as anyone can."""

from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from supervision.models import Draw
from supervision.rules.drawing import Drawn, DrawRefused, Pool, draw
from supervision.services.draws import refusal, replayed, same_list


class Command(BaseCommand):
    help = (
        "Draws once more and prints the list: `replay_draw 12` compares with what is stored and "
        "exits with 1 when it differs; `replay_draw --pool pool-12.json --seed … --entities 20 "
        "--inspectors 2` needs no database row."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("draw", nargs="?", type=int, help="number of a stored draw")
        parser.add_argument("--pool", type=Path, help="the pool as a file")
        parser.add_argument("--seed")
        parser.add_argument("--entities", type=int)
        parser.add_argument("--inspectors", type=int, default=2)

    def handle(self, *args: Any, **options: Any) -> None:
        if options["draw"] is not None:
            self._stored(options["draw"])
        elif options["pool"] and options["seed"] and options["entities"]:
            self._file(options)
        else:
            raise CommandError("Name a draw, or --pool, --seed and --entities.")

    def _stored(self, number: int) -> None:
        found = Draw.objects.filter(pk=number, drawn_at__isnull=False).first()
        if found is None:
            raise CommandError(f"There is no draw {number} that has been made.")
        lines = replayed(found)
        self._print(lines)
        if not same_list(found, lines):
            raise CommandError("The stored list is another one.")
        self.stdout.write("The stored list is the same.")

    def _file(self, options: dict[str, Any]) -> None:
        pool = Pool.parse(options["pool"].read_text(encoding="utf-8"))
        self.stdout.write(f"SHA-256 {pool.digest()}")
        try:
            lines = draw(
                pool, seed=options["seed"], wanted=options["entities"], each=options["inspectors"]
            )
        except DrawRefused as refused:
            raise CommandError(refusal(refused).message) from refused
        self._print(lines)

    def _print(self, lines: list[Drawn]) -> None:
        for line in lines:
            self.stdout.write(f"{line.position}\t{line.entity}\t{' '.join(line.inspectors)}")
