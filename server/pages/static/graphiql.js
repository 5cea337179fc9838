// Puts GraphiQL together: fetcher, explorer, and the saved example queries as a panel of their own.
"use strict";

(async () => {
  const e = React.createElement;
  const { useEditorContext, usePluginStore } = GraphiQL.React;
  const PANEL = "virtgraph:panel";

  const response = await fetch("/examples.json");
  const examples = response.ok ? await response.json() : [];

  const socket = new URL("/graphql", window.location.href);
  socket.protocol = socket.protocol === "https:" ? "wss:" : "ws:";
  const fetcher = GraphiQL.createFetcher({ url: "/graphql", subscriptionUrl: socket.href });

  function Icon() {
    return e(
      "svg",
      { viewBox: "0 0 24 24", fill: "none", stroke: "currentColor", strokeWidth: 1.5, "aria-hidden": true },
      e("path", { d: "M6 3.5h12v17l-6-4.5-6 4.5z", strokeLinejoin: "round" }),
    );
  }

  function Examples() {
    const { tabs, activeTabIndex, addTab, changeTab, queryEditor } = useEditorContext({ nonNull: true });
    // addTab() opens an empty tab; its text can be set once that tab is the active one.
    const waiting = React.useRef(null);
    React.useEffect(() => {
      if (waiting.current !== null && queryEditor) {
        queryEditor.setValue(waiting.current);
        waiting.current = null;
      }
    }, [activeTabIndex, tabs.length, queryEditor]);

    const shown = (tabs[activeTabIndex]?.query ?? "").trim();
    const open = (query) => {
      const already = tabs.findIndex((tab) => (tab.query ?? "").trim() === query.trim());
      if (already >= 0) {
        changeTab(already);
      } else if (shown === "" && queryEditor) {
        queryEditor.setValue(query);
      } else {
        waiting.current = query;
        addTab();
      }
    };
    return e(
      "section",
      { className: "virtgraph-examples", "aria-label": "Examples" },
      e("h2", null, "Examples"),
      e(
        "ul",
        null,
        examples.map((example) =>
          e(
            "li",
            { key: example.name },
            e(
              "button",
              { type: "button", onClick: () => open(example.query), "aria-current": shown === example.query.trim() },
              example.title,
            ),
          ),
        ),
      ),
    );
  }

  // GraphiQL's own `visiblePlugin` lights the button of a panel and leaves the panel itself hidden: it decides that
  // before it knows its plugins. So the button is pressed, once it is there.
  function Logo() {
    const known = usePluginStore().plugins.length;
    React.useEffect(() => {
      const panel = localStorage.getItem(PANEL) ?? "Examples";
      if (known && panel) document.querySelector(`button[aria-label="Show ${panel}"]`)?.click();
    }, [known]);
    return e("span", { className: "virtgraph-logo" }, "virtgraph");
  }

  const plugins = [
    { title: "Examples", icon: Icon, content: Examples },
    GraphiQLPluginExplorer.explorerPlugin({ showAttribution: false }),
  ];
  const page = e(
    GraphiQL,
    {
      fetcher,
      plugins,
      onTogglePluginVisibility: (panel) => localStorage.setItem(PANEL, panel?.title ?? ""),
      defaultQuery: "",
      defaultTabs: examples.length ? [{ query: examples[0].query }] : undefined,
      defaultEditorToolsVisibility: false,
    },
    e(GraphiQL.Logo, null, e(Logo)),
  );
  ReactDOM.createRoot(document.getElementById("graphiql")).render(page);
})();
