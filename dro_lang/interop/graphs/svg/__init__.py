"""SVG, drawn without help from outside: text is measured, laid out, routed and written here."""
