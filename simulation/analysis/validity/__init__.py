"""The model held against regularities that nobody here wrote, and taken apart: what ``docs/validity.md`` is made of.

``bench`` runs studies and tells how far it is; ``variants`` makes them from the case; ``statistics`` reads numbers off
runs. ``regularities`` are what is known, with the bands in which the model's figure is a hit or near, and ``readings``
its figures. ``knockouts`` neutralises one mechanism at a time, ``examined`` asks what size, partition, horizon,
interdependence and luck do to the answers. ``document`` writes all of it down.
"""
