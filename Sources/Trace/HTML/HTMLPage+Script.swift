extension HTMLPage {
    /// Moves along the steps: keys, buttons, links to `#step-7`. Puts text into the page as text, never as HTML.
    static let script = """
        (function () {
          "use strict";
          var data = JSON.parse(document.getElementById("data").textContent);
          var run = 0, step = 0;
          function byId(id) { return document.getElementById(id); }
          function rowId(r, s) { return (r === 0 ? "step-" : "other-step-") + s; }
          function make(tag, text, classes) {
            var element = document.createElement(tag);
            if (text) element.textContent = text;
            if (classes) element.className = classes;
            return element;
          }
          function count(r) { return data[r].steps.length; }
          function state(r, s) { return s >= 0 ? data[r].states[s] : undefined; }

          function drawThreads(now) {
            var box = byId("threads");
            box.replaceChildren();
            now.threads.forEach(function (thread) {
              var line = make("div", "", "thread");
              line.append(make("b", thread.name + " "));
              if (thread.status === "ended") line.append(make("small", "has ended"));
              else if (thread.status === "waits") line.append(make("span", thread.reason || thread.text, "waits"));
              else line.append(make("code", thread.text || ""));
              if (thread.holds.length) line.append(make("div", "holds " + thread.holds.join(", ")));
              if (thread.locals.length) {
                var locals = thread.locals.map(function (l) { return l[0] + " = " + l[1]; }).join(", ");
                line.append(make("div", locals, "soft"));
              }
              box.append(line);
            });
          }

          function drawState(now, before) {
            var box = byId("state"), old = {};
            box.replaceChildren();
            (before ? before.groups : []).forEach(function (group) {
              group.variables.forEach(function (v) { old[group.title + " " + v[0]] = v[1]; });
            });
            var table = make("table");
            now.groups.forEach(function (group) {
              group.variables.forEach(function (v) {
                var name = group.title === "globals" ? v[0] : v[0] ? group.title + "." + v[0] : group.title;
                var was = old[group.title + " " + v[0]], changed = before && was !== v[1];
                var row = make("tr", "", changed ? "changed var" : "var");
                var label = make("td", name);
                if (v[2]) label.append(make("small", " ghost"));
                var value = make("td", v[1]);
                if (changed && was !== undefined) value.append(make("small", " was " + was));
                row.append(label, value);
                table.append(row);
              });
            });
            box.append(table);
            /* What has changed is not to be looked for. */
            var first = table.querySelector(".changed");
            box.scrollTop = 0;
            if (!first) return;
            var low = first.getBoundingClientRect().bottom - box.getBoundingClientRect().bottom;
            if (low > 0) box.scrollTop = low + box.clientHeight / 3;
          }

          function drawSource(now) {
            document.querySelectorAll(".code li.now, .code li.stands").forEach(function (li) {
              li.classList.remove("now", "stands");
              li.querySelectorAll(".tag").forEach(function (tag) { tag.remove(); });
            });
            var last = step > 0 ? data[run].steps[step - 1] : null;
            now.threads.forEach(function (thread) {
              var li = thread.line && byId(thread.line);
              if (!li || thread.status === "ended") return;
              li.classList.add("stands");
              li.append(make("span", thread.name, "tag"));
            });
            var at = last && last.line && byId(last.line);
            if (at) {
              at.classList.add("now");
              var box = byId("source");
              box.scrollTop = at.offsetTop - box.offsetTop - box.clientHeight / 2;
            }
          }

          function show(r, s, follow) {
            run = r;
            step = Math.max(0, Math.min(s, count(r)));
            document.querySelectorAll(".row.here").forEach(function (row) { row.classList.remove("here"); });
            var row = byId(rowId(run, step));
            if (row) {
              row.classList.add("here");
              if (follow) row.scrollIntoView({ block: "nearest" });
            }
            byId("where").textContent = step === 0 ? "initial state" : "after step " + step + " of " + count(run);
            byId("back").disabled = step === 0;
            byId("next").disabled = step === count(run);
            var now = state(run, step);
            if (!now) return;
            drawThreads(now);
            drawState(now, state(run, step - 1));
            drawSource(now);
          }

          function go(s) {
            show(run, s, true);
            history.replaceState(null, "", "#" + rowId(run, step));
          }
          function fromHash(follow) {
            var match = /^#(other-)?step-([0-9]+)$/.exec(location.hash);
            var r = match && match[1] && data.length > 1 ? 1 : 0;
            show(r, match ? Number(match[2]) : count(0), follow);
          }
          function tab(name) {
            document.querySelectorAll(".tab").forEach(function (t) { t.classList.toggle("shown", t.id === name); });
            document.querySelectorAll(".tabs button").forEach(function (b) { b.classList.toggle("on", b.dataset.tab === name); });
            var now = state(run, step);
            if (!now) return;
            /* Hidden, they had no place to be scrolled to. */
            drawState(now, state(run, step - 1));
            drawSource(now);
          }

          document.addEventListener("keydown", function (event) {
            if (event.ctrlKey || event.metaKey || event.altKey) return;
            var keys = { ArrowRight: 1, ArrowDown: 1, j: 1, n: 1, ArrowLeft: -1, ArrowUp: -1, k: -1, p: -1 };
            if (keys[event.key]) go(step + keys[event.key]);
            else if (event.key === "Home" || event.key === "g") go(0);
            else if (event.key === "End" || event.key === "G") go(count(run));
            else return;
            event.preventDefault();
          });
          document.querySelectorAll(".run").forEach(function (box) {
            box.addEventListener("click", function (event) {
              var row = event.target.closest(".row[id]");
              if (!row) return;
              event.preventDefault();
              run = Number(box.dataset.run);
              go(Number(row.id.replace(/^.*step-/, "")));
            });
          });
          byId("back").addEventListener("click", function () { go(step - 1); });
          byId("next").addEventListener("click", function () { go(step + 1); });
          byId("theme").addEventListener("click", function () {
            var root = document.documentElement;
            var dark = root.dataset.theme ? root.dataset.theme === "dark" : matchMedia("(prefers-color-scheme: dark)").matches;
            root.dataset.theme = dark ? "light" : "dark";
          });
          document.querySelectorAll(".tabs button").forEach(function (b) {
            b.addEventListener("click", function () { tab(b.dataset.tab); });
          });
          window.addEventListener("hashchange", function () { fromHash(true); });
          tab("threads");
          fromHash(location.hash !== "");
        })();

        """
}
