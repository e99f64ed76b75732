// What only the console does: keys, and the time of day.
(function () {
  'use strict';
  var box = document.getElementById('keys'), line = document.querySelector('[data-clock]');
  try { box.checked = localStorage.getItem('synergy-keys') !== 'off'; } catch (none) { /* the browser keeps nothing */ }
  box.addEventListener('change', function () {
    try { localStorage.setItem('synergy-keys', box.checked ? 'on' : 'off'); } catch (none) { /* as above */ }
  });
  document.addEventListener('keydown', function (event) {
    var at = event.target;
    if (!box.checked || event.ctrlKey || event.altKey || event.metaKey || event.repeat) return;
    if (/^(TEXTAREA|SELECT)$/.test(at.tagName) || (at.tagName === 'INPUT' && at.type !== 'checkbox')) return;
    var key = { PageDown: 'ArrowRight', PageUp: 'ArrowLeft' }[event.key] || (event.key.length === 1 ? event.key.toLowerCase() : event.key);
    var button = Array.prototype.find.call(document.querySelectorAll('[data-key]'), function (one) { return one.dataset.key === key; });
    if (button) { event.preventDefault(); button.click(); }
  });
  function tick() {
    line.textContent = new Date().toLocaleTimeString(document.documentElement.lang, { hour: '2-digit', minute: '2-digit' });
  }
  tick();
  setInterval(tick, 5000);
})();
