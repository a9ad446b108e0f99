//! Statements as a tree: text is rendered from it, and a shrunk program is the same tree with nodes missing.

/// A statement: parts of a head line and nested statements, then a last line.
#[derive(Debug, Clone)]
pub struct Node {
    parts: Vec<(String, Vec<Node>)>,
    tail: String,
}

impl Node {
    /// A statement without nested ones.
    pub fn line(text: impl Into<String>) -> Self {
        Self {
            parts: Vec::new(),
            tail: text.into(),
        }
    }

    /// `head` (which opens a brace), nested statements, `tail`.
    pub fn block(head: impl Into<String>, body: Vec<Node>, tail: impl Into<String>) -> Self {
        Self {
            parts: vec![(head.into(), body)],
            tail: tail.into(),
        }
    }

    /// One more head line with its nested statements (`} else {`).
    pub fn and(mut self, head: impl Into<String>, body: Vec<Node>) -> Self {
        self.parts.push((head.into(), body));
        self
    }

    fn write(&self, text: &mut String, indent: usize) {
        for (head, body) in &self.parts {
            line(text, indent, head);
            body.iter().for_each(|node| node.write(text, indent + 2));
        }
        line(text, indent, &self.tail);
    }
}

fn line(text: &mut String, indent: usize, content: &str) {
    text.push_str(&" ".repeat(indent));
    text.push_str(content);
    text.push('\n');
}

/// The program's text.
pub fn render(nodes: &[Node]) -> String {
    let mut text = String::new();
    nodes.iter().for_each(|node| node.write(&mut text, 0));
    text
}

/// The program without its `n`th statement (in the order of the text): the whole of it, or with `keep_body` only its
/// shell. `None` when there are fewer statements.
pub fn without_nth(nodes: &[Node], n: usize, keep_body: bool) -> Option<Vec<Node>> {
    let mut left = n;
    let shrunk = cut(nodes, &mut left, keep_body);
    (left == usize::MAX).then_some(shrunk)
}

/// `left` counts down to the statement to cut and is `usize::MAX` once that is done.
fn cut(nodes: &[Node], left: &mut usize, keep_body: bool) -> Vec<Node> {
    let mut result = Vec::with_capacity(nodes.len());
    for node in nodes {
        match *left {
            usize::MAX => result.push(node.clone()),
            0 => {
                *left = usize::MAX;
                if keep_body {
                    result.extend(node.parts.iter().flat_map(|(_, body)| body.clone()));
                }
            }
            _ => {
                *left -= 1;
                let mut kept = node.clone();
                for (_, body) in &mut kept.parts {
                    if *left != usize::MAX {
                        *body = cut(body, left, keep_body);
                    }
                }
                result.push(kept);
            }
        }
    }
    result
}
