// Shows a text with its figures marked, scrolls to the chosen one, and reports what the reader marks or clicks.
// Everything that comes from a document is set as text, never as HTML.
export default function (component) {
  const { data, parentElement, setTriggerValue } = component;
  const root = parentElement.querySelector(".pa-text");
  root.style.maxHeight = data.height + "px";
  const at = data.active ? data.active.join("-") : "";
  if (root.dataset.version !== data.version) {
    root.dataset.version = data.version;
    root.textContent = "";
    const points = Array.from(data.text); // offsets count code points, JavaScript's own count UTF-16 units
    let position = data.from;
    const put = (until, mark) => {
      if (until <= position) return;
      const piece = document.createElement(mark ? "mark" : "span");
      piece.textContent = points.slice(position - data.from, until - data.from).join("");
      piece.dataset.start = position;
      if (mark) { piece.className = mark.kind; piece.title = mark.title; piece.dataset.key = mark.key; }
      root.appendChild(piece);
      position = until;
    };
    for (const mark of data.marks) { put(mark.start, null); put(mark.end, mark); }
    put(data.from + points.length, null);
  }
  if (root.dataset.at !== at + data.version) {
    root.dataset.at = at + data.version;
    const chosen = root.querySelector("mark.q") || root.querySelector("mark.s");
    if (chosen) root.scrollTop = chosen.offsetTop - root.offsetTop - root.clientHeight / 3;
  }
  root.onclick = (event) => {
    const mark = event.target.closest("mark");
    if (mark && mark.dataset.key && getSelection().isCollapsed) setTriggerValue("clicked", mark.dataset.key);
  };
  const offset = (node, inside) => {
    const piece = node.nodeType === 3 ? node.parentElement : node;
    if (!piece || !piece.dataset || piece.dataset.start === undefined) return null;
    return Number(piece.dataset.start) + Array.from(piece.textContent.slice(0, inside)).length;
  };
  root.onmouseup = () => {
    const selection = getSelection();
    if (selection.isCollapsed || !selection.rangeCount) return;
    const range = selection.getRangeAt(0);
    if (!root.contains(range.startContainer) || !root.contains(range.endContainer)) return;
    const start = offset(range.startContainer, range.startOffset);
    const end = offset(range.endContainer, range.endOffset);
    if (start !== null && end !== null && end > start) setTriggerValue("marked", [start, end]);
  };
}
