from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from accounts.models import User


class Command(BaseCommand):
    help = "Lets a person see /operators/, or with --revoke no longer."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--email", required=True)
        parser.add_argument("--revoke", action="store_true")

    def handle(self, *args: Any, **options: Any) -> None:
        email, operates = options["email"].strip().lower(), not options["revoke"]
        if not User.objects.filter(email=email).update(is_operator=operates):
            raise CommandError(f"Nobody here has the address “{email}”.")
        self.stdout.write(f"{email} is {'an' if operates else 'no longer an'} operator.")
