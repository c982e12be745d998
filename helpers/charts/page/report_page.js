/* Brings the charts of the report to life as they come near: same picture, as wide as the screen, with tooltips. */
(() => {
  const { vega } = globalThis;
  const tooltip = document.getElementById('tooltip');
  const refuse = () => Promise.reject(new Error('the report loads nothing'));
  const loader = { load: refuse, sanitize: refuse, http: refuse, file: refuse };

  function showTooltip(_handler, event, _item, value) {
    const isEmpty = value === null || value === undefined || value === '';
    tooltip.hidden = isEmpty;
    if (isEmpty) return;
    const lines = typeof value === 'object' ? Object.entries(value) : [['', String(value)]];
    tooltip.replaceChildren(
      ...lines.map(([title, text]) => {
        const line = document.createElement('div');
        const name = document.createElement('b');
        name.textContent = title.trim() === '' ? '' : `${title}: `;
        line.append(name, String(text));
        return line;
      }),
    );
    const touch = event.changedTouches?.[0] ?? event;
    const box = tooltip.getBoundingClientRect();
    const left = Math.min(touch.clientX + 12, document.documentElement.clientWidth - box.width - 8);
    const below = touch.clientY + 14;
    const fitsBelow = below + box.height < document.documentElement.clientHeight;
    tooltip.style.left = `${Math.max(8, left)}px`;
    tooltip.style.top = `${fitsBelow ? below : Math.max(8, touch.clientY - box.height - 14)}px`;
  }

  async function revive(place) {
    const data = document.getElementById(`${place.id}-spec`);
    const still = place.querySelector('.canvas');
    const drawn = still.cloneNode(false);
    place.append(drawn);
    try {
      const view = new vega.View(vega.parse(JSON.parse(data.textContent)), {
        renderer: 'svg',
        container: drawn,
        loader,
      });
      view.tooltip(showTooltip).hover();
      await view.runAsync();
      still.remove();
      drawn.querySelector('svg')?.setAttribute('aria-hidden', 'true');
      place.dataset.live = 'yes';
    } catch (error) {
      drawn.remove();
      place.dataset.live = 'no';
      throw error;
    }
  }

  const near = new IntersectionObserver(
    (entries) => {
      for (const entry of entries) {
        if (!entry.isIntersecting) continue;
        near.unobserve(entry.target);
        revive(entry.target);
      }
    },
    { rootMargin: '800px' },
  );
  for (const place of document.querySelectorAll('.chart')) near.observe(place);
  addEventListener('scroll', () => {
    tooltip.hidden = true;
  });
})();
