"""Forty files of detectors, made by other programs than the reader's, and how each is read.

    make foreign-files

The shipped MobileNetV3 and its robust twin are written anew as other people's would be: by Keras 2,
Keras 3 and PyTorch, for other pixels, with other heads, layouts and sizes. Each maker keeps its own
answers and gradients on the portraits of the gallery. The lab then gets the files alone, as a
visitor's, and is asked what it finds. PyTorch is no dependency of the lab:
:mod:`benchmarks.foreign_files.torch_makers` says how it is run in an environment of its own;
without it only the files of Keras are measured.
"""
