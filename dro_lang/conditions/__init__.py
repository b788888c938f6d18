"""What conditions and the expressions inside them mean at run time: which scenarios a record gets, and why."""
