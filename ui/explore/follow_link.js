/** Follows the link in the container of that key, as soon as the page has drawn it. */
export default function ({ data }) {
  let frame = requestAnimationFrame(function follow() {
    const link = document.querySelector(`.st-key-${data.container} a`);
    if (link) link.click();
    else frame = requestAnimationFrame(follow);
  });
  return () => cancelAnimationFrame(frame);
}
