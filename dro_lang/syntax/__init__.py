"""Text to syntax tree, and back: the parser with its recovery, the tree, the formatter."""
