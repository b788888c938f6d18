"""READ FIRST: the pages for operators. Each page has a router, a frozen class that says what is on it, and a template.

They show what `runtime/operations` reads and do what it does, with the rights of the API. Forms work without scripts:
what was done is answered with a redirect, what was refused with the page and the reason. With scripts, `console.js`
puts the part of a page that changes in place (`#live`), whenever a link in it is followed or something happened.
"""
