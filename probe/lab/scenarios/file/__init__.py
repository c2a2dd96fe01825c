"""Files that somebody sends, saves or puts together, by themselves."""
