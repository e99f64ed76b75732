"""The lesson: a case told in chapters, in each of which a room predicts and the model answers.

``form`` is what a lesson's file may say; ``source`` reads one, ``checks`` look at each chapter. ``answers`` finds in
how many worlds each option holds and which places a package takes, ``prediction`` is what a room expects, ``moments``
are what is worth telling of one world, and ``debrief`` asks questions about it. ``room`` is where a room is and what it
said, ``reveal`` what the model says, ``package`` what the room's own costs, ``closing`` what a session comes to.
``scenes`` gives what every step shows as plain data, of ``pictures``, ``judged``, ``ranking`` and ``mirror``;
``runsheet`` and ``sheet`` are for whoever leads the session. The lesson that comes along is ``case.yaml``, beside this
file.
"""
