// One press copies the text. Without this script the button is not there, and the text can be selected and copied.
const text = document.getElementById("copy-text");
const button = document.getElementById("copy-button");
if (text && button) {
  button.hidden = false;
  button.addEventListener("click", async () => {
    text.select();
    try {
      await navigator.clipboard.writeText(text.value);
    } catch {
      document.execCommand("copy"); // where the browser gives no clipboard: the text is selected already
    }
    document.getElementById("copy-said").textContent = button.dataset.done;
  });
}
