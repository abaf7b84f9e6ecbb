mermaid.run({querySelector: "code.language-mermaid"});
