// <stockroom-notify sku token country [channel] [lang] [hidden]>: asks to be told when a product is back.
// What stands inside the element (a link to the plain form) is there for browsers without scripts.
(() => {
  const words = /*WORDINGS*/ {};
  const service = new URL(".", document.currentScript.src).href;
  const NAMED = ["sku", "token", "country", "channel"];
  const sheet = new CSSStyleSheet();
  sheet.replaceSync(`
    :host { display: block; font: inherit; color: inherit; max-width: 28rem; overflow-wrap: anywhere; }
    :host([hidden]) { display: none; }
    form { border: 1px solid #9aa5b1; border-radius: 8px; padding: 1rem 1.1rem; background: #fff; color: #1f2933; }
    h2 { font-size: 1.1rem; margin: 0 0 .4rem; }
    label { display: block; font-weight: 600; margin: .8rem 0 .25rem; }
    label.box { display: flex; gap: .6rem; font-weight: 400; }
    label.box input { width: 1.5rem; height: 1.5rem; margin: 0; flex: none; accent-color: #1b5e4b; }
    input:not([type=checkbox]) { box-sizing: border-box; width: 100%; min-height: 2.75rem; font: inherit;
      padding: .5rem .6rem; border: 1px solid #616e7c; border-radius: 6px; background: #fff; color: inherit; }
    input[type=number] { width: 6rem; }
    [aria-invalid=true] { border: 2px solid #b3261e !important; }
    button { min-height: 2.75rem; font: inherit; font-weight: 600; color: #fff; background: #1b5e4b;
      border: 2px solid #1b5e4b; border-radius: 6px; padding: .5rem 1.2rem; cursor: pointer; }
    button[aria-disabled=true] { background: #52606d; border-color: #52606d; }
    :focus-visible { outline: 3px solid #1b5e4b; outline-offset: 2px; }
    [hidden] { display: none; } p { margin: .8rem 0; } .small { font-size: .875rem; color: #4a5560; }
    [role=status]:not(:empty) { margin: .8rem 0 0; padding: .5rem .7rem; border-inline-start: 4px solid #1b5e4b; background: #eef6f3; }
    [role=status].problem { border-color: #b3261e; background: #fdf0ef; color: #8c1d18; }
    .trap { position: absolute; width: 1px; height: 1px; overflow: hidden; clip-path: inset(50%); }`);

  const make = (tag, given = {}, ...inside) => {
    const made = document.createElement(tag);
    for (const [name, value] of Object.entries(given)) made.setAttribute(name, value);
    made.append(...inside);
    return made;
  };
  const field = (name, label, given) =>
    [make("label", { for: name }, label), make("input", { id: name, name, "aria-describedby": "said", ...given })];

  // Where its owner lets the shop measure, this browser's random number goes with request and cart.
  const measured = async (made) => {
    const name = "stockroom_browser", shop = window.Shopify;
    try {
      const mine = shop.customerPrivacy.analyticsProcessingAllowed() && (localStorage[name] ||= made);
      if (!mine) delete localStorage[name];
      return mine && (await fetch((shop.routes?.root || "/") + "cart/update.js", {
        method: "POST", headers: { "Content-Type": "application/json" },
        body: JSON.stringify({ attributes: { [name]: mine } }) })).ok ? mine : "";
    } catch { return ""; }
  };

  customElements.define("stockroom-notify", class extends HTMLElement {
    static observedAttributes = [...NAMED, "lang"];

    connectedCallback() { this.draw(); measured(""); }

    // Another variant of the product was picked: ask for that one.
    attributeChangedCallback(name, before, after) { if (this.shadowRoot && before !== after) this.draw(); }

    draw() {
      const root = this.shadowRoot || this.attachShadow({ mode: "open" });
      root.adoptedStyleSheets = [sheet];
      const locale = (this.lang || document.documentElement.lang || "en").slice(0, 2);
      this.locale = words[locale] ? locale : "en";
      const w = words[this.locale];
      const trap = make("div", { class: "trap", "aria-hidden": "true" },
        make("input", { name: "website", tabindex: "-1", autocomplete: "off" }));
      this.said = make("p", { id: "said", role: "status", "aria-live": "polite" });
      const likely = make("p", { class: "likely", hidden: "" });
      const form = make("form", { novalidate: "", lang: this.locale, dir: w.dir, "aria-labelledby": "heading" },
        make("h2", { id: "heading" }, w.heading),
        likely,
        ...field("email", w.email, { type: "email", autocomplete: "email", maxlength: "254" }),
        ...field("phone", w.phone, { type: "tel", autocomplete: "tel", maxlength: "40" }),
        ...field("quantity", w.quantity, { type: "number", min: "1", max: "99", value: "1", inputmode: "numeric" }),
        trap,
        make("label", { class: "box" }, make("input", { type: "checkbox", name: "marketing", value: "yes" }), w.marketing),
        make("p", { class: "small" }, w.consent),
        make("button", {}, w.button),
        this.said);
      form.addEventListener("submit", (event) => { event.preventDefault(); this.ask(form, w); });
      root.replaceChildren(form);
      this.sayWhen(likely);
    }

    // When it is likely back, where the shop shows that and it has been right.
    async sayWhen(likely) {
      const asked = new URLSearchParams({ locale: this.locale });
      for (const name of NAMED) asked.set(name, this.getAttribute(name) || "");
      try {
        const reply = await fetch(`${service}likely?${asked}`, { credentials: "omit", referrerPolicy: "no-referrer" });
        likely.textContent = reply.ok ? (await reply.json()).message : "";
        likely.hidden = !likely.textContent;
      } catch { /* it stays hidden */ }
    }

    async ask(form, w) {
      const button = form.querySelector("button");
      if (button.getAttribute("aria-disabled") === "true") return;
      button.setAttribute("aria-disabled", "true");
      form.querySelectorAll("[aria-invalid]").forEach((one) => one.removeAttribute("aria-invalid"));
      const asked = Object.fromEntries(new FormData(form));
      for (const name of NAMED) asked[name] = this.getAttribute(name) || "";
      Object.assign(asked, { locale: this.locale, wording: w.version, page: location.origin + location.pathname });
      asked.browser = await measured(crypto.randomUUID().replaceAll("-", ""));
      let status = 0, answer = {};
      try {
        const reply = await fetch(service + "subscribe", {
          method: "POST", credentials: "omit", referrerPolicy: "no-referrer",
          headers: { "Content-Type": "application/json" }, body: JSON.stringify(asked),
        });
        status = reply.status;
        answer = await reply.json();
      } catch { /* offline, or no JSON: the words below say so */ }
      button.removeAttribute("aria-disabled");
      this.said.classList.toggle("problem", status !== 202);
      this.said.textContent = answer.message || w.failed;
      const wrong = answer.field && form.elements[answer.field];
      if (wrong) { wrong.setAttribute("aria-invalid", "true"); wrong.focus(); }
      if (status === 202) { form.reset(); this.dispatchEvent(new CustomEvent("stockroom-asked", { bubbles: true })); }
    }
  });
})();
