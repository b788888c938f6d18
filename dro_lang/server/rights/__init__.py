"""Who may do what: permission sets, accounts, tokens, sessions, and the log of every change."""
