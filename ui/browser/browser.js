export default function ({ data }) {
  const address = new URL(window.location.href);
  if (data.dataset && !address.searchParams.has("dataset")) {
    address.searchParams.set("dataset", data.dataset);
    window.history.replaceState(window.history.state, "", address);
  }
  for (const cookie of data.cookies) document.cookie = cookie;
}
