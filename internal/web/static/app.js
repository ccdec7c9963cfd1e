// Cairn's only script. Every page works without it: it tells the LMS how high the page is, moves the focus to what changed,
// and shows buttons that only a browser can carry out. It changes no figure and holds no words.
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

  resize();
  tell({ subject: 'lti.scrollToTop' });
  if ('ResizeObserver' in window) new ResizeObserver(resize).observe(document.body);

  var first = document.querySelector('.problem') || document.querySelector('#notice');
  if (first) first.focus({ preventScroll: true });

  // Where no cookie comes back, the learning site's page may keep a value for us (LTI platform storage). It is asked by a message
  // that only its origin gets, and only its answer is taken; without one in time, what the page says anyway comes back into view.
  var kept = document.querySelector('[data-storage]');
  if (kept && window.parent !== window) (function () {
    var ask = JSON.parse(kept.getAttribute('data-storage')), message = ask.message;
    var working = document.querySelector('[data-working]'), form = document.querySelector('form[hidden]');
    var asked = [], over = false;
    function show(busy) { kept.hidden = busy; working.hidden = !busy; }
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
    button.hidden = false;
    button.addEventListener('click', function () { window.print(); });
  });

  // The text stands on the page, so where the browser keeps the clipboard from frames it is marked, ready to be copied.
  document.querySelectorAll('[data-copy]').forEach(function (button) {
    var text = document.getElementById(button.dataset.copy);
    button.hidden = false;
    button.addEventListener('click', function () {
      text.select();
      if (document.execCommand('copy')) document.getElementById(button.dataset.copy + '-copied').textContent = button.dataset.done;
    });
  });
})();
