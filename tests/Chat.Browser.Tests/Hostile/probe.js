// Runs in every frame before anything of the page. Whatever a payload calls is noted at the top, with the name of the frame it ran in.
(() => {
  const names = [];
  for (let frame = window; ; frame = frame.parent) {
    try { names.push(frame.name); } catch { names.push(''); }
    if (frame === frame.parent) break;
  }
  const where = names.find(name => name) || '';
  const ran = window.top === window ? (window.__ran = []) : null;
  const note = what => {
    if (ran) ran.push(where + ' ' + what);
    else window.top.postMessage({ ran: where + ' ' + what }, '*');
  };
  for (const name of ['alert', 'confirm', 'prompt', 'print', 'open', 'xss', 'pwned']) {
    Object.defineProperty(window, name, { configurable: true, writable: true, value: () => { note(name); return null; } });
  }
  if (ran) addEventListener('message', event => { if (event.data && event.data.ran) ran.push(event.data.ran); });

  // What a visitor can do to an element: every handler that it has is called, and it is focused and clicked for real. Pages that a click may lead to are not visited.
  const stay = event => {
    const link = event.target.closest && event.target.closest('a[href],area[href]');
    if (link && /^(https?|mailto):$/.test(link.protocol)) event.preventDefault();
  };
  const usual = ['mouseover', 'mouseenter', 'mousemove', 'mousedown', 'mouseup', 'mouseout', 'pointerdown', 'pointerover', 'focusin', 'keydown', 'keyup', 'input', 'change',
    'dblclick', 'contextmenu', 'copy', 'cut', 'paste', 'dragstart', 'wheel', 'scroll', 'toggle', 'animationend', 'transitionend', 'touchstart'];
  window.__poke = root => {
    const doc = root.ownerDocument;
    doc.addEventListener('click', stay, true);
    let touched = 0;
    for (const element of root.querySelectorAll('*')) {
      touched++;
      try {
        const own = [...element.attributes].map(each => each.name).filter(name => /^on/i.test(name)).map(name => name.slice(2).toLowerCase());
        for (const name of own.length > 0 || element.closest('a,button,input') ? [...usual, ...own] : ['mouseover', 'focusin']) element.dispatchEvent(new Event(name, { bubbles: true, cancelable: true }));
        if (element.tabIndex >= 0) element.focus();
        element.dispatchEvent(new MouseEvent('click', { bubbles: true, cancelable: true, view: doc.defaultView }));
        if (element.requestSubmit && element.isConnected) element.requestSubmit();
      } catch { /* The next one. */ }
    }
    return touched;
  };

  // Every kind of element with the attributes it has, once: what the page really consists of.
  window.__kinds = root => [...new Set([...root.querySelectorAll('*')].map(element =>
    element.namespaceURI.split('/').pop() + ' ' + element.localName + [...element.attributes].map(each =>
      ' ' + each.name + (each.name === 'href' ? '=' + new URL(each.value, document.baseURI).protocol : '')).sort().join('')))];
})();
