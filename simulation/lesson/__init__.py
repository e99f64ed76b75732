"""The lesson: a case told in chapters, in each of which a room predicts and the model answers.

``form`` is what a lesson's file may say, ``source`` reads and checks one, ``answers`` finds in how many worlds each
option holds, ``prediction`` is what a room expects, ``moments`` are what is worth telling of one world, and ``debrief``
asks questions about it. The lesson that comes along is ``case.yaml``, beside this file.
"""
