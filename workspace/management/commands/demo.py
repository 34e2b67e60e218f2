from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.test.utils import override_settings

from tenancy.models import Account
from workspace.demo import furnish


class Command(BaseCommand):
    help = "Fills an account with a quarter of invented leads and four colleagues. Running it again changes nothing."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--account", required=True, help="the slug of the account")
        parser.add_argument("--password", help="of the four colleagues; without it they reset theirs")

    def handle(self, *args: Any, **options: Any) -> None:
        account = Account.objects.filter(slug=options["account"]).first()
        if account is None:
            raise CommandError(f"There is no account “{options['account']}”.")
        # The letters of an invented past are noted as sent, and go nowhere.
        with override_settings(EMAIL_BACKEND="django.core.mail.backends.dummy.EmailBackend"):
            made = furnish(account, options["password"])
        self.stdout.write(f"{account.name} has {made} new leads." if made else f"{account.name} has its demo already.")
