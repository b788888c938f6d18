"""What all pages share: templates, the style sheet, signing in, errors for people."""
