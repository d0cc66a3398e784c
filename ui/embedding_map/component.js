const instances = new WeakMap();

/** Where arrays, cards and images of a map come from: the server of the page. */
const pageSource = {
  async array(digest) {
    const answer = await fetch(`/map/${digest}`);
    if (!answer.ok) throw new Error(`the map's array ${digest} is not there: ${answer.status}`);
    return new Uint8Array(await answer.arrayBuffer());
  },
  async card(address) {
    const answer = await fetch(address);
    return answer.ok ? answer.json() : null;
  },
  /** What an <img> loads: the address itself. */
  async image(address) {
    return address;
  },
};

// Streamlit calls this again with new data and cleans up only when the component goes: what is drawn stays between.
export default function (component) {
  const { parentElement } = component;
  if (!instances.has(parentElement)) instances.set(parentElement, new EmbeddingMap(parentElement));
  instances.get(parentElement).update({ ...component, source: pageSource });
  return () => {
    instances.get(parentElement)?.destroy();
    instances.delete(parentElement);
  };
}
