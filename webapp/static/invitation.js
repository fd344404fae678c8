// Types the code of a link, which stands behind its "#" so that no server sees it, and takes it out of the address.
const code = decodeURIComponent(location.hash.slice(1));
const field = document.getElementById("code");
if (code && field) {
  if (!field.value) field.value = code;
  history.replaceState(null, "", location.pathname);
  document.getElementById("password")?.focus();
}
