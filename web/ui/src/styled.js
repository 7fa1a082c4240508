/** Loads a style sheet once, and waits for it, so that nothing jumps. */
export function styled(name) {
  const here = document.querySelector('link[rel="stylesheet"][href*="/assets/style"]');
  const href = here.getAttribute("href").replace(/style(-[0-9a-f]+)?\.css/, `${name}.css`);
  if (document.querySelector(`link[href="${href}"]`)) return Promise.resolve();
  return new Promise((done) => {
    const link = Object.assign(document.createElement("link"), { rel: "stylesheet", href });
    link.addEventListener("load", done);
    link.addEventListener("error", done);
    document.head.append(link);
  });
}
