# SPDX-License-Identifier: MIT
"""One file a peer, each with

TITLE                                what the table calls it
PACKAGES                             what pip installs into the peer's own environment
CONVERTER_PACKAGES                   the same for convert(), if that needs another; may be empty
MODULE                               what it imports to run; that time is not counted as loading
PRECISIONS                           "f32", "int8": those it has, and how they are made
UNAVAILABLE                          the reason, for a precision of those that cannot be had
convert(precision, source, folder)   writes the peer's files into an empty folder; done once
load(precision, folder, threads)     returns a function from input (1, 3, 224, 224) to logits (1000)

Packages are imported inside these functions only: the command that installs them reads these files
without them.
"""
