"""The registration of a tenant's own authority: what is sent, what the answers mean, and whether certificates are as they must be. Pure."""
