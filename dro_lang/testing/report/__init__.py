"""How the results of tests are told: for people, for programs, and for build servers."""
