// After a refused form the summary of its problems has the focus, so that a screen reader begins there.

document.querySelector("[data-focus-first]")?.focus();
