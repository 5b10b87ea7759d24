// Says on the page when its live parts cannot reach the server, and since when. Without it they would only stand still.
const stale = document.getElementById("stale");
let heard = new Date();
document.body.addEventListener("htmx:afterRequest", (event) => {
  if (!stale) return;
  if (event.detail.successful) {
    heard = new Date();
  } else if (stale.hidden) {
    stale.querySelector("time").textContent = heard.toTimeString().slice(0, 5);
  }
  stale.hidden = event.detail.successful;
});
