"""The nouns: what was asked, what was seen, and the certificates in it. No input or output, nothing of ours imported."""
