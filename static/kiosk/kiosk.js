// Smoother, never needed: says when a touch did not get through, and asks whether anyone is there.
(() => {
  "use strict";
  const ASK_AFTER = 180_000;
  const CLEAR_AFTER = 60_000;
  const lost = () => document.getElementById("lost");
  let asking = 0;
  let clearing = 0;

  const touched = () => {
    window.clearTimeout(asking);
    window.clearTimeout(clearing);
    document.getElementById("there")?.close();
    // The last page says what the person chose: it does not stand there as long.
    const last = document.getElementById("kiosk").hasAttribute("data-end");
    asking = window.setTimeout(ask, last ? CLEAR_AFTER : ASK_AFTER);
  };
  const ask = () => {
    const there = document.getElementById("there");
    if (!there) return;
    there.showModal();
    clearing = window.setTimeout(() => document.getElementById("nobody-there").click(), CLEAR_AFTER);
  };

  for (const event of ["pointerdown", "keydown"]) document.addEventListener(event, touched);
  document.addEventListener("contextmenu", (event) => event.preventDefault());
  for (const event of ["htmx:sendError", "htmx:responseError", "htmx:timeout"]) {
    document.addEventListener(event, () => { lost().hidden = false; });
  }
  document.addEventListener("htmx:afterSwap", () => {
    lost().hidden = true;
    document.getElementById("kiosk").focus({ preventScroll: true });
    touched();
  });
  // A page taken out of the browser's own memory may show the person before: ask the server what is here now.
  window.addEventListener("pageshow", (event) => { if (event.persisted) window.location.reload(); });
  touched();
})();
