"""One file a scenario: ``<stage>/<name>.py`` shows the cause ``<stage>.<name>``, with dashes for underscores."""
