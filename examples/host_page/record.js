// When the read token has ended, ask our own server for another one.
document.addEventListener("orchestration-token", async (event) => {
  const answer = await fetch(`/token?id=${encodeURIComponent(event.target.getAttribute("record-id"))}`);
  if (answer.ok) event.target.setAttribute("token", await answer.text());
});
