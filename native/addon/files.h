// Whole files, for the package's loader: Node's own functions take half a millisecond when a process first calls them.
#pragma once
#include <napi.h>

namespace rhai_bridge {

// Puts `fileText` and `fileBytes` on the exports: a string with a char for each byte, and an ArrayBuffer. Both give
// undefined for a file that cannot be read.
void DefineFiles(Napi::Env env, Napi::Object exports);

}  // namespace rhai_bridge
