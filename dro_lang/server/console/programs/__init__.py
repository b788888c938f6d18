"""Programs: their text, their design as a workspace, and what differs between two of them."""
