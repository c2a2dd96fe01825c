"""Everything that touches the network, the user's files, the clock and the environment. What comes out are facts; nothing is judged here."""
