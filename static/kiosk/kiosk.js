// Smoother, never needed: says when a touch did not get through, and asks whether anyone is there.
(() => {
  "use strict";
  const ASK_AFTER = 180_000;
  const CLEAR_AFTER = 60_000;
  const DEAF_FOR = 300; // a second tap of a shaking hand belongs to the screen that is gone
  const kiosk = () => document.getElementById("kiosk");
  const lost = () => document.getElementById("lost");
  let asking = 0;
  let clearing = 0;
  let pressed = "";

  const touched = () => {
    window.clearTimeout(asking);
    window.clearTimeout(clearing);
    document.getElementById("there")?.close();
    // The last page says what the person chose: it does not stand there as long.
    asking = window.setTimeout(ask, "end" in kiosk().dataset ? CLEAR_AFTER : ASK_AFTER);
  };
  const ask = () => {
    const there = document.getElementById("there");
    if (!there) return;
    // Whoever listens is there.
    if (sound.isPlaying()) { touched(); return; }
    there.showModal();
    clearing = window.setTimeout(() => document.getElementById("nobody-there").click(), CLEAR_AFTER);
  };
  const arrived = () => {
    // Not on the number: staff tap it, and quickly.
    if (!("keypad" in kiosk().dataset)) {
      const screen = kiosk();
      screen.dataset.deaf = "";
      window.setTimeout(() => { delete screen.dataset.deaf; }, DEAF_FOR);
    }
    document.documentElement.lang = kiosk().lang;
    document.documentElement.dir = kiosk().dir;
    sound.ready();
    touched();
  };

  for (const event of ["pointerdown", "keydown"]) document.addEventListener(event, touched);
  document.addEventListener("contextmenu", (event) => event.preventDefault());
  document.addEventListener("click", (event) => {
    // A clock clears the screen, not a hand: that press has no place on it.
    if (event.isTrusted && "deaf" in kiosk().dataset) {
      event.preventDefault();
      event.stopImmediatePropagation();
    }
    pressed = event.target.closest("button")?.value ?? "";
  }, { capture: true });
  // A tablet asks by itself whether a visit is here, or still is: no touch got lost when that does not get through.
  const byItself = (event) => ["waiting", "still"].includes(event.detail.elt.id);
  document.addEventListener("htmx:beforeRequest", (event) => { if (!byItself(event)) sound.stop(); });
  for (const event of ["htmx:sendError", "htmx:responseError", "htmx:timeout"]) {
    document.addEventListener(event, (event) => { if (!byItself(event)) lost().hidden = false; });
  }
  // The visit is over: a new page in the place of this one, so that nothing of it is left to go back to.
  document.addEventListener("left", () => {
    kiosk().hidden = true;
    window.location.replace(window.location.pathname);
  });
  document.addEventListener("htmx:afterSwap", () => {
    lost().hidden = true;
    // Whoever touched a speaker stays at it; elsewhere reading starts at the top.
    const again = kiosk().dataset.speak && [...kiosk().querySelectorAll("button")].find((button) => button.value === pressed);
    (again || kiosk()).focus({ preventScroll: true });
    arrived();
  });
  // A page taken out of the browser's own memory may show the person before: ask the server what is here now.
  window.addEventListener("pageshow", (event) => { if (event.persisted) window.location.reload(); });
  arrived();
})();
