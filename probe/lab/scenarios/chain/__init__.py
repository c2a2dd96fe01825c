"""Certificate chains that clients refuse, or should not have to cope with."""
