// Hands what stands in the fragment of the address to the summary; the host may set another one at any time.

const element = document.querySelector("orchestration-plan-summary");

function take() {
  const given = new URLSearchParams(location.hash.slice(1));
  for (const name of ["object", "record-id", "token", "lang", "theme"]) {
    if (given.has(name)) element.setAttribute(name, given.get(name));
  }
}

addEventListener("hashchange", take);
take();
