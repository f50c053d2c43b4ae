  function value(row, column) {
    var cell = row.cells[column], given = cell.getAttribute("data-v"), text = given === null ? cell.textContent.trim() : given;
    return text === "" || isNaN(text) ? text : Number(text);
  }
  function compared(one, other) {
    if (typeof one === "number" && typeof other === "number") { return one - other; }
    return String(one).localeCompare(String(other));
  }
  function sortBy(head) {
    var table = head.closest("table"), body = table.tBodies[0], way = head.getAttribute("aria-sort") === "ascending" ? -1 : 1;
    var rows = Array.from(body.rows, function (row) { return [value(row, head.cellIndex), row]; });
    rows.sort(function (one, other) { return way * compared(one[0], other[0]); });
    table.querySelectorAll("th[aria-sort]").forEach(function (one) { one.setAttribute("aria-sort", "none"); });
    head.setAttribute("aria-sort", way === 1 ? "ascending" : "descending");
    rows.forEach(function (row) { body.appendChild(row[1]); });
  }
