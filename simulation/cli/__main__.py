"""``python -m simulation.cli``: the same as the command ``synergy``."""

if __name__ == "__main__":  # a process that multiprocessing starts imports this file as well
    from simulation.cli.start import start

    start()
