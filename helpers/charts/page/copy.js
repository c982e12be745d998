/* Copies what a button holds, and says so on the button. */
(() => {
  const SHOWN_MS = 1500;

  /** For browsers that give a local file no clipboard: an invisible text field, and the old command. */
  function copyByField(text) {
    const field = document.createElement('textarea');
    field.value = text;
    field.className = 'copy-field';
    document.body.append(field);
    field.select();
    const isCopied = document.execCommand('copy');
    field.remove();
    return isCopied;
  }

  async function copy(text) {
    try {
      await navigator.clipboard.writeText(text);
      return true;
    } catch {
      return copyByField(text);
    }
  }

  document.addEventListener('click', async (event) => {
    const button = event.target.closest?.('button.copy');
    if (!button) return;
    event.preventDefault();
    const isCopied = await copy(button.dataset.copy);
    button.textContent = isCopied ? 'copied' : 'failed';
    setTimeout(() => {
      button.textContent = 'copy';
    }, SHOWN_MS);
  });
})();
