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

  // The forms that lead on to the learning site go by themselves; without a script their button is pressed.
  var leaving = document.querySelector('form[data-submit]');
  if (leaving) leaving.submit();

  document.querySelectorAll('[data-print]').forEach(function (button) {
    button.hidden = false;
    button.addEventListener('click', function () { window.print(); });
  });
})();
