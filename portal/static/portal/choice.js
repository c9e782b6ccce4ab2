// A choice must never seem made when it was not. Where htmx could not finish (no connection, a
// refused rule, a form that is too old), the form is sent as it would be without a script, and the
// browser shows the answer. Sending twice does no harm: the same choice is recorded once.
for (const failure of ["htmx:sendError", "htmx:responseError", "htmx:timeout"]) {
  document.addEventListener(failure, ({ detail }) => {
    const form = detail.elt.closest("form[data-choice]");
    if (!form) return;
    const act = document.createElement("input");
    act.type = "hidden";
    act.name = "act";
    act.value = detail.requestConfig.parameters.act;
    form.append(act);
    form.submit();
  });
}
