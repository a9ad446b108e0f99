//! A program: a script's bytecode and tables, compiled once and shared by its runs.

/// A function the script defines.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FunctionInfo {
    /// Its name.
    pub name: String,
    /// Names of its parameters.
    pub params: Vec<String>,
    /// Declared `private`.
    pub private: bool,
    /// 1-based line, 0 = unknown.
    pub line: u32,
    /// 1-based column in characters, 0 = unknown.
    pub column: u32,
    /// Doc comments, one line each.
    pub doc: Vec<String>,
}

/// A place where the script calls the host.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct HostUse {
    /// The host function's name.
    pub name: String,
    /// Its id in the [`crate::HostNames`] the program was compiled with.
    pub function: u32,
    /// 1-based line.
    pub line: u32,
    /// 1-based column in characters.
    pub column: u32,
}

/// Bytecode and tables of one script.
#[derive(Debug, Default)]
pub struct Program {}

impl Program {
    /// The functions the script defines.
    pub fn functions(&self) -> Vec<FunctionInfo> {
        Vec::new()
    }
    /// Where the script calls the host.
    pub fn host_calls(&self) -> Vec<HostUse> {
        Vec::new()
    }
    /// Literal `import` paths: path, line, column.
    pub fn imports(&self) -> Vec<(String, u32, u32)> {
        Vec::new()
    }
    /// Bytes of heap the program holds, roughly.
    pub fn heap_bytes(&self) -> usize {
        0
    }
}
