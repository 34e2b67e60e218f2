import json
from typing import Any

from django.core.exceptions import ValidationError
from django.core.management.base import BaseCommand, CommandError, CommandParser

from workspace.defaults import TEMPLATES
from workspace.opening import Opened, open_account


class Command(BaseCommand):
    help = "Opens an account with its first admin and an API key that has all scopes."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--name", required=True, help="of the account, as people read it")
        parser.add_argument("--email", required=True, help="of its first admin; a known one gets another account")
        parser.add_argument("--password", help="of the admin; without it one is made and printed")
        parser.add_argument("--template", default="it_services", choices=TEMPLATES, help="of the first pipeline")
        parser.add_argument("--json", action="store_true", help="print one JSON line")

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            opened = open_account(options["name"], options["email"], options["password"], options["template"])
        except ValidationError as error:
            raise CommandError(" ".join(error.messages)) from None
        facts = as_dict(opened)
        if options["json"]:
            self.stdout.write(json.dumps(facts))
        else:
            width = max(map(len, facts))
            self.stdout.writelines(f"{name:<{width}}  {value or 'as before'}" for name, value in facts.items())


def as_dict(opened: Opened) -> dict[str, str | None]:
    return {
        "account": opened.account.name,
        "slug": opened.account.slug,
        "url": opened.account.url(),
        "email": opened.user.email,
        "password": opened.password,
        "api_key": opened.api_key,
    }
