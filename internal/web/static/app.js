// Cairn's only script. Every page works without it: it tells the LMS how high the page is, moves the focus to what changed, asks
// how far long work has come, tells when the session is about to end, and shows buttons that only a browser can carry out. It
// changes no figure and holds no words.
(function () {
  'use strict';
  var root = document.documentElement;
  var origins = (root.getAttribute('data-parents') || '').split(' ').filter(Boolean);

  // tell posts to the embedding page, and only to the origins registered for it.
  function tell(message) {
    if (window.parent === window) return;
    var above = window.location.ancestorOrigins; // not in every browser; without it each registered origin is tried
    origins.filter(function (origin) { return !above || above[0] === origin; }).forEach(function (origin) {
      try { window.parent.postMessage(JSON.stringify(message), origin); } catch (e) { /* another origin embeds us */ }
    });
  }

  var last = 0;
  function resize() {
    var height = Math.ceil(document.body.getBoundingClientRect().height);
    if (Math.abs(height - last) < 2) return;
    last = height;
    tell({ subject: 'lti.frameResize', height: height });
  }

  // What opens another window says so: its page stays as it was.
  document.querySelectorAll('form[data-opened]').forEach(function (form) {
    form.addEventListener('submit', function () { document.getElementById('opened').textContent = form.dataset.opened; });
  });

  document.querySelectorAll('.scripted').forEach(function (button) { button.classList.remove('scripted'); });
  resize();
  tell({ subject: 'lti.scrollToTop' });
  if ('ResizeObserver' in window) new ResizeObserver(resize).observe(document.body);

  var first = document.querySelector('.problem') || document.querySelector('#notice');
  if (!first && /^#(c|notice)$/.test(window.location.hash)) {
    first = document.querySelector('h1');
    first.tabIndex = -1;
    var main = document.getElementById('c'), led = function () { first.focus({ preventScroll: true }); };
    main.addEventListener('focus', led, { once: true }); // a browser may move it to the end of the address later
    main.addEventListener('pointerdown', function () { main.removeEventListener('focus', led); }, { once: true });
  }
  if (first) first.focus({ preventScroll: true });

  // read asks for a page of ours; what refuses, or does not answer, is none.
  function read(address, then) {
    var ask = new XMLHttpRequest();
    ask.open('GET', address);
    ask.responseType = 'document';
    ask.onload = function () { then(ask.status === 200 && ask.response); };
    ask.onerror = function () { then(null); };
    ask.send();
  }

  // How far long work has come, every 10 seconds until it is done.
  var live = document.querySelector('[data-live]');
  if (live) (function again() {
    window.setTimeout(function () {
      read(live.dataset.live, function (page) {
        var now = page && page.querySelector('[data-live]');
        live.textContent = now ? now.textContent : page ? live.dataset.done : live.textContent;
        if (now || !page) again();
      });
    }, 10000);
  })();

  // The end of the session is told 2 minutes before; any request puts it off. What has the focus keeps it.
  var ending = document.querySelector('[data-ends]');
  if (ending) (function () {
    var stay = ending.querySelector('[data-stay]'), before = null;
    function wait(seconds) {
      window.setTimeout(function () {
        before = document.activeElement;
        ending.hidden = false;
        ending.scrollIntoView({ block: 'nearest' });
      }, Math.max(0, seconds - 120) * 1000);
    }
    wait(+ending.dataset.ends);
    if (stay) stay.addEventListener('click', function () {
      read(stay.dataset.stay, function (page) {
        var now = page && page.querySelector('[data-ends]');
        if (!now) { ending.textContent = ending.dataset.late; return; }
        ending.hidden = true;
        if (before) before.focus({ preventScroll: true });
        wait(+now.dataset.ends);
      });
    });
  })();

  // Where no cookie comes back, the learning site's page may keep a value for us (LTI platform storage). It is asked by a message
  // that only its origin gets, and only its answer is taken; without one in time, what the page says anyway comes back into view.
  var kept = document.querySelector('[data-storage]');
  if (kept && window.parent !== window) (function () {
    var ask = JSON.parse(kept.getAttribute('data-storage')), message = ask.message;
    var working = document.querySelector('[data-working]'), form = document.querySelector('form[hidden]');
    var asked = [], over = false;
    function show(busy) { kept.classList.toggle('scripted', busy); working.hidden = !busy; }
    if (ask.frame && ask.frame !== '_parent') asked.push(window.parent.frames[ask.frame]);
    else asked.push(window.parent);
    if (!ask.frame) for (var i = 0; i < window.parent.frames.length; i++) asked.push(window.parent.frames[i]);
    window.addEventListener('message', function (e) {
      var said = e.data;
      if (over || e.origin !== ask.origin || asked.indexOf(e.source) < 0 || !said || said.subject !== message.subject + '.response') return;
      if (said.message_id !== message.message_id || said.error || typeof said.value !== 'string') return;
      if (message.value && said.value !== message.value) return;
      over = true;
      if (ask.go) return window.location.replace(ask.go);
      form.elements.cairn_secret.value = said.value;
      form.submit();
    });
    show(true);
    asked.forEach(function (target) {
      try { target.postMessage(message, ask.origin); } catch (e) { /* not there */ }
    });
    window.setTimeout(function () { if (!over) { over = true; show(false); } }, 2000);
  })();

  // The forms that lead on to the learning site go by themselves; without a script their button is pressed.
  var leaving = document.querySelector('form[data-submit]');
  if (leaving) leaving.submit();

  document.querySelectorAll('[data-print]').forEach(function (button) {
    button.addEventListener('click', function () { window.print(); });
  });

  // The text stands on the page, so where the browser keeps the clipboard from frames it is marked, ready to be copied.
  document.querySelectorAll('[data-copy]').forEach(function (button) {
    var text = document.getElementById(button.dataset.copy);
    button.addEventListener('click', function () {
      text.select();
      if (document.execCommand('copy')) document.getElementById(button.dataset.copy + '-copied').textContent = button.dataset.done;
    });
  });

  // A browser leaves a link that it shows in part where it is, and its ring is cut at the edge of the box.
  document.querySelectorAll('.scroll').forEach(function (box) {
    box.addEventListener('focusin', function (e) { if (e.target !== box) e.target.scrollIntoView({ block: 'nearest', inline: 'nearest' }); });
  });

  // A table of boxes becomes a grid with one tab stop (ARIA Authoring Practices): arrows move, Home and End in the row, with Ctrl in the
  // grid, Page Up and Down by 10 rows, Shift+Space ticks the row, Shift+arrows mark a range that Space ticks, Escape leaves it.
  var table = document.querySelector('table[data-grid]');
  if (table) (function () {
    var rows = Array.prototype.map.call(table.rows, function (tr) {
      return Array.prototype.map.call(tr.cells, function (cell) { return cell.querySelector('a, input:not([type="hidden"]):not([disabled])'); });
    });
    var at = [1, 1], from = null, told = document.getElementById('told');
    function each(f) { rows.forEach(function (row, r) { row.forEach(function (e, c) { if (e) f(e, r, c); }); }); }
    function box(e) { return e && e.type === 'checkbox'; }
    function inside(r, c) {
      return from && r >= Math.min(from[0], at[0]) && r <= Math.max(from[0], at[0]) && c >= Math.min(from[1], at[1]) && c <= Math.max(from[1], at[1]);
    }
    function mark() { each(function (e, r, c) { e.parentNode.classList.toggle('marked', !!(box(e) && inside(r, c))); }); }
    function go(r, c, ranged) {
      r = Math.max(0, Math.min(rows.length - 1, r)); c = Math.max(0, Math.min(rows[0].length - 1, c));
      if (!rows[r][c]) return;
      if (ranged && !from) from = at;
      if (!ranged) from = null;
      rows[at[0]][at[1]].tabIndex = -1;
      at = [r, c]; rows[r][c].tabIndex = 0; rows[r][c].focus(); mark();
    }
    function changed(e) {
      var own = e.checked !== e.defaultChecked, word = ', ' + table.dataset.changed, said = e.getAttribute('aria-label');
      if (!('was' in e.dataset)) e.dataset.was = e.parentNode.classList.contains('changed') ? '1' : '';
      var is = own !== !!e.dataset.was;
      e.parentNode.classList.toggle('changed', is);
      if (said.slice(-word.length) === word) said = said.slice(0, -word.length);
      e.setAttribute('aria-label', is ? said + word : said);
      var row = rows.filter(function (row) { return row.indexOf(e) >= 0; })[0];
      told.textContent = table.dataset.row.replace('{n}', row.filter(function (b) { return box(b) && b.checked; }).length);
    }
    function set(list, want) { list.forEach(function (e) { if (box(e) && e.checked !== want) { e.checked = want; changed(e); } }); }

    table.setAttribute('role', 'grid');
    each(function (e) { e.tabIndex = -1; });
    var start = null;
    each(function (e, r, c) { if (!start && box(e)) start = [r, c]; });
    if (!start) return;
    at = start; rows[at[0]][at[1]].tabIndex = 0;
    table.addEventListener('change', function (e) { changed(e.target); });
    table.addEventListener('focusin', function (e) {
      each(function (o, r, c) { if (o === e.target && (r !== at[0] || c !== at[1])) { rows[at[0]][at[1]].tabIndex = -1; at = [r, c]; o.tabIndex = 0; from = null; mark(); } });
    });
    table.addEventListener('keypress', function (e) { if (e.key === 'Enter' && box(e.target)) e.preventDefault(); }); // would send the form
    table.addEventListener('keydown', function (e) {
      var r = at[0], c = at[1], end = rows[0].length - 1, here = rows[r][c], key = e.key;
      if (e.altKey || e.metaKey) return;
      if (key === 'ArrowUp') go(r - 1, c, e.shiftKey);
      else if (key === 'ArrowDown') go(r + 1, c, e.shiftKey);
      else if (key === 'ArrowLeft') go(r, c - 1, e.shiftKey);
      else if (key === 'ArrowRight') go(r, c + 1, e.shiftKey);
      else if (key === 'Home') go(e.ctrlKey ? 1 : r, e.ctrlKey ? 1 : 0);
      else if (key === 'End') go(e.ctrlKey ? rows.length - 1 : r, end);
      else if (key === 'PageUp') go(Math.max(1, r - 10), c);
      else if (key === 'PageDown') go(r + 10, c);
      else if (key === 'Escape' && from) { from = null; mark(); }
      else if (key === ' ' && e.shiftKey && box(here)) set(rows[r], !here.checked);
      else if (key === ' ' && from && box(here)) {
        var list = [];
        each(function (b, i, j) { if (inside(i, j)) list.push(b); });
        set(list, !here.checked);
      } else if (key === 'Enter' && box(here)) {
        var rule = document.createElement('input');
        rule.type = 'hidden'; rule.name = 'go'; rule.value = 'rule:' + here.value;
        here.form.appendChild(rule); here.form.submit();
      } else return;
      e.preventDefault();
    });
  })();
})();
