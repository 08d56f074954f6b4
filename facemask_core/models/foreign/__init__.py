"""Models of other people: files of Keras and ONNX read as data, built anew, made models of the lab.

A file is read in a process of its own (:mod:`~facemask_core.models.foreign.reader_process`), its
architecture becomes a list of steps (:mod:`~facemask_core.models.foreign.architecture`) of allowed
layers (:mod:`~facemask_core.models.foreign.layers`), and the lab builds these itself.
"""
