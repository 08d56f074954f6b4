"""Times our attacks against CleverHans, Foolbox and ART, in one process, turn by turn (A B A B).

    make bench

Results go to ``results.json`` in the folder above, with the device each model was measured on, and
tables to standard output. Run it on an idle machine. Each module asks one kind of question:

- ``warm``: a step, a sweep, and the fast arithmetic, once everything is compiled;
- ``cold``: the first call on a model just loaded, and the first at new batch sizes;
- ``whole_sets``: evaluations of many photographs;
- ``memory``: the peak of a process that does nothing else.
"""
