"""A session in tests: a small programme with questions, a number and three rounds at tables."""

from dataclasses import dataclass

from markupsafe import Markup, escape

from simulation.session.programme import Ask, Screen, Table
from simulation.session.record import Record
from simulation.study.organisation import Label

OPTIONS = (Label(en="Yes", nl="Ja"), Label(en="No", nl="Nee"), Label(en="Only with roles", nl="Alleen met rollen"))
PLEDGE = Ask("number", "table", low=0, high=100, step=5, unit=Label(en="hours", nl="uur"), keeps=True, series="pledge")


def label(text):
    return Label(en=text, nl=f"{text} (nl)")


SCREENS = (
    Screen("lobby", label("Welcome"), "lobby"),
    Screen(
        "platform.question",
        Label(en="Does the platform move by itself?", nl="Komt het platform vanzelf op gang?"),
        "question",
        Ask("option", "person", OPTIONS),
        minutes=2,
        notes=(Label(en="Let them think for a minute.", nl="Laat ze een minuut nadenken."),),
        reveals=True,
    ),
    Screen(
        "roles.question",
        Label(en="Who carries it?", nl="Wie draagt het?"),
        "question",
        Ask("option", "person", OPTIONS[:2], secret=False),
        reveals=True,
    ),
    Screen(
        "weeks.question",
        Label(en="In how many weeks?", nl="In hoeveel weken?"),
        "question",
        Ask("number", "person", low=0, high=200, unit=Label(en="weeks", nl="weken")),
        reveals=True,
    ),
    *(
        Screen(f"round-{n}", Label(en=f"Round {n}", nl=f"Ronde {n}"), "round", PLEDGE, minutes=5, reveals=True)
        for n in (1, 2, 3)
    ),
    Screen("end", label("Thank you"), "text"),
)
TABLES = (Table("sales", Label(en="Sales", nl="Verkoop")), Table("it", Label(en="IT", nl="IT")))


TITLE = Label(en="The platform that would not move", nl="Het platform dat niet op gang kwam")


@dataclass(frozen=True)
class DemoProgramme:
    """A programme that stands on its own."""

    screens: tuple[Screen, ...] = SCREENS
    tables: tuple[Table, ...] = TABLES
    title: Label = TITLE
    source: str = "demo"

    def beamer(self, record, language):
        text = "Revealed: 94 of 100 worlds." if record.is_revealed else "What do you think?"
        return Markup("<p>{}</p>").format(text)

    def phone(self, record, who, language):
        table = next((one for one in self.tables if one.name == who.table), None)
        return Markup("<p class=card>{}</p>").format(table.label.in_(language)) if table else Markup("")

    def console(self, record, language):
        return Markup(
            '<form method="post" data-command="decide"><input type="hidden" name="name" value="measure">'
            '<label>Measure <input name="value" value="{}"></label><button>Buy</button></form>'
        ).format(escape("roles"))

    def decide(self, record, name, value):
        return None if value in {"roles", "partner"} else "value"


NO_TABLES = DemoProgramme(tables=(), screens=tuple(one for one in SCREENS if one.ask is None or one.ask.by == "person"))


def record(programme=None, **fields):
    """A record in which nothing has happened."""
    programme = programme or DemoProgramme()
    return Record("KXTR7MPQ", programme.screens, programme.tables, **fields)


def main():
    """The command line, with this programme in the place of the one that comes along."""
    import simulation.session.content.origin as contents
    from simulation.cli.start import start

    contents.programme_of = lambda path, language, source="", **wished: DemoProgramme()
    start()


if __name__ == "__main__":
    main()
