/* Shows the files whose address holds what is searched for, and opens the one that a link asks for. */
(() => {
  const search = document.getElementById('search');
  const found = document.getElementById('found');
  const cases = [...document.querySelectorAll('article.case')];

  function open(file) {
    file.querySelector('details').open = true;
  }

  function tell(nShown, text) {
    if (text === '') found.textContent = `${cases.length} files`;
    else if (nShown > 0) found.textContent = `${nShown} of ${cases.length} files`;
    else found.textContent = 'no file here; make more with: npm start -- --report --cases 500';
  }

  function filter() {
    const text = search.value.trim().toLowerCase();
    const shown = cases.filter((file) => file.id.toLowerCase().includes(text));
    for (const file of cases) file.hidden = !shown.includes(file);
    if (shown.length === 1) open(shown[0]);
    tell(shown.length, text);
  }

  function follow() {
    const address = decodeURIComponent(location.hash.slice(1));
    if (address === '') return;
    const file = cases.find(({ id }) => id.toLowerCase() === address.toLowerCase());
    search.value = file === undefined ? address : '';
    filter();
    if (file === undefined) return;
    open(file);
    file.scrollIntoView({ behavior: 'instant' });
  }

  search.addEventListener('input', filter);
  addEventListener('hashchange', follow);
  filter();
  follow();
})();
