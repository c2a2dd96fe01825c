"""The laboratory: broken and mended endpoints on loopback, made in this process, for tests, demonstration and training.

Keys are made at each start and never leave the process, except into files of mode 0600 in a stage's own folder.
"""
