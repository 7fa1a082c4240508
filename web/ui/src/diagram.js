// A process as BPMN draws it, with the places where runs stand. The bpmn.io mark stays visible, as its licence asks.
import Viewer from "bpmn-js/lib/NavigatedViewer";
import { styled } from "./styled.js";

export async function diagram(box) {
  await styled("diagram");
  const response = await fetch(box.dataset.diagram);
  if (!response.ok) throw new Error(`the diagram's answer was ${response.status}`);
  box.replaceChildren();
  const viewer = new Viewer({ container: box });
  await viewer.importXML(await response.text());
  const canvas = viewer.get("canvas");
  canvas.zoom("fit-viewport", "auto");
  mark(viewer, box);
  new ResizeObserver(() => {
    canvas.resized();
    canvas.zoom("fit-viewport", "auto");
  }).observe(box);
  new MutationObserver(() => mark(viewer, box)).observe(box, { attributes: true, attributeFilter: ["data-tokens", "data-done"] });
}

function mark(viewer, box) {
  const canvas = viewer.get("canvas");
  const registry = viewer.get("elementRegistry");
  const overlays = viewer.get("overlays");
  overlays.remove({ type: "token" });
  registry.forEach((element) => {
    canvas.removeMarker(element, "token");
    canvas.removeMarker(element, "been");
  });
  for (const id of words(box.dataset.done)) {
    if (registry.get(id)) canvas.addMarker(id, "been");
  }
  for (const [id, count] of words(box.dataset.tokens).map((word) => word.split(":"))) {
    const element = registry.get(id);
    if (!element) continue;
    canvas.addMarker(id, "token");
    const html = Object.assign(document.createElement("div"), { className: "token-count", textContent: count });
    overlays.add(id, "token", { position: { top: -12, right: 12 }, html });
  }
}

function words(text) {
  return (text ?? "").split(" ").filter(Boolean);
}
