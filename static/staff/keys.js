// A key that does not answer is said in words on the page; allauth's webauthn.js would only tell the console.
document.addEventListener("allauth.error", (event) => {
  event.preventDefault();
  const problem = document.getElementById("key-problem");
  problem.hidden = false;
  problem.scrollIntoView({ block: "nearest" });
});
document.addEventListener("click", (event) => {
  if (event.target.closest("#use-key, #register-key")) document.getElementById("key-problem").hidden = true;
});
