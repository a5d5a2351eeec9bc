// Elements. Texts only ever become text nodes, so that no name or label can turn into markup.

/** An element with attributes, properties and children; null children are left out. */
export function element(tag, attributes = {}, ...children) {
  const made = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) {
    if (value === null || value === undefined || value === false) {
      continue;
    }

    if (name.startsWith('on')) {
      made.addEventListener(name.slice(2), value);
    } else if (name === 'class') {
      made.className = value;
    } else if (value === true) {
      made.setAttribute(name, '');
    } else {
      made.setAttribute(name, value);
    }
  }

  made.append(...children.flat().filter(child => child !== null && child !== undefined && child !== false));
  return made;
}

export const byId = id => document.getElementById(id);

/** A paragraph in place of what is not there. */
export const note = text => element('p', { class: 'muted' }, text);

/** A table from its head and rows; on narrow screens each cell shows its column's name. */
export function table(columns, rows, caption) {
  const cell = (content, i) => element(i === 0 ? 'th' : 'td', { scope: i === 0 ? 'row' : null, 'data-column': columns[i].name, class: columns[i].isNumber ? 'number' : null }, content);
  return element('table', {},
    element('caption', { class: 'hidden' }, caption),
    element('thead', {}, element('tr', {}, columns.map(c => element('th', { scope: 'col', class: c.isNumber ? 'number' : null }, c.name)))),
    element('tbody', {}, rows.map(row => element('tr', {}, row.map(cell)))));
}
