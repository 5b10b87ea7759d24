// Reads a screen aloud, sentence by sentence, and marks the one being read. A new screen cuts the old sound.
const sound = (() => {
  "use strict";
  const START = 0.6; // for every new person, whatever the one before had chosen
  let volume = START;
  let playing = null;
  let queue = [];
  let told = [];

  const kiosk = () => document.getElementById("kiosk");
  const unmark = () => document.querySelectorAll(".speaking").forEach((said) => said.classList.remove("speaking"));

  const stop = () => {
    queue = [];
    if (playing) {
      playing.onended = playing.onerror = null;
      playing.pause();
      playing = null;
    }
    unmark();
  };

  const next = () => {
    unmark();
    const said = queue.shift();
    if (!said) { playing = null; return; }
    said.classList.add("speaking");
    said.closest(".card, .choice, button, header")?.scrollIntoView({ block: "nearest" });
    playing = new Audio(kiosk().dataset.voices.replace("NAME", said.dataset.voice));
    playing.volume = volume;
    playing.onended = next;
    playing.onerror = next;
    playing.play().catch(next);
  };

  const play = (sentences) => { stop(); told = sentences; queue = [...sentences]; next(); };

  // Of the whole screen: all that stands on it, but what is private where others may hear it.
  const wanted = (what) => {
    const all = what === "all";
    const from = all ? [kiosk()] : [...kiosk().querySelectorAll("[data-spoken]")].filter((part) => part.dataset.spoken === what);
    const found = from.flatMap((part) => [...part.querySelectorAll("[data-voice]")]);
    return found.filter((said) => !said.closest("dialog, #lost, .sound")
      && !(all && said.closest(".only-heard"))
      && !(all && "quiet" in kiosk().dataset && said.closest("[data-private]")));
  };

  const change = (by) => {
    volume = Math.min(1, Math.max(0.1, volume + by));
    if (playing) playing.volume = volume;
  };

  const ready = () => {
    stop();
    if ("keypad" in kiosk().dataset) volume = START;
    const presses = { "stop-sound": stop, again: () => play(told), quieter: () => change(-0.2), louder: () => change(0.2) };
    for (const [id, press] of Object.entries(presses)) {
      const button = document.getElementById(id);
      if (!button) continue;
      button.hidden = false;
      button.addEventListener("click", press);
    }
    if (kiosk().dataset.speak) play(wanted(kiosk().dataset.speak));
  };

  return { ready, stop, isPlaying: () => playing !== null, volume: () => volume };
})();
