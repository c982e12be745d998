import { expect, it } from 'vitest';
import { scriptJson, textHtml } from '../../../charts/page/text.ts';

const WALLET = `0x${'aB'.repeat(20)}`;

it('leaves nothing of a text that a browser would take for HTML', () => {
  expect(textHtml(`<script>alert("1") & 'x'</script>`, null)).toBe(
    '&lt;script&gt;alert(&quot;1&quot;) &amp; &#39;x&#39;&lt;/script&gt;',
  );
  expect(scriptJson({ a: '</script><!--' })).toBe('{"a":"\\u003c/script>\\u003c!--"}');
});

it('cuts an address, with the whole one as title and in a button, and leads to its file where there are files', () => {
  const html = textHtml(`wallet ${WALLET}, flagged`, null);
  expect(html).toMatch(/^wallet <span class="address"><span title="0x(aB){20}">0xaBaBaBaB…<\/span> <button/);
  expect(html).toContain(`data-copy="${WALLET}"`);
  expect(html).toMatch(/<\/button><\/span>, flagged$/);
  expect(textHtml(WALLET, 'wallets.html')).toContain(`<a href="wallets.html#${WALLET}" title="${WALLET}">`);
});

it('cuts no market id and no transaction, which are longer', () => {
  const id = `0x${'c'.repeat(64)}`;
  expect(textHtml(id, null)).toBe(id);
  expect(textHtml(`${WALLET}z`, null)).toBe(`${WALLET}z`);
});
