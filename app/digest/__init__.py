"""The e-mail digest: what is in it, how it looks, who gets it when, and that it is sent once."""
