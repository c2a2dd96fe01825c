"""The catalogue of causes: one file a cause, ``<stage>/<cause>.py``; the path is the code.

A cause module holds ``CAUSE`` and ``judge(case)``. The docstring's first line is the summary, the rest is the page of ``probe causes CODE``.
"""
