// Shows payloads in frames of their own, raw, in both ways in which a careless page does it: parsed as part of a page, and put in by a script.
async payloads => {
  const pause = time => new Promise(resolve => setTimeout(resolve, time));
  const frames = payloads.map(([id, html]) => {
    const frame = document.createElement('iframe');
    frame.name = `${id}`;
    // Not out of its frame: one that leaves would take the harness along.
    frame.sandbox = 'allow-scripts allow-same-origin allow-forms allow-modals';
    // Small, because all of them are painted.
    [frame.width, frame.height] = [30, 20];
    const loaded = new Promise(resolve => frame.addEventListener('load', resolve, { once: true }));
    frame.srcdoc = html;
    document.body.append(frame);
    return [frame, html, loaded];
  });
  const everywhere = act => {
    for (const [frame, html] of frames) {
      try { act(frame.contentWindow, frame.contentDocument, html); } catch { /* It has gone elsewhere. */ }
    }
  };
  await Promise.race([Promise.all(frames.map(each => each[2])), pause(600)]);
  everywhere((view, page) => view.__poke(page.documentElement));
  await pause(50);
  everywhere((view, page, html) => {
    page.body.innerHTML = html;
    view.__poke(page.body);
  });
  await pause(100);
  for (const [frame] of frames) frame.remove();
  await pause(0);
  return [...new Set(window.__ran.map(each => each.split(' ')[0]))];
}
