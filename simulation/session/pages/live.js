// Keeps a page as the server has it: changes come as server-sent events, or are asked for every two seconds.
(function () {
  'use strict';
  var body = document.body, base = body.dataset.live, source = null, heard = 0, trouble = 0, ended = false;
  var was = {}, waiting = {}, until = null, ahead = 0, pressed = null, number = -1;
  var lost = document.getElementById('lost'), status = document.getElementById('status');

  function tell(text) { if (status && text && status.textContent !== text) status.textContent = text; }
  function cannot(text) { lost.hidden = !text; if (lost.textContent !== text) lost.textContent = text; }
  function typing(el) { return /^(INPUT|SELECT|TEXTAREA)$/.test(el.tagName) && !/^(checkbox|radio|hidden)$/.test(el.type); }
  function typed(part) {
    return Array.prototype.filter.call(part.querySelectorAll('input[id], select[id]'), function (el) {
      return typing(el) && el.tagName === 'INPUT' && el.value !== el.defaultValue;
    }).map(function (el) { return [el.id, el.value]; });
  }

  // What nobody has touched is not sent: meanwhile a phone may have answered.
  function unchanged(form) {
    return Array.prototype.filter.call(form.querySelectorAll('input:not([type=hidden]), select'), function (el) {
      if (el.tagName === 'SELECT') return Array.prototype.every.call(el.options, function (one) { return one.selected === one.defaultSelected || !one.defaultSelected && el.selectedIndex === 0 && one.index === 0; });
      return el.value === el.defaultValue;
    }).map(function (el) { return el.name; });
  }
  // Agreements stay in this page, and nowhere else, when it shows something else for a while.
  var memory = {};
  function remember(part) {
    part.querySelectorAll('form[data-file] input[id]').forEach(function (el) { memory[el.id] = el.value; });
  }
  function recall(part) {
    part.querySelectorAll('form[data-file] input[id]').forEach(function (el) { if (memory[el.id]) el.value = memory[el.id]; });
  }

  // One part of the page. What somebody is typing stays; so does the focus, and what is folded open.
  function put(name, html) {
    var part = document.querySelector('[data-part="' + name + '"]');
    if (!part || was[name] === html) return;
    var here = part.contains(document.activeElement) ? document.activeElement : null;
    if (here && typing(here) && html.indexOf('id="' + here.id + '"') >= 0) { waiting[name] = html; return; }
    var kept = typed(part), folds = part.querySelectorAll('details[id]'), open = {};
    folds.forEach(function (one) { open[one.id] = one.open; });
    was[name] = html;
    delete waiting[name];
    remember(part);
    part.innerHTML = html;
    recall(part);
    part.querySelectorAll('details[id]').forEach(function (one) { one.open = !!open[one.id]; });
    kept.forEach(function (one) { var el = document.getElementById(one[0]); if (el) el.value = one[1]; });
    if (here) {
      var again = here.id && document.getElementById(here.id) || document.querySelector('h1[tabindex]');
      if (again) again.focus({ preventScroll: true });
    }
  }
  document.addEventListener('focusout', function () {
    setTimeout(function () { Object.keys(waiting).forEach(function (name) { put(name, waiting[name]); }); }, 0);
  });

  function show(state) {
    heard = Date.now();
    trouble = 0;
    cannot('');
    if (state.removed) { ended = true; location.reload(); return; }
    if (state.n < number) return;
    number = state.n;
    ['black', 'lobby'].forEach(function (name) { body.classList.toggle(name, !!state[name]); });
    Object.keys(state.parts).forEach(function (name) { put(name, state.parts[name]); });
    tell(state.say);
    until = state.until;
    ahead = Date.now() - state.now;
  }
  function over() { ended = true; if (source) source.close(); cannot(body.dataset.over); }

  function ask() {
    if (ended) return;
    fetch(base + '/state', { headers: { Accept: 'application/json' }, cache: 'no-store' }).then(function (answer) {
      if (answer.status === 404 || answer.status === 410) return over();
      if (answer.status === 403) { ended = true; location.reload(); return null; }
      if (!answer.ok) throw new Error(answer.status);
      return answer.json().then(show);
    }).catch(function () { trouble += 1; if (trouble > 1) cannot(body.dataset.lost); });
  }
  function listen() {
    if (source) source.close();
    source = null;
    if (ended || !window.EventSource) return;
    source = new EventSource(base + '/events');
    source.onmessage = function (event) { show(JSON.parse(event.data)); };
    source.addEventListener('beat', function () { heard = Date.now(); });
    source.addEventListener('over', over);
    source.onerror = function () { heard = 0; };
  }
  // Without a sign of life, ask; a stream that is dead, or whose proxy keeps everything to itself, is opened anew.
  var opened = Date.now();
  setInterval(function () {
    var quiet = Date.now() - heard;
    if (ended || document.hidden || quiet < (source && source.readyState === 1 ? 14000 : 1900)) return;
    ask();
    if (Date.now() - opened > 6000) { opened = Date.now(); listen(); }
  }, 2000);
  document.addEventListener('visibilitychange', function () { if (!document.hidden) { ask(); opened = Date.now(); listen(); } });
  window.addEventListener('online', function () { ask(); opened = Date.now(); listen(); });
  window.addEventListener('pageshow', function (event) { if (event.persisted) { ask(); listen(); } });

  setInterval(function () {
    var line = document.querySelector('[data-timer]');
    if (!line) return;
    line.hidden = !until;
    var left = until ? Math.max(0, Math.ceil((until - (Date.now() - ahead)) / 1000)) : 0;
    var text = Math.floor(left / 60) + ':' + ('0' + left % 60).slice(-2);
    if (line.textContent !== text) line.textContent = text;
    line.classList.toggle('late', left === 0);
  }, 250);

  // What is sent has a mark of its own, so that sending it again does not count twice.
  function mark() {
    var bytes = crypto.getRandomValues(new Uint8Array(12));
    return Array.prototype.map.call(bytes, function (one) { return ('0' + one.toString(16)).slice(-2); }).join('');
  }
  function send(form, fields, tries) {
    tell(body.dataset.sending);
    return fetch(form.getAttribute('action') || location.pathname, {
      method: 'POST', body: fields, headers: { Accept: 'application/json' }
    }).then(function (answer) {
      if (answer.status >= 500) throw new Error(answer.status);
      return answer.json();
    }).then(function (answer) {
      var problem = document.getElementById('problem') || lost;
      form.querySelectorAll('input').forEach(function (el) { if (!answer.problem) el.defaultValue = el.value; });
      waiting = {};
      if (answer.state) { was = {}; show(answer.state); }
      if (answer.problem) tell(answer.problem);
      problem.textContent = answer.problem || '';
      problem.hidden = !answer.problem;
      if (answer.gone) over();
    }, function () {
      cannot(body.dataset.unsent);
      if (tries < 30) setTimeout(function () { send(form, fields, tries + 1); }, Math.min(4000, 500 * tries + 500));
    });
  }
  document.addEventListener('click', function (event) {
    var button = event.target.closest ? event.target.closest('button') : null;
    if (!button) return;
    if (button.getAttribute('aria-disabled') === 'true') { event.preventDefault(); return; }
    pressed = button;
    if (button.dataset.by) {
      var field = button.parentNode.querySelector('input'), by = Number(button.dataset.by);
      if (field.readOnly) return;
      var now = parseFloat(field.value.replace(',', '.')), low = Number(field.dataset.low), high = Number(field.dataset.high);
      now = isNaN(now) ? low : Math.min(high, Math.max(low, now + by));
      field.value = String(Math.round(now * 1e6) / 1e6).replace('.', document.documentElement.lang === 'en' ? '.' : ',');
    }
  });
  document.addEventListener('submit', function (event) {
    var form = event.target, button = event.submitter || (pressed && form.contains(pressed) ? pressed : null);
    if (form.method !== 'post' || form.hasAttribute('data-file')) return;
    event.preventDefault();
    if (button && button.getAttribute('aria-disabled') === 'true') return;
    var fields = new URLSearchParams(new FormData(form));
    if (button && button.name) fields.set(button.name, button.value);
    if (form.dataset.command && !fields.has('command')) fields.set('command', form.dataset.command);
    if (form.dataset.command === 'type') unchanged(form).forEach(function (name) { fields.delete(name); });
    fields.set('cid', mark());
    if (button && button.classList.contains('option')) {
      form.querySelectorAll('.option').forEach(function (one) { one.setAttribute('aria-pressed', String(one === button)); });
    }
    send(form, fields, 0);
  });

  document.querySelectorAll('[data-part]').forEach(function (part) { was[part.dataset.part] = null; });
  listen();
})();
