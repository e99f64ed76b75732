"""A chart, drawn by ECharts in the browser."""

from simulation.dashboard.server.gate import component


@component("chart.vue")
def Chart(
    option_text: str,
    label: str,
    height: int,
    language: str = "en",
    unit: str = "",
    stamp: str = "",
) -> None:
    """A chart drawn by the visitor's machine.

    ``label`` says in words what it shows; ``height`` is in pixels; numbers that are hovered over are written as in
    ``language`` and followed by ``unit``. Once it is drawn, the element carries ``stamp`` as ``data-stamp``.
    """
