// Tells the LMS that it may close this page (Dynamic Registration 1.0, 3.6.2). It is told to the LMS's origin where that is known.
(function () {
  'use strict';
  var button = document.querySelector('[data-close]');
  if (!button) return;
  button.hidden = false;
  button.addEventListener('click', function () {
    (window.opener || window.parent).postMessage({ subject: 'org.imsglobal.lti.close' }, button.getAttribute('data-close'));
  });
})();
