"""The lesson: a case told in chapters, in each of which a room predicts and the model answers.

``form`` is what a lesson's file may say, ``reading`` reads and checks one, ``answers`` finds in how many worlds each
option holds, ``prediction`` is what a room expects, ``story`` is one world with what happened in it, ``debrief`` asks
questions about that. The lesson that comes along is ``case.yaml``, beside this file.
"""
