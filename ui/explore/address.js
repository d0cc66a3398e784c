/** Writes the view into the address in place: an entry in the history for each would make going back take many presses. */
export default function ({ data }) {
  const address = new URL(window.location.href);
  for (const name of data.names) address.searchParams.delete(name);
  for (const [name, value] of data.parameters) address.searchParams.append(name, value);
  if (address.href !== window.location.href) window.history.replaceState(window.history.state, "", address);
}
