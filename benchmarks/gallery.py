"""What comes of each organisation of the gallery: ``python -m benchmarks.gallery`` prints docs/gallery.md's tables."""

from simulation import compare, load, run_worlds
from simulation.analysis.compare import Comparison
from simulation.study.sources.files import shipped_names
from simulation.text.i18n import money, percent

WORLDS = 200
FIRST = "case"


def table(comparison: Comparison) -> str:
    """The scenarios, furthest first: where their worlds end, use a year after go-live, cost, benefit less cost."""
    levels = "still | moving | live, hardly used | adopted | lasting"
    lines = [f"| scenario | {levels} | use after a year | cost | benefit less cost |", "|---" + 8 * "|---:" + "|"]
    for name in comparison.ranking:
        ends = " | ".join(map(str, comparison.levels(name)))
        used, cost, net = (comparison.summary(name, one).mean.estimate for one in ("adoption_52", "cost", "net_value"))
        lines.append(f"| `{name}` | {ends} | {percent(used, 'en')} | {money(cost, 'en')} | {money(net, 'en')} |")
    return "\n".join(lines)


def compared(name: str) -> Comparison:
    """An organisation of the gallery, over as many worlds as its document says."""
    return compare(run_worlds(load(name), WORLDS, threads=2))


def main() -> None:
    """Print a table for each."""
    for name in sorted(set(shipped_names()) - {FIRST}):
        print(f"### {name}\n\n{table(compared(name))}\n")


if __name__ == "__main__":
    main()
